/** A sweep as people see it: one moving line on a terminal, a plain line now and then elsewhere, the result at the end. */
import ora, { type Ora } from "ora";
import type { PlanFile } from "../runner/plan-file.js";
import { countFaults } from "../runner/shrink/cuts.js";
import type { SeedResult, SweepResult } from "../runner/sweep/types.js";
import type { Output } from "./output.js";

const DRAW_MS = 200;
const PLAIN_MS = 10_000;
/** More than these are counted, not printed; sweep.json has them all. */
const SHOWN = 10;

export interface SweepProgress {
  readonly seed: (result: SeedResult, tally: { readonly runs: number; readonly of: number }) => void;
  readonly shrinking: (seed: number, runs: number, smallest: PlanFile) => void;
  readonly story: (lines: readonly string[]) => void;
  line(text: string): void;
  stop(): void;
}

export function createSweepProgress(output: Output): SweepProgress {
  const counts = { runs: 0, of: 0, invalid: 0, unknown: 0 };
  const began = performance.now();
  const live = output.stream.isTTY === true && !output.quiet;
  const spinner: Ora | undefined = live ? ora({ stream: output.stream, discardStdin: false }).start() : undefined;
  let shrinking: string | undefined;
  const status = (): string => {
    if (shrinking !== undefined) return shrinking;
    const { runs, of, invalid, unknown } = counts;
    const perSecond = runs / Math.max(0.001, (performance.now() - began) / 1000);
    const left = runs === 0 ? "" : ` · ${Math.ceil((of - runs) / perSecond)} s left`;
    return `${runs} of ${of || "…"} seeds · ${invalid} invalid · ${unknown} unknown · ${perSecond.toFixed(1)}/s${left}`;
  };
  const print = (text: string): void => {
    spinner?.clear();
    output.line(text);
    spinner?.render();
  };
  const timer = setInterval(
    () => {
      if (spinner !== undefined) spinner.text = status();
      else output.line(`  ${status()}`);
    },
    live ? DRAW_MS : PLAIN_MS,
  );
  timer.unref();
  return {
    seed: ({ seed, valid, findings }, { runs, of }) => {
      counts.runs = runs;
      counts.of = of;
      if (valid === "unknown") counts.unknown++;
      if (valid !== false) return;
      counts.invalid++;
      const [first] = findings;
      if (counts.invalid <= SHOWN) print(`  ${output.paint.red(`seed ${seed}`)} ${first?.checker}: ${first?.summary}`);
      if (counts.invalid === SHOWN) print("  (further ones are counted)");
    },
    shrinking: (seed, runs, smallest) => {
      const { ops = [] } = smallest;
      const clients = new Set(ops.map(({ client }) => client)).size;
      shrinking =
        `shrinking seed ${seed}: ${countFaults(smallest)} faults, ${ops.length} ops by ${clients} clients ` +
        `after ${runs} runs`;
    },
    story: (lines) => {
      shrinking = undefined;
      for (const line of ["", ...lines, ""]) print(line);
    },
    line: (text) => print(`  ${text}`),
    stop: () => {
      clearInterval(timer);
      spinner?.stop();
    },
  };
}

/** The result, for people. */
export function printSweep(result: SweepResult, output: Output): void {
  const { paint } = output;
  const { runs, valid, invalid, unknown, failures, unknowns, found, ended } = result;
  const word =
    invalid > 0 ? paint.red("INVALID") : unknown > 0 || runs === 0 ? paint.yellow("UNKNOWN") : paint.green("VALID");
  const early = ended === undefined ? "" : ` (${ended})`;
  output.result(
    `${word}: ${result.system}, ${result.workload} under ${result.nemesis}: ` +
      `${runs} runs, ${valid} valid, ${invalid} invalid, ${unknown} unknown${early}`,
  );
  const finders = Object.entries(found).map(([checker, count]) => `${checker} in ${count}`);
  if (finders.length > 0) output.line(`  found by ${finders.join(", ")}`);
  for (const { seed, checker, summary, replay, plan } of failures.slice(0, SHOWN)) {
    output.line(`  seed ${seed}  ${checker}: ${summary}`);
    output.line(paint.dim(`    repeat: ${replay}`));
    if (plan !== null) output.line(paint.dim(`    smallest plan: npx cap-test run --plan ${plan}`));
  }
  if (failures.length > SHOWN) output.line(`  … and ${failures.length - SHOWN} more`);
  for (const { seed, checker, summary } of unknowns.slice(0, SHOWN)) {
    output.line(`  seed ${seed}  unknown, ${checker}: ${summary}`);
  }
  if (unknowns.length > SHOWN) output.line(`  … and ${unknowns.length - SHOWN} more unknown`);
}
