/** One pass over a history that gathers all a report needs. Ops stay in the history; only numbers are kept of each. */
import type { History } from "../src/core/history.js";
import type { NodeId, Op } from "../src/core/op.js";
import { type Fault, faultsOf } from "./bands.js";
import { ENDINGS, type Ending } from "./data.js";
import { byNumberInName } from "./format.js";

/** An op as people think of it: what was asked, and how it ended. */
export interface OpPair {
  readonly invoke: Op;
  /** Absent where the history ends first. */
  readonly end: Op | undefined;
}

export function endingOf(pair: OpPair): Ending {
  return pair.end === undefined || pair.end.type === "invoke" ? "info" : pair.end.type;
}

/** The client ops in order of invocation, as columns: a run of millions of ops must not become millions of objects. */
export interface Calls {
  readonly count: number;
  /** Positions in the history; -1 in `endAt` where there is no completion. */
  readonly invokeAt: Int32Array;
  readonly endAt: Int32Array;
  readonly invokeNs: Float64Array;
  /** The completion's time; the invocation's where there is none. */
  readonly endNs: Float64Array;
  /** Positions in ENDINGS. */
  readonly ending: Uint8Array;
  /** Positions in `fs`. */
  readonly f: Uint16Array;
  readonly fs: readonly string[];
}

export interface Survey {
  readonly calls: Calls;
  /** Completions of the nemesis, in order. */
  readonly nemesisOps: readonly Op[];
  readonly faults: readonly Fault[];
  readonly nodes: readonly NodeId[];
  readonly endNs: number;
  /** The pair of a row of `calls`. */
  pair(row: number): OpPair;
  /** The row an op (either half) belongs to; undefined where the history does not hold it. */
  rowOf(op: Op): number | undefined;
}

export function survey(history: History): Survey {
  const nemesisOps: Op[] = [];
  const nodes = new Set<NodeId>();
  const calls = emptyCalls(history.length);
  const rowAt = new Int32Array(history.length).fill(-1);
  const fIds = new Map<string, number>();
  let count = 0;
  let endNs = 0;
  for (let position = 0; position < history.length; position++) {
    const op = history.op(position);
    endNs = Math.max(endNs, op.time);
    const row = rowAt[position] as number;
    if (row >= 0) {
      calls.endNs[row] = op.time;
      calls.ending[row] = Math.max(0, ENDINGS.indexOf(op.type as Ending));
    } else if (op.process === "nemesis") {
      if (op.type !== "invoke") nemesisOps.push(op);
    } else if (op.type === "invoke") {
      const other = history.pair(position);
      rowAt[position] = count;
      if (other >= 0) rowAt[other] = count;
      calls.invokeAt[count] = position;
      calls.endAt[count] = other;
      calls.invokeNs[count] = op.time;
      calls.endNs[count] = op.time;
      calls.ending[count] = ENDINGS.indexOf("info");
      const f = fIds.get(op.f) ?? fIds.size;
      fIds.set(op.f, f);
      calls.f[count++] = f;
      if (op.node !== undefined) nodes.add(op.node);
    }
  }
  return {
    calls: { ...calls, count, fs: [...fIds.keys()] },
    nemesisOps,
    faults: faultsOf(nemesisOps, endNs),
    nodes: [...nodes].sort(byNumberInName),
    endNs,
    pair(row) {
      const other = calls.endAt[row] as number;
      return { invoke: history.op(calls.invokeAt[row] as number), end: other < 0 ? undefined : history.op(other) };
    },
    rowOf(op) {
      const row = rowAt[positionOf(history, op)] ?? -1;
      return row < 0 ? undefined : row;
    },
  };
}

function emptyCalls(length: number) {
  return {
    invokeAt: new Int32Array(length),
    endAt: new Int32Array(length),
    invokeNs: new Float64Array(length),
    endNs: new Float64Array(length),
    ending: new Uint8Array(length),
    f: new Uint16Array(length),
  };
}

/** Indices ascend, but need not start at 0 nor be dense (a history cut out of a longer one). -1 where it is not held. */
function positionOf(history: History, op: Op): number {
  let [low, high] = [0, history.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (history.op(middle).index < op.index) low = middle + 1;
    else high = middle;
  }
  if (low >= history.length) return -1;
  // A stored witness and a history may disagree (one was edited): the same index is not enough.
  const held = history.op(low);
  return held.index === op.index && held.process === op.process && held.f === op.f ? low : -1;
}
