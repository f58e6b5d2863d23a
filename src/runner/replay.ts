/** Runs a stored simulation again and compares the histories byte by byte: the proof that a seed is a run. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../core/errors.js";
import type { Op } from "../core/op.js";
import type { TestSpec } from "../core/run.js";
import { formatOp } from "../history/index.js";
import { live } from "./live.js";
import { type PlanContext, planRun, requestFromSpec } from "./plan.js";

export interface ReplayResult {
  readonly identical: boolean;
  readonly events: number;
  /** The first line that differs (from 1), and both versions of it. */
  readonly difference?: { readonly line: number; readonly stored: string; readonly replayed: string };
}

/** @throws UsageError where the folder holds no simulated run. */
export async function replay(dir: string, context: PlanContext, signal: AbortSignal): Promise<ReplayResult> {
  const spec = readSpec(dir);
  const file = join(dir, "history.jsonl");
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`${dir}: there is no history.jsonl to compare with.`);
  }
  const plan = await planRun(requestFromSpec(spec), context);
  const ops: Op[] = [];
  await live({
    plan,
    runId: "replay",
    signal,
    leaveRunning: false,
    record: (op) => ops.push(op),
    phase: () => undefined,
    line: () => undefined,
  });
  const stored = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const replayed = ops.map(formatOp);
  for (let i = 0; i < Math.max(stored.length, replayed.length); i++) {
    const [a = "(nothing)", b = "(nothing)"] = [stored[i], replayed[i]];
    if (a !== b)
      return { identical: false, events: stored.length, difference: { line: i + 1, stored: a, replayed: b } };
  }
  return { identical: true, events: stored.length };
}

function readSpec(dir: string): TestSpec {
  const path = join(dir, "test.json");
  if (statSync(path, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`${dir}: no run is stored there (no test.json).`);
  }
  let spec: TestSpec;
  try {
    spec = JSON.parse(readFileSync(path, "utf8")) as TestSpec;
  } catch (cause) {
    throw new UsageError(`${path}: not JSON.`, { cause });
  }
  if (spec.runtime !== "simulation") {
    throw new UsageError(`${dir}: a run on ${spec.runtime} cannot be replayed; only a simulated one repeats exactly.`);
  }
  return spec;
}
