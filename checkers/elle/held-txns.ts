/**
 * Transactions as the history holds them already. Its readers noted of each whether all its micro-ops are what they should be,
 * so nobody has to look at those of lists before they are judged, and those of registers are copied as they are.
 */
import {
  type ColumnarHistory,
  DIRECT,
  OK as DONE,
  FAIL as FAILED,
  INVOKE,
  type MicroPool,
  NEMESIS,
  NOT_LISTS,
  NOT_REGISTERS,
  NULL_VALUE,
  NULL_WORD,
  SHOWS,
  shapeOf,
} from "../../src/history/index.js";
import { FAIL, INFO, lastBefore, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { TxnRows } from "./txn-rows.js";
import type { TxnModel } from "./types.js";

type Mops = Pick<
  TxnHistory,
  "mopStart" | "pool" | "mopEnd" | "mopKind" | "mopKey" | "mopValue" | "mopSize" | "elements" | "listStart" | "ownerOf"
>;

/**
 * The transactions of a history, or undefined where any of them wants a closer look: one that has micro-ops of another model,
 * was read in another way (an unusual line), has no result although it completed, or has one although it did not.
 */
export function heldTxns(history: ColumnarHistory, model: TxnModel): TxnHistory | undefined {
  const { length, types, processes, pairs, values, tables } = history;
  const table = tables.values;
  const { micros } = table;
  const strange = model === "list-append" ? NOT_LISTS : NOT_REGISTERS;
  const held = table.microsColumns();
  const rows = new TxnRows(length, length);
  // Room for as many as there are ops: memory that is never written to costs nothing.
  const from = new Int32Array(length);
  const end = new Int32Array(length);
  for (let position = 0; position < length; position++) {
    if (types[position] !== INVOKE || processes[position] === NEMESIS) continue;
    const pair = pairs[position] as number;
    const outcome = pair < 0 ? INFO : types[pair] === DONE ? OK : types[pair] === FAILED ? FAIL : INFO;
    // A completion may leave its value out: then it has that of its invocation, and never the same one otherwise. One that
    // is not ok may have any value (an error, []), and says nothing that the invocation does not.
    const answered = outcome === OK && values[pair] !== values[position] && values[pair] !== NULL_VALUE;
    const id = values[answered ? pair : position] as number;
    const shape = shapeOf(held.kind[id] as number);
    if (shape < 0 || (shape & strange) !== 0 || (outcome === OK ? !answered : (shape & SHOWS) !== 0)) return undefined;
    const t = rows.add(position, pair, outcome);
    from[t] = held.from[id] as number;
    end[t] = held.end[id] as number;
  }
  const columns = rows.columns();
  const mopStart = from.subarray(0, columns.count);
  const mopEnd = end.subarray(0, columns.count);
  const value = (id: number): unknown => (id < DIRECT ? id : table.get(id - DIRECT));
  const { keys } = micros;
  return {
    history,
    ...columns,
    at: (t) => Math.max(columns.invoke[t] as number, pairs[columns.invoke[t] as number] as number),
    process: (t) => processes[columns.invoke[t] as number] as number,
    ...(model === "list-append" ? asHeld(micros, mopStart, mopEnd) : inOrder(micros, mopStart, mopEnd, columns.type)),
    keys: Array.from(keys.keys.subarray(0, keys.count), (key) => (key === NULL_WORD ? null : value(key))),
    value,
    ranges: () => micros.ranges(),
  };
}

/** The very columns of the history. */
function asHeld({ kind, key, value, size, length, lists }: MicroPool, mopStart: Int32Array, mopEnd: Int32Array): Mops {
  return {
    mopStart,
    mopEnd,
    mopKind: kind.subarray(0, length),
    mopKey: key.subarray(0, length),
    mopValue: value.subarray(0, length),
    mopSize: size.subarray(0, length),
    elements: lists.elements,
    listStart: lists.start,
    pool: lists,
    ownerOf: ownersBy(mopStart, length),
  };
}

/** Copies, transaction by transaction. */
function inOrder(micros: MicroPool, from: Int32Array, end: Int32Array, type: Uint8Array): Mops {
  const { kind, key, value } = micros;
  const count = from.length;
  const starts = new Int32Array(count + 1);
  for (let t = 0; t < count; t++) starts[t + 1] = (starts[t] as number) + (end[t] as number) - (from[t] as number);
  const mops = starts[count] as number;
  const mopKind = new Uint8Array(mops);
  const mopKey = new Int32Array(mops);
  const mopValue = new Int32Array(mops);
  let m = 0;
  for (let t = 0; t < count; t++) {
    const ok = type[t] === OK;
    for (let i = from[t] as number, stop = end[t] as number; i < stop; i++) {
      const word = value[i] as number;
      mopKey[m] = key[i] as number;
      if (kind[i] !== READ) mopKind[m] = WRITE;
      mopValue[m++] = kind[i] !== READ || (ok && word !== NULL_WORD) ? word : ok ? NIL : UNKNOWN;
    }
  }
  return {
    mopStart: starts.subarray(0, count),
    mopEnd: starts.subarray(1),
    mopKind,
    mopKey,
    mopValue,
    mopSize: new Int32Array(mops),
    elements: new Int32Array(0),
    listStart: new Int32Array(0),
    ownerOf: (at) => lastBefore(at, count, (t) => starts[t] as number),
  };
}

/** Finds the transaction of a micro-op of one: the nearest first micro-op before it tells. */
function ownersBy(mopStart: Int32Array, mops: number): (m: number) => number {
  let begins: Int32Array | undefined;
  return (m) => {
    if (begins === undefined) {
      begins = new Int32Array(mops);
      for (let t = 0; t < mopStart.length; t++) begins[mopStart[t] as number] = t + 1;
    }
    let at = m;
    while (begins[at] === 0) at--;
    return (begins[at] as number) - 1;
  };
}
