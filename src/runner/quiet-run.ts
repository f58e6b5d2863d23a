/** A stored run that nobody watches: what a sweep keeps of a failing seed. */
import type { Op } from "../core/op.js";
import type { RunPlan } from "./plan.js";
import { type RunOutcome, runTest } from "./run.js";

/** Runs and stores a plan; the events are handed back too. */
export async function runQuietly(
  plan: RunPlan,
  dir: string,
  now: Date,
): Promise<RunOutcome & { readonly ops: readonly Op[] }> {
  const ops: Op[] = [];
  const nothing = (): void => undefined;
  const outcome = await runTest({
    plan,
    dir,
    signal: new AbortController().signal,
    listener: { started: nothing, phase: nothing, line: nothing, op: (op) => ops.push(op) },
    leaveRunning: false,
    now,
  });
  return { ...outcome, ops };
}
