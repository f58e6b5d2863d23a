/** One pass over the calls: fills the table, and the slices of every cut and its aftermath. */
import type { NodeId } from "../../src/core/op.js";
import { type Calls, FAIL, OK, OPEN } from "../calls.js";
import type { Side } from "../sides.js";
import { cadences, missedOps } from "./cadence.js";
import type { Cut, Plan } from "./plan.js";
import { type Sample, Slices } from "./service.js";

export type Phase = "before" | "during" | "after";

/** The deadlines of "served", ms. */
export const DEADLINES_MS = [100, 1000, 10000] as const;

/** Counts of one (side, node, f, phase). Latencies in ns. */
export interface Cell {
  readonly side: Side | "all";
  /** null: ops of clients that are pinned to no node. */
  readonly node: NodeId | null;
  readonly f: string;
  readonly phase: Phase;
  issued: number;
  missing: number;
  ok: number;
  /** Definite answers other than ok (a compare-and-set that did not match). */
  answers: number;
  fail: number;
  info: number;
  /** Answered, with the missing ones that would have been. */
  answered: number;
  /** Answered within each of DEADLINES_MS, likewise. */
  within: [number, number, number];
  /** Sum, count and minimum of the harvests of reads. */
  harvestSum: number;
  harvestCount: number;
  harvestMin: number;
}

/** What happened by node and f in one stretch of time. */
export type Stretch = ReadonlyMap<string, ReadonlyMap<NodeId, Slices>>;

export interface Measured {
  readonly cells: readonly Cell[];
  /** By cut: f -> node -> slices. */
  readonly during: readonly Stretch[];
  readonly recovery: readonly Stretch[];
  /** The cell a call was counted in; -1: final phase. */
  readonly cellOf: Int32Array;
}

/** Recovery is looked at for at most so long after healing. */
export const RECOVERY_LIMIT_NS = 30e9;

/** Counts everything. `answers`: errors of `fail` that are answers, not refusals. */
export function measure(calls: Calls, plan: Plan, answers: ReadonlySet<string>): Measured {
  const cadence = cadences(calls, plan.mainEndNs);
  const table = new Cells(calls);
  const isAnswer = Uint8Array.from(calls.errors, (error) => (answers.has(error) ? 1 : 0));
  const mix = mixOf(calls, plan.mainEndNs);
  const during = plan.cuts.map(() => new Map<string, Map<NodeId, Slices>>());
  const recovery = plan.cuts.map(() => new Map<string, Map<NodeId, Slices>>());
  const cellOf = new Int32Array(calls.length).fill(-1);
  let next = 0;
  for (let call = 0; call < calls.length; call++) {
    const invokeNs = calls.invokeNs[call] as number;
    if (invokeNs >= plan.mainEndNs) break;
    // The first cut that was not over when this op was invoked; invocations ascend.
    while (next < plan.cuts.length && (plan.cuts[next] as Cut).endNs <= invokeNs) next++;
    const sample = sampleOf(calls, call, cadence, isAnswer);
    const cut = plan.cuts[next];
    const phase = cut !== undefined && cut.beginNs <= sample.endNs ? "during" : next === 0 ? "before" : "after";
    const relative = plan.cuts[phase === "after" ? next - 1 : next];
    const f = calls.fs[calls.f[call] as number] as string;
    const node = calls.nodes[calls.node[call] as number] ?? null;
    const side = (node === null ? undefined : relative?.sides.side.get(node)) ?? "all";
    cellOf[call] = table.count(call, side, phase, sample);
    if (node === null || isDown(plan, node, sample)) continue;
    for (let i = Math.max(0, next - 1); i < plan.cuts.length; i++) {
      const each = plan.cuts[i] as Cut;
      if (each.beginNs > sample.endNs) break;
      const weight = mix[calls.f[call] as number] as number;
      if (feltFromNs(each, sample) <= sample.endNs)
        slicesOf(during[i], f, node, each.beginNs, each.endNs)?.add(sample, weight);
      const until = Math.min(each.quietUntilNs, each.healedNs + RECOVERY_LIMIT_NS);
      slicesOf(recovery[i], f, node, each.healedNs, until)?.add(sample, weight);
    }
  }
  return { cells: table.list, during, recovery, cellOf };
}

/** Was any op of the main phase under way during a cut? Of the calls that `measure` counts, that is, one in the phase "during". */
export function triedDuring(calls: Calls, plan: Plan): boolean {
  let next = 0;
  for (let call = 0; call < calls.length; call++) {
    const invokeNs = calls.invokeNs[call] as number;
    if (invokeNs >= plan.mainEndNs) break;
    while (next < plan.cuts.length && (plan.cuts[next] as Cut).endNs <= invokeNs) next++;
    const cut = plan.cuts[next];
    if (cut === undefined) return false;
    if (cut.beginNs <= (calls.endNs[call] as number)) return true;
  }
  return false;
}

/**
 * From when on an op's end says something of a cut. An answer that came before the cut was proved to bite everywhere need not
 * have crossed it: two writes of an etcd under load, answered 50 ms into a cut that took 300 ms to make, are no service of
 * its minority. A refusal may be the cut's doing from its first rule on.
 */
function feltFromNs(cut: Cut, { answered }: Sample): number {
  return answered ? Math.min(cut.window.biteNs, cut.endNs) : cut.beginNs;
}

/**
 * Each f's share of the ops of the main phase. What a client could not issue while it was stuck in a compare-and-set would
 * mostly have been something else: counted as compare-and-sets all of it, one time-out would look like an outage of that f.
 */
function mixOf(calls: Calls, mainEndNs: number): Float64Array {
  const counts = new Float64Array(calls.fs.length);
  let all = 0;
  for (let call = 0; call < calls.length && (calls.invokeNs[call] as number) < mainEndNs; call++) {
    const f = calls.f[call] as number;
    counts[f] = (counts[f] as number) + 1;
    all++;
  }
  return counts.map((count) => (all === 0 ? 0 : count / all));
}

/** What a call shows of service: its times, whether it was answered, and what its client could not issue meanwhile. */
export function sampleOf(calls: Calls, call: number, cadence: Float64Array, isAnswer: Uint8Array): Sample {
  const invokeNs = calls.invokeNs[call] as number;
  const endNs = calls.endNs[call] as number;
  const type = calls.type[call] as number;
  const node = calls.node[call] as number;
  const cadenceNs = cadence[node === -1 ? cadence.length - 1 : node] as number;
  return {
    invokeNs,
    endNs,
    ended: type !== OPEN,
    answered: type === OK || (type === FAIL && isAnswer[calls.error[call] as number] === 1),
    missed: missedOps(endNs - invokeNs, cadenceNs),
    cadenceNs,
  };
}

function isDown(plan: Plan, node: NodeId, { invokeNs, endNs }: Sample): boolean {
  return plan.down.get(node)?.some(({ fromNs, toNs }) => fromNs <= endNs && toNs >= invokeNs) === true;
}

function slicesOf(
  stretch: Map<string, Map<NodeId, Slices>> | undefined,
  f: string,
  node: NodeId,
  fromNs: number,
  toNs: number,
): Slices | undefined {
  if (stretch === undefined || !(toNs > fromNs)) return undefined;
  let byNode = stretch.get(f);
  if (byNode === undefined) {
    byNode = new Map();
    stretch.set(f, byNode);
  }
  let slices = byNode.get(node);
  if (slices === undefined) {
    slices = new Slices(fromNs, toNs);
    byNode.set(node, slices);
  }
  return slices;
}

const SIDES = ["minority", "majority", "all"] as const;
const PHASES = ["before", "during", "after"] as const;

/** The cells that occur, found by small numbers: a string per op would cost more than all the counting. */
class Cells {
  readonly list: Cell[] = [];
  private readonly ids: Int32Array;

  constructor(private readonly calls: Calls) {
    this.ids = new Int32Array(SIDES.length * PHASES.length * calls.fs.length * (calls.nodes.length + 1)).fill(-1);
  }

  /** Counts a call in its cell; returns the cell's number. */
  count(call: number, side: Cell["side"], phase: Phase, sample: Sample): number {
    const id = this.idOf(side, phase, this.calls.f[call] as number, this.calls.node[call] as number);
    const cell = this.list[id] as Cell;
    const type = this.calls.type[call];
    const { answered, missed, cadenceNs } = sample;
    cell.issued++;
    cell.missing += missed;
    if (type === OK) cell.ok++;
    else if (answered) cell.answers++;
    else if (type === FAIL) cell.fail++;
    else cell.info++;
    if (!answered) return id;
    const latencyNs = sample.endNs - sample.invokeNs;
    cell.answered += 1 + missed;
    for (let i = 0; i < DEADLINES_MS.length; i++) {
      const deadlineNs = (DEADLINES_MS[i] as number) * 1e6;
      // The k-th missing op would have waited latency - k cadences.
      const late = missed === 0 ? 0 : Math.ceil((latencyNs - deadlineNs) / cadenceNs) - 1;
      const inTime = missed - Math.min(missed, Math.max(0, late));
      cell.within[i] = (cell.within[i] as number) + (latencyNs <= deadlineNs ? 1 : 0) + inTime;
    }
    return id;
  }

  private idOf(side: Cell["side"], phase: Phase, f: number, node: number): number {
    const { fs, nodes } = this.calls;
    const kind = SIDES.indexOf(side) * PHASES.length + PHASES.indexOf(phase);
    const at = (kind * fs.length + f) * (nodes.length + 1) + node + 1;
    const known = this.ids[at] as number;
    if (known !== -1) return known;
    const id = this.list.length;
    this.ids[at] = id;
    this.list.push({ side, node: nodes[node] ?? null, f: fs[f] as string, phase, ...zero() });
    return id;
  }
}

function zero(): Omit<Cell, "side" | "node" | "f" | "phase"> {
  return {
    issued: 0,
    missing: 0,
    ok: 0,
    answers: 0,
    fail: 0,
    info: 0,
    answered: 0,
    within: [0, 0, 0],
    harvestSum: 0,
    harvestCount: 0,
    harvestMin: 1,
  };
}
