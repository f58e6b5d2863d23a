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

/** Before another event of the same moment, and within the same microsecond. */
const JUST_BEFORE_NS = 100;

/**
 * The run as a plan. The workload's final ops and the healing come by themselves, so they are left out. Faults that were
 * not applied are no faults, but for those aimed at the leaders: asking who leads took time, and told nodes apart.
 */
export function planOfRun({ spec, ops, finalNs = Number.POSITIVE_INFINITY }: RecordedRun): PlanFile {
  const faults: PlannedFault[] = [];
  const load: PlannedOp[] = [];
  const endNs = mainEndNs(spec, ops);
  let begun: { readonly op: Op; readonly atMs: number } | undefined;
  for (const [i, op] of ops.entries()) {
    if (op.time >= finalNs) break;
    if (op.process === "nemesis") {
      if (op.type === "invoke") begun = { op, atMs: (op.time - (isFirstOfMoment(ops, i) ? JUST_BEFORE_NS : 0)) / 1e6 };
      else if (begun !== undefined && begun.op.time < endNs) faults.push(...faultOf(begun.op, begun.atMs, op));
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

/** Did a client begin an op at the same moment, after this one? A plan keeps faults and ops in two lists. */
function isFirstOfMoment(ops: readonly Op[], position: number): boolean {
  const { time } = ops[position] as Op;
  const invokes = (op: Op | undefined): boolean => op?.type === "invoke" && op.process !== "nemesis";
  let at = position - 1;
  for (; ops[at]?.time === time; at--) if (invokes(ops[at])) return false;
  for (at = position + 1; ops[at]?.time === time; at++) if (invokes(ops[at])) return true;
  return false;
}

function faultOf(begun: Op, atMs: number, ended: Op): PlannedFault[] {
  const record = faultRecordOf(ended);
  if (record === undefined) return aimedAtNobody(begun, atMs);
  if (record.phase === "end") return [{ atMs, f: begun.f, value: null }];
  const { shape, grudge, skews, packet, targets } = record;
  const named = shape === undefined ? {} : { shape };
  if (grudge !== undefined) return [{ atMs, f: begun.f, value: { ...named, grudge } }];
  if (skews !== undefined) return [{ atMs, f: begun.f, value: { ...named, skews } }];
  if (packet !== undefined) return [{ atMs, f: begun.f, value: { ...named, packet } }];
  return [{ atMs, f: begun.f, value: { ...named, targets } }];
}

/** Nobody led, or who led was hurt already. */
function aimedAtNobody({ f, value }: Op, atMs: number): PlannedFault[] {
  if ((value as { readonly shape?: unknown } | null)?.shape !== "primaries") return [];
  const nobody = f === "start-partition" ? { grudge: {} } : { targets: [] };
  return [{ atMs, f, value: { shape: "primaries", ...nobody } }];
}
