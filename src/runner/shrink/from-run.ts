/** From a recorded run to a plan that repeats it: the faults as they were applied, the client ops as they were invoked. */
import { faultRecordOf } from "../../core/fault.js";
import type { Op } from "../../core/op.js";
import type { PlannedFault, PlannedOp, TestSpec } from "../../core/run.js";
import type { PlanFile } from "../plan-file.js";

export interface RecordedRun {
  readonly spec: TestSpec;
  readonly ops: readonly Op[];
  /** When the final phase began; ns since the run began. */
  readonly finalNs?: number | undefined;
}

/**
 * The run as a plan. The workload's final ops and the healing come by themselves, so they are left out; faults that were
 * not applied (nobody led, nobody was left) are no faults.
 */
export function planOfRun({ spec, ops, finalNs = Number.POSITIVE_INFINITY }: RecordedRun): PlanFile {
  const faults: PlannedFault[] = [];
  const load: PlannedOp[] = [];
  const endNs = mainEndNs(spec, ops);
  let begun: Op | undefined;
  for (const op of ops) {
    if (op.time >= finalNs) break;
    if (op.process === "nemesis") {
      if (op.type === "invoke") begun = op;
      else if (begun !== undefined && begun.time < endNs) faults.push(...faultOf(begun, op));
    } else if (op.type === "invoke" && op.time < endNs) {
      const { f, key, value, time } = op;
      const client = op.process % spec.concurrency;
      load.push({ atMs: time / 1e6, client, f, ...(key === undefined ? {} : { key }), value });
    }
  }
  return {
    plan: 1,
    system: spec.system,
    systemOpts: { ...spec.systemOpts },
    workload: spec.workload,
    workloadOpts: { ...spec.workloadOpts },
    nodes: spec.nodes.length,
    concurrency: spec.concurrency,
    timeLimitMs: spec.timeLimitMs,
    opTimeoutMs: spec.opTimeoutMs,
    seed: spec.seed,
    ...(spec.network === undefined ? {} : { network: { ...spec.network } }),
    faults,
    ops: load,
  };
}

/** The main phase begins with the first event (to a few ms), and lasts as long as it was meant to. */
function mainEndNs({ timeLimitMs }: TestSpec, ops: readonly Op[]): number {
  return (ops[0]?.time ?? 0) + timeLimitMs * 1e6;
}

function faultOf(begun: Op, ended: Op): PlannedFault[] {
  const record = faultRecordOf(ended);
  if (record === undefined) return [];
  const atMs = begun.time / 1e6;
  if (record.phase === "end") return [{ atMs, f: begun.f, value: null }];
  const { shape, grudge, skews, packet, targets } = record;
  const named = shape === undefined ? {} : { shape };
  if (grudge !== undefined) return [{ atMs, f: begun.f, value: { ...named, grudge } }];
  if (skews !== undefined) return [{ atMs, f: begun.f, value: { ...named, skews } }];
  if (packet !== undefined) return [{ atMs, f: begun.f, value: { ...named, packet } }];
  return [{ atMs, f: begun.f, value: { ...named, targets } }];
}
