/** One seed of a sweep: a simulated run that is judged and forgotten. The same code as `run`, without a folder. */
import type { Checker } from "../../core/checker.js";
import { CapTestError, UsageError } from "../../core/errors.js";
import { historyOf } from "../../history/index.js";
import { judgeBriefly } from "../judge.js";
import { live } from "../live.js";
import { type PlanContext, planRun } from "../plan.js";
import type { Finding, SeedResult, SweepRequest } from "./types.js";

const NEVER = new AbortController().signal;

/** Runs one seed. @throws UsageError where the request is wrong; a run that does not start is unknown, not an error. */
export async function runSeed(
  request: SweepRequest,
  seed: number,
  context: PlanContext,
  extra: readonly Checker[] = [],
): Promise<SeedResult> {
  const plan = await planRun({ ...request, seed, runtime: "simulation" }, context);
  const replay = plan.spec.repeat;
  try {
    const lived = await live({
      plan,
      runId: "sweep",
      signal: NEVER,
      leaveRunning: false,
      record: () => undefined,
      phase: () => undefined,
      line: () => undefined,
    });
    const { valid, checkers, ops } = await judgeBriefly({ plan, history: historyOf(lived.ops), extra, ...lived });
    const findings = Object.entries(checkers).flatMap(([checker, verdict]): Finding[] =>
      valid !== true && verdict.valid === valid ? [{ checker, summary: verdict.summary }] : [],
    );
    return { seed, valid, findings, ops, replay };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof CapTestError)) throw error;
    const findings = [{ checker: "harness", summary: error.message }];
    return { seed, valid: "unknown", findings, ops: { ok: 0, fail: 0, info: 0 }, replay };
  }
}

/** A plan context for runs that nobody waits to store: without Docker, and with the same date each time. */
export function sweepContext(registry: PlanContext["registry"], version: string): PlanContext {
  return { registry, version, now: new Date(0), dockerAnswers: async () => false };
}
