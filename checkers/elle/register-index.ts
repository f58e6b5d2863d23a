/**
 * What each register transaction reads from outside and leaves behind: its first micro-op on a key if that is a read, and its
 * last write to a key. A version of a key is the micro-op that wrote it; the initial version is its own.
 */
import { FAIL, NIL, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { rangesOf, WriteTable } from "./value-table.js";

/** `readOf` of a read of a value that nobody wrote. */
export const STRANGE = -3;

export interface RegisterIndex {
  readonly txns: TxnHistory;
  /** Holds of each value the micro-op that wrote it + 1. */
  readonly table: WriteTable;
  /** A write of a value that was written to the key before, or -1. */
  readonly duplicate: number;
  /** Micro-op -> transaction. */
  readonly owner: Int32Array;
  /** Read micro-op -> the micro-op that wrote what it read, NIL, UNKNOWN or STRANGE. */
  readonly readOf: Int32Array;
  /** Micro-op -> 1 for the read of a key by an ok transaction that comes before anything else it does to that key. */
  readonly external: Uint8Array;
  /** Write micro-op -> 1 where its transaction writes the same key again later. */
  readonly superseded: Uint8Array;
}

export function registerIndex(txns: TxnHistory): RegisterIndex {
  const { mopKind, mopKey, mopValue, mopStart, mopEnd, count, keys, type } = txns;
  const table = new WriteTable(keys.length, rangesOf(txns));
  let duplicate = -1;
  const owner = new Int32Array(mopKind.length);
  const readOf = new Int32Array(mopKind.length).fill(UNKNOWN);
  const external = new Uint8Array(mopKind.length);
  const superseded = new Uint8Array(mopKind.length);
  // Key -> the last micro-op on it, and the last write; of this transaction where not below its first micro-op.
  const lastTouch = new Int32Array(keys.length).fill(-1);
  const lastWrite = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    const from = mopStart[t] as number;
    const ok = type[t] === OK;
    for (let m = from, end = mopEnd[t] as number; m < end; m++) {
      owner[m] = t;
      const k = mopKey[m] as number;
      if (mopKind[m] === READ) {
        if (ok && (lastTouch[k] as number) < from) external[m] = 1;
      } else {
        const entry = table.claim(k, mopValue[m] as number);
        if (table.held[entry] !== 0) duplicate = m;
        else table.held[entry] = m + 1;
        const before = lastWrite[k] as number;
        if (before >= from) superseded[before] = 1;
        lastWrite[k] = m;
      }
      lastTouch[k] = m;
    }
  }
  for (let m = 0; m < mopKind.length; m++) {
    const value = mopValue[m] as number;
    if (mopKind[m] !== READ || value === UNKNOWN || type[owner[m] as number] !== OK) continue;
    const writer = value === NIL ? NIL : table.find(mopKey[m] as number, value) - 1;
    readOf[m] = value !== NIL && writer < 0 ? STRANGE : writer;
  }
  return { txns, table, duplicate, owner, readOf, external, superseded };
}

/** Is this micro-op the last write of a transaction that may have happened to its key, so one whose value may be read? */
export function installs(index: RegisterIndex, m: number): boolean {
  const { txns, superseded, owner } = index;
  return txns.mopKind[m] === WRITE && superseded[m] === 0 && txns.type[owner[m] as number] !== FAIL;
}
