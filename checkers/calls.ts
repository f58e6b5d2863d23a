/**
 * The calls of a history in typed columns: an invocation and its completion side by side. Counting, timing and grouping need
 * no op objects, and several checkers share one pass over a history of a million ops.
 */
import { type FaultWindow, faultWindows } from "../src/core/fault.js";
import type { History } from "../src/core/history.js";
import type { NodeId, Op } from "../src/core/op.js";
import { type ColumnarHistory, columnar, INVOKE, NEMESIS, NONE } from "../src/history/index.js";

/** How a call ended. OPEN: the history ends before it does (to be read like `info`). */
export const OK = 0;
export const FAIL = 1;
export const INFO = 2;
export const OPEN = 3;

/** Words for the codes; an open call is an `info` to people. */
export const CALL_TYPES = ["ok", "fail", "info"] as const;

/** Client calls in the order of their invocations. Columns are `length` long; ids index the lists; -1 is "none". */
export interface Calls {
  readonly length: number;
  /** Positions in the history; `endPos` is -1 for an open call. */
  readonly invokePos: Int32Array;
  readonly endPos: Int32Array;
  /** ns since the run began; `endNs` of an open call is the time of the last event. */
  readonly invokeNs: Float64Array;
  readonly endNs: Float64Array;
  readonly type: Uint8Array;
  readonly process: Int32Array;
  /** Ids in `fs`, `nodes` (pinned), `nodes` (answered after a redirect), `errors`. */
  readonly f: Int32Array;
  readonly node: Int32Array;
  readonly via: Int32Array;
  readonly error: Int32Array;
  readonly fs: readonly string[];
  readonly nodes: readonly NodeId[];
  readonly errors: readonly string[];
  /** Faults, oldest first. */
  readonly windows: readonly FaultWindow[];
  /** Every event of the nemesis. */
  readonly nemesisOps: readonly Op[];
  /** Time of the last event, ns. 0 where the history has no times. */
  readonly lastNs: number;
}

const cache = new WeakMap<History, Calls>();

/** The calls of a history; computed once per history object. */
export function callsOf(history: History): Calls {
  const known = cache.get(history);
  if (known !== undefined) return known;
  const calls = build(history);
  cache.set(history, calls);
  return calls;
}

/** Gives small numbers to a history's strings, in order of appearance. */
class Ids {
  readonly list: string[] = [];
  /** The history's number of a string -> ours + 1. */
  private readonly ids: Int32Array;

  constructor(private readonly history: ColumnarHistory) {
    this.ids = new Int32Array(history.tables.strings.size);
  }

  of(id: number): number {
    if (id === NONE) return -1;
    const known = this.ids[id] as number;
    if (known !== 0) return known - 1;
    this.ids[id] = this.list.push(this.history.string(id));
    return this.list.length - 1;
  }
}

function build(given: History): Calls {
  // Columns, since an object for each op is most of what this would cost.
  const history = columnar(given);
  const size = history.length;
  const invokePos = new Int32Array(size);
  const endPos = new Int32Array(size).fill(-1);
  const invokeNs = new Float64Array(size);
  const endNs = new Float64Array(size);
  const type = new Uint8Array(size).fill(OPEN);
  const process = new Int32Array(size);
  const f = new Int32Array(size);
  const node = new Int32Array(size);
  const via = new Int32Array(size).fill(-1);
  const error = new Int32Array(size).fill(-1);
  const fs = new Ids(history);
  const nodes = new Ids(history);
  const errors = new Ids(history);
  /** Position of an invocation -> its call. */
  const callAt = new Int32Array(size);
  const nemesisOps: Op[] = [];
  let length = 0;
  const lastNs = size === 0 ? 0 : (history.times[size - 1] as number);
  for (let position = 0; position < size; position++) {
    if (history.processes[position] === NEMESIS) {
      nemesisOps.push(history.op(position));
      continue;
    }
    const time = history.times[position] as number;
    if (history.types[position] === INVOKE) {
      const call = length++;
      callAt[position] = call;
      invokePos[call] = position;
      invokeNs[call] = time;
      endNs[call] = lastNs;
      process[call] = history.processes[position] as number;
      f[call] = fs.of(history.fs[position] as number);
      node[call] = nodes.of(history.nodes[position] as number);
      continue;
    }
    const call = callAt[history.pairs[position] as number] as number;
    endPos[call] = position;
    endNs[call] = time;
    // The columns' codes are INVOKE, OK, FAIL, INFO.
    type[call] = (history.types[position] as number) - 1;
    via[call] = nodes.of(history.vias[position] as number);
    error[call] = errors.of(history.errors[position] as number);
    // An imported history may name the node on the completion only.
    if (node[call] === -1) node[call] = nodes.of(history.nodes[position] as number);
  }
  return {
    length,
    invokePos: invokePos.subarray(0, length),
    endPos: endPos.subarray(0, length),
    invokeNs: invokeNs.subarray(0, length),
    endNs: endNs.subarray(0, length),
    type: type.subarray(0, length),
    process: process.subarray(0, length),
    f: f.subarray(0, length),
    node: node.subarray(0, length),
    via: via.subarray(0, length),
    error: error.subarray(0, length),
    fs: fs.list,
    nodes: nodes.list,
    errors: errors.list,
    windows: faultWindows(nemesisOps),
    nemesisOps,
    lastNs,
  };
}
