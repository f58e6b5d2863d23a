/**
 * The calls of a history in typed columns: an invocation and its completion side by side. Counting, timing and grouping need
 * no op objects, and several checkers share one pass over a history of a million ops.
 */
import { type FaultWindow, faultWindows } from "../src/core/fault.js";
import type { History } from "../src/core/history.js";
import type { NodeId, Op } from "../src/core/op.js";

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

/** Gives small numbers to strings, in order of appearance. */
class Ids {
  readonly list: string[] = [];
  private readonly ids = new Map<string, number>();

  of(text: string | undefined): number {
    if (text === undefined) return -1;
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    this.ids.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

function build(history: History): Calls {
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
  const fs = new Ids();
  const nodes = new Ids();
  const errors = new Ids();
  const open = new Map<number, number>();
  const nemesisOps: Op[] = [];
  let length = 0;
  let position = 0;
  let lastNs = 0;
  for (const op of history) {
    if (op.time > lastNs) lastNs = op.time;
    if (op.process === "nemesis") nemesisOps.push(op);
    else if (op.type === "invoke") {
      const call = length++;
      open.set(op.process, call);
      invokePos[call] = position;
      invokeNs[call] = op.time;
      process[call] = op.process;
      f[call] = fs.of(op.f);
      node[call] = nodes.of(op.node);
    } else {
      const call = open.get(op.process);
      if (call !== undefined) {
        open.delete(op.process);
        endPos[call] = position;
        endNs[call] = op.time;
        type[call] = op.type === "ok" ? OK : op.type === "fail" ? FAIL : INFO;
        via[call] = nodes.of(op.via);
        error[call] = errors.of(op.error);
        // An imported history may name the node on the completion only.
        if (node[call] === -1) node[call] = nodes.of(op.node);
      }
    }
    position++;
  }
  for (const call of open.values()) endNs[call] = lastNs;
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
