/** What the main phase does: the workload's load and the nemeses' schedule, or what a plan says instead of either. */
import type { Generator } from "../core/generator.js";
import type { PlannedFault, PlannedOp } from "../core/run.js";
import { any, clients, limit, stagger, type TimedOp, timed } from "../generators/index.js";
import { faultSchedule } from "../nemeses/parse.js";
import type { RunPlan } from "./plan.js";

export function mainLoad({ spec, workload, nemeses }: RunPlan): Generator {
  const { ops, faults, maxOps, rate } = spec;
  // One list where a plan has both: what was recorded first goes first where two come at the same time.
  if (ops !== undefined) return timed([...ops.map(timedOp), ...(faults ?? []).map(timedFault)]);
  const load = rate > 0 ? stagger(1000 / rate, workload.generator) : workload.generator;
  const bounded = clients(maxOps === undefined ? load : limit(maxOps, load));
  const hurt = faults === undefined ? faultSchedule(nemeses, spec.nemesisIntervalMs) : timed(faults.map(timedFault));
  return any(bounded, hurt);
}

const timedOp = ({ atMs, client, ...op }: PlannedOp): TimedOp => ({ ...op, thread: client, atNs: ns(atMs) });

const timedFault = ({ atMs, f, value }: PlannedFault): TimedOp => ({ f, value, thread: "nemesis", atNs: ns(atMs) });

/** Whole nanoseconds: 0.1 ms is no exact double. */
const ns = (ms: number): number => Math.round(ms * 1e6);
