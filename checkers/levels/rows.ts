/**
 * The ops of registers as consistency levels look at them: who (a session is a process) read whose write of which key. Only
 * for histories in which a key's values are each written at most once, since then a value names its write.
 */
import { NONE } from "../../src/history/index.js";
import { DONE, NEVER } from "../linearizable/calls.js";
import { type Cells, MISS, READ, WRITE } from "../linearizable/cells.js";

/** `source` of a row: it only writes; it saw the initial value; it saw a value that nobody may have written. */
export const NO_READ = -1;
export const INITIAL = -2;
export const THIN_AIR = -3;

/** Ops that happened, in the order they began. A compare-and-set that succeeded is one row that reads and writes. */
export interface Rows {
  readonly cells: Cells;
  readonly count: number;
  /** The row's call in `cells`. */
  readonly calls: Int32Array;
  /** Sessions by small numbers, and how many there are. */
  readonly session: Int32Array;
  readonly sessions: number;
  /** Key id + 1. */
  readonly key: Int32Array;
  /** The row whose write it read, or one of the above. */
  readonly source: Int32Array;
  readonly writes: Uint8Array;
}

/**
 * Crashed writes take part where somebody read them; crashed reads and compare-and-sets that failed do not.
 * Undefined where some key's value is written twice, or its initial value is written.
 */
export function rowsOf(cells: Cells): Rows | undefined {
  const writerOf = writersOf(cells);
  if (writerOf === undefined) return undefined;
  const { calls } = cells;
  const happened = happenedOf(cells, writerOf);
  const rowOf = new Int32Array(calls.count).fill(NONE);
  let count = 0;
  for (let call = 0; call < calls.count; call++) if (happened[call] === 1) rowOf[call] = count++;
  const rows = {
    calls: new Int32Array(count),
    session: new Int32Array(count),
    key: new Int32Array(count),
    source: new Int32Array(count),
    writes: new Uint8Array(count),
  };
  const sessions = new Map<number, number>();
  for (let call = 0; call < calls.count; call++) {
    const row = rowOf[call] as number;
    if (row === NONE) continue;
    const kind = cells.kinds[call] as number;
    const process = calls.history.processes[calls.inv[call] as number] as number;
    let session = sessions.get(process);
    if (session === undefined) {
      session = sessions.size;
      sessions.set(process, session);
    }
    rows.calls[row] = call;
    rows.session[row] = session;
    rows.key[row] = (calls.keys[call] as number) + 1;
    rows.writes[row] = kind === READ ? 0 : 1;
    const writer = writerOf[call] as number;
    rows.source[row] = kind === WRITE ? NO_READ : writer >= 0 ? (rowOf[writer] as number) : writer;
  }
  return { cells, count, sessions: sessions.size, ...rows };
}

/** Call that reads -> the call that wrote what it saw, INITIAL or THIN_AIR. Undefined where that cannot be told. */
function writersOf(cells: Cells): Int32Array | undefined {
  const { calls, parts, kinds, from, to, initial } = cells;
  const out = new Int32Array(calls.count).fill(NO_READ);
  const known = new Int32Array(calls.history.tables.values.size).fill(NONE);
  for (const part of parts) {
    for (const call of part.calls) {
      if (kinds[call] === READ || kinds[call] === MISS) continue;
      const value = to[call] as number;
      if (known[value] !== NONE || value === initial) return undefined;
      known[value] = call;
    }
    for (const call of part.calls) {
      if (kinds[call] === WRITE || kinds[call] === MISS) continue;
      const value = from[call] as number;
      const writer = known[value] as number;
      out[call] = value === initial ? INITIAL : writer === NONE ? THIN_AIR : writer;
    }
    for (const call of part.calls) known[to[call] as number] = NONE;
  }
  return out;
}

/** A crashed write happened if a call that happened read its value. */
function happenedOf({ calls, kinds }: Cells, writerOf: Int32Array): Uint8Array {
  const happened = new Uint8Array(calls.count);
  for (let call = 0; call < calls.count; call++) {
    if (kinds[call] === MISS || calls.status[call] !== DONE) continue;
    happened[call] = 1;
    for (let at = writerOf[call] as number; at >= 0 && happened[at] === 0; at = writerOf[at] as number)
      happened[at] = 1;
  }
  return happened;
}

/** Positions in the history of a row's invocation and completion (NEVER for a crashed one). */
export const beginOf = ({ cells, calls }: Rows, row: number): number => cells.calls.inv[calls[row] as number] as number;
export const endOf = ({ cells, calls }: Rows, row: number): number => {
  const call = calls[row] as number;
  return cells.calls.status[call] === DONE ? (cells.calls.ret[call] as number) : NEVER;
};
