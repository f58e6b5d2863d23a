/**
 * The ops of a history that a checker has to place in an order, one row each instead of an invocation and a completion:
 * in order of invocation, with what did not happen left out. "Time" is the position in the history.
 */
import { UsageError } from "../../src/core/errors.js";
import { type ColumnarHistory, FAIL, INVOKE, NEMESIS, NONE, OK } from "../../src/history/index.js";

/** `ret` of a call that never completed for sure: it may take effect at any later time, or never. */
export const NEVER = 0x7fffffff;

/** Statuses of a call. */
export const DONE = 0;
/** info or open. */
export const MAYBE = 1;
/** A cas that failed with error "mismatch": it saw that the register was not `from`. */
export const MISMATCH = 2;

/** Calls in columns. */
export interface Calls {
  readonly history: ColumnarHistory;
  readonly count: number;
  /** Which of the model's fs: its place in the list given to `callsOf`. */
  readonly fs: Uint8Array;
  readonly status: Uint8Array;
  /** Position of the invocation. */
  readonly inv: Int32Array;
  /** Position of the ok or fail completion, or NEVER. */
  readonly ret: Int32Array;
  /** Value ids. `outputs` is meaningful where the status is DONE. */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  /** Key ids (NONE = -1: no key). */
  readonly keys: Int32Array;
}

/** What a model does not want to see. */
export interface CallFilter {
  /** The names of the model's ops, by code; several names may share a code. */
  readonly fs: ReadonlyMap<string, number>;
  /** Codes whose ops only look: crashed ones are dropped. */
  readonly looks: ReadonlySet<number>;
  /** The code of cas, whose failures with "mismatch" are observations. */
  readonly cas?: number;
}

/**
 * The calls of a history. Nemesis ops, ops that failed (they did not happen) and crashed observers are left out.
 * @throws UsageError where an op that may have happened has an f that the model does not know: leaving it out could hide
 *   or invent a violation.
 */
export function callsOf(history: ColumnarHistory, filter: CallFilter, modelName: string): Calls {
  const { types, processes, pairs, values, keys, errors, length } = history;
  const codes = codesOf(history, filter);
  const mismatch = filter.cas === undefined ? NONE : history.fId("mismatch");
  const count = countInvocations(history);
  const out = emptyCalls(history, count);
  const looks = new Uint8Array(256);
  for (const code of filter.looks) looks[code] = 1;
  const { fs, status, inv, ret, inputs, outputs, keys: outKeys } = out;
  let n = 0;
  for (let i = 0; i < length; i++) {
    if (types[i] !== INVOKE || processes[i] === NEMESIS) continue;
    const pair = pairs[i] as number;
    const type = pair === NONE ? NONE : (types[pair] as number);
    const code = codes[history.fs[i] as number] as number;
    if (type === FAIL && (mismatch === NONE || code !== filter.cas || errors[pair] !== mismatch)) continue;
    if (code === UNKNOWN_F) throw unknownF(history, i, filter, modelName);
    const done = type === OK || type === FAIL;
    if (!done && looks[code] === 1) continue;
    fs[n] = code;
    status[n] = type === OK ? DONE : type === FAIL ? MISMATCH : MAYBE;
    inv[n] = i;
    ret[n] = done ? pair : NEVER;
    inputs[n] = values[i] as number;
    outputs[n] = done ? (values[pair] as number) : 0;
    outKeys[n] = keys[i] as number;
    n++;
  }
  return { ...out, count: n };
}

const UNKNOWN_F = 255;

/** String id -> code of the f. */
function codesOf(history: ColumnarHistory, filter: CallFilter): Uint8Array {
  const codes = new Uint8Array(history.tables.strings.size).fill(UNKNOWN_F);
  for (const [name, code] of filter.fs) {
    const id = history.fId(name);
    if (id !== -1) codes[id] = code;
  }
  return codes;
}

function countInvocations(history: ColumnarHistory): number {
  let count = 0;
  for (let i = 0; i < history.length; i++) if (history.types[i] === INVOKE) count++;
  return count;
}

function emptyCalls(history: ColumnarHistory, count: number): Calls {
  return {
    history,
    count,
    fs: new Uint8Array(count),
    status: new Uint8Array(count),
    inv: new Int32Array(count),
    ret: new Int32Array(count),
    inputs: new Int32Array(count),
    outputs: new Int32Array(count),
    keys: new Int32Array(count),
  };
}

function unknownF(history: ColumnarHistory, at: number, filter: CallFilter, model: string): UsageError {
  const op = history.op(at);
  const known = [...filter.fs.keys()].join(", ");
  return new UsageError(
    `the model ${model} does not know the op "${op.f}" (op ${op.index}, process ${op.process}); it knows ${known}. Choose another model`,
  );
}

/** The calls of one key, as indices into `Calls`, in order of invocation. */
export interface Part {
  /** Key id, NONE where ops have no key. */
  readonly key: number;
  readonly calls: Int32Array;
}

/** Splits calls by key: each key is an object of its own, and a history is linearizable iff each of its objects is. */
export function partsOf(calls: Calls): Part[] {
  const { keys, count } = calls;
  const sizes = new Int32Array(calls.history.tables.keys.length + 1);
  for (let i = 0; i < count; i++) bump(sizes, (keys[i] as number) + 1);
  const starts = new Int32Array(sizes.length);
  for (let k = 1; k < sizes.length; k++) starts[k] = (starts[k - 1] as number) + (sizes[k - 1] as number);
  const order = new Int32Array(count);
  const at = starts.slice();
  for (let i = 0; i < count; i++) order[bump(at, (keys[i] as number) + 1)] = i;
  const parts: Part[] = [];
  for (const [k, size] of sizes.entries()) {
    const start = starts[k] as number;
    if (size > 0) parts.push({ key: k - 1, calls: order.subarray(start, start + size) });
  }
  return parts;
}

/** array[i]++: gives what it was. */
function bump(array: Int32Array, i: number): number {
  const was = array[i] as number;
  array[i] = was + 1;
  return was;
}
