/**
 * List-append transactions as the history itself holds them: no micro-op is copied or even looked at, since their readers
 * noted of each transaction whether all its micro-ops are what they should be.
 */
import {
  type ColumnarHistory,
  DIRECT,
  OK as DONE,
  FAIL as FAILED,
  INVOKE,
  NEMESIS,
  NOT_LISTS,
  NULL_WORD,
  SHOWS,
} from "../../src/history/index.js";
import { FAIL, INFO, OK, type TxnHistory } from "./txn-history.js";
import { TxnRows } from "./txn-rows.js";

/**
 * The transactions of a history, or undefined where any of them wants a closer look: one that is not all appends and reads of
 * lists, was read in another way (an unusual line), has no result although it completed, or has one although it did not.
 */
export function viewTxns(history: ColumnarHistory): TxnHistory | undefined {
  const { length, types, processes, pairs, values, tables } = history;
  const table = tables.values;
  const { micros } = table;
  let invocations = 0;
  for (let position = 0; position < length; position++) {
    if (types[position] === INVOKE && processes[position] !== NEMESIS) invocations++;
  }
  const rows = new TxnRows(invocations, length);
  const mopStart = new Int32Array(invocations);
  const mopEnd = new Int32Array(invocations);
  for (let position = 0; position < length; position++) {
    if (types[position] !== INVOKE || processes[position] === NEMESIS) continue;
    const pair = pairs[position] as number;
    const outcome = pair < 0 ? INFO : types[pair] === DONE ? OK : types[pair] === FAILED ? FAIL : INFO;
    // A completion may leave its value out: then it has that of its invocation, and never the same one otherwise.
    const answered = pair >= 0 && values[pair] !== values[position];
    const id = values[answered ? pair : position] as number;
    const from = table.microsFrom(id);
    if (from < 0) return undefined;
    const shape = table.microsShape(id);
    if ((shape & NOT_LISTS) !== 0 || (outcome === OK ? !answered : (shape & SHOWS) !== 0)) return undefined;
    const t = rows.add(position, pair, outcome);
    mopStart[t] = from;
    mopEnd[t] = table.microsEnd(id);
  }
  const columns = rows.columns();
  const value = (id: number): unknown => (id < DIRECT ? id : table.get(id - DIRECT));
  const { keys } = micros;
  return {
    history,
    ...columns,
    at: (t) => Math.max(columns.invoke[t] as number, pairs[columns.invoke[t] as number] as number),
    process: (t) => processes[columns.invoke[t] as number] as number,
    mopStart,
    mopEnd,
    mopKind: micros.kind.subarray(0, micros.length),
    mopKey: micros.key.subarray(0, micros.length),
    mopValue: micros.value.subarray(0, micros.length),
    mopSize: micros.size.subarray(0, micros.length),
    elements: micros.lists.elements,
    listStart: micros.lists.start,
    keys: Array.from(keys.keys.subarray(0, keys.count), (key) => (key === NULL_WORD ? null : value(key))),
    value,
    ownerOf: ownersBy(mopStart, micros.length),
    ranges: () => micros.ranges(),
  };
}

/** Finds the transaction of a micro-op of one: the nearest first micro-op before it tells. */
function ownersBy(mopStart: Int32Array, mops: number): (m: number) => number {
  let begins: Int32Array | undefined;
  return (m) => {
    if (begins === undefined) {
      begins = new Int32Array(mops);
      for (const [t, start] of mopStart.entries()) begins[start] = t + 1;
    }
    let at = m;
    while (begins[at] === 0) at--;
    return (begins[at] as number) - 1;
  };
}
