/** One pass over a history that gathers all a report needs: rows for the page, pairs of the witnesses, the run's strip. */
import type { History } from "../src/core/history.js";
import type { NodeId, Op } from "../src/core/op.js";
import { type Fault, faultsOf } from "./bands.js";
import type { Ending } from "./data.js";

/** An op as people think of it: what was asked, and how it ended. */
export interface OpPair {
  readonly invoke: Op;
  /** Absent where the history ends first. */
  readonly end: Op | undefined;
}

export function endingOf(pair: OpPair): Ending {
  return pair.end === undefined || pair.end.type === "invoke" ? "info" : pair.end.type;
}

/** Ops a bucket of time, by ending (in the order of ENDINGS). */
export interface Strip {
  readonly bucketNs: number;
  readonly counts: readonly (readonly [ok: number, fail: number, info: number])[];
}

export interface Survey {
  /** Client ops, in order of invocation. */
  readonly pairs: readonly OpPair[];
  /** Completions of the nemesis, in order. */
  readonly nemesisOps: readonly Op[];
  readonly faults: readonly Fault[];
  readonly nodes: readonly NodeId[];
  readonly endNs: number;
  readonly strip: Strip;
  /** The pair an op (either half) belongs to; undefined where the history does not hold it. */
  pairOf(op: Op): OpPair | undefined;
}

const STRIP_BUCKETS = 240;

export function survey(history: History): Survey {
  const pairs: OpPair[] = [];
  const nemesisOps: Op[] = [];
  const nodes = new Set<NodeId>();
  const byIndex = new Map<number, number>();
  let endNs = 0;
  for (let position = 0; position < history.length; position++) {
    const op = history.op(position);
    endNs = Math.max(endNs, op.time);
    if (op.process === "nemesis") {
      if (op.type !== "invoke") nemesisOps.push(op);
      continue;
    }
    if (op.type !== "invoke") continue;
    const other = history.pair(position);
    const end = other < 0 ? undefined : history.op(other);
    byIndex.set(op.index, pairs.length);
    if (end !== undefined) byIndex.set(end.index, pairs.length);
    if (op.node !== undefined) nodes.add(op.node);
    pairs.push({ invoke: op, end });
  }
  return {
    pairs,
    nemesisOps,
    faults: faultsOf(nemesisOps, endNs),
    nodes: [...nodes].sort(byNumberInName),
    endNs,
    strip: stripOf(pairs, endNs),
    pairOf: (op) => lookUp(op, pairs, byIndex),
  };
}

/** A stored witness and a history may disagree (one was edited): the same index is not enough. */
function lookUp(op: Op, pairs: readonly OpPair[], byIndex: ReadonlyMap<number, number>): OpPair | undefined {
  const pair = pairs[byIndex.get(op.index) ?? -1];
  return pair !== undefined && pair.invoke.process === op.process && pair.invoke.f === op.f ? pair : undefined;
}

function stripOf(pairs: readonly OpPair[], endNs: number): Strip {
  const bucketNs = Math.max(1, Math.ceil((endNs + 1) / STRIP_BUCKETS));
  const buckets = endNs === 0 ? 0 : Math.ceil((endNs + 1) / bucketNs);
  const counts = Array.from({ length: buckets }, (): [number, number, number] => [0, 0, 0]);
  for (const pair of pairs) {
    const bucket = counts[Math.floor((pair.end ?? pair.invoke).time / bucketNs)];
    if (bucket === undefined) continue;
    const ending = endingOf(pair);
    bucket[ending === "ok" ? 0 : ending === "fail" ? 1 : 2]++;
  }
  return { bucketNs, counts };
}

/** n2 before n10. */
export function byNumberInName(a: string, b: string): number {
  const [x, y] = [Number(/\d+$/.exec(a)?.[0]), Number(/\d+$/.exec(b)?.[0])];
  if (x !== y && !Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}
