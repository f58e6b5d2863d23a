/** A sweep as JUnit XML: a case for each seed that failed or proved nothing, and one for all the others together. */
import { type JunitCase, junitXml } from "./junit.js";

/** The part of a sweep's result that is written. */
export interface SweepOutcome {
  readonly runs: number;
  readonly valid: number;
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly durationMs: number;
  readonly failures: readonly SeedOutcome[];
  readonly unknowns: readonly SeedOutcome[];
}

interface SeedOutcome {
  readonly seed: number;
  readonly checker: string;
  readonly summary: string;
  readonly replay: string;
  readonly plan?: string | null;
}

/** `timestamp` is ISO 8601. */
export function renderSweepJunit(sweep: SweepOutcome, timestamp: string): string {
  const name = `sweep ${sweep.system} ${sweep.workload} ${sweep.nemesis}`;
  const seconds = sweep.durationMs / 1000;
  const whole: JunitCase = {
    name: `${sweep.valid} of ${sweep.runs} seeds valid`,
    classname: name,
    seconds,
    ...(sweep.runs === 0
      ? { failure: { type: "unknown", message: "no seed was run", text: "no seed was run: nothing was proved" } }
      : {}),
  };
  const caseOf = (type: string, { seed, checker, summary, replay, plan }: SeedOutcome): JunitCase => ({
    name: `seed ${seed}`,
    classname: name,
    seconds: 0,
    failure: {
      type,
      message: `${checker}: ${summary}`,
      text: [summary, `repeat: ${replay}`, ...(plan ? [`plan: npx cap-test run --plan ${plan}`] : [])].join("\n"),
    },
  });
  const cases = [
    whole,
    ...sweep.failures.map((each) => caseOf("invalid", each)),
    ...sweep.unknowns.map((each) => caseOf("unknown", each)),
  ];
  return junitXml([{ name, seconds, timestamp, cases }]);
}
