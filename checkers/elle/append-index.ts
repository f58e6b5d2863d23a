/**
 * The version order of each list, taken from its longest read: a version is a prefix of that read, so a version is a number,
 * and a read that is a prefix names its version by its length.
 */
import type { OddReads } from "./odd-reads.js";
import { FAIL, listOf, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import { rangesOf, WriteTable } from "./value-table.js";

/** Place of a read of the empty list. */
export const EMPTY = -1;
/** Place of a read whose last element is not in the version order. */
export const ELSEWHERE = -3;
/** Place of an append that the version order does not show, and of a read whose result is not known. */
export const UNSEEN = -4;

/** Bits of a `by`. A failed transaction appended the element. */
export const FAILED = 1;
/** Nobody appended it. */
export const UNWRITTEN = 2;
/** The transaction appended more to the key after this element. */
export const INTERMEDIATE = 4;
/** The version that ends in this element was read by a completed transaction. Set by `readLists`. */
export const READ_BY = 8;
const FLAG_BITS = 4;

/** Who appended an element: its transaction + 1 and, in the lowest bits, flags; never 0. */
const byOf = (t: number, flags: number): number => ((t + 1) << FLAG_BITS) | flags;
/** The transaction of a `by`; -1 of an element that nobody appended. */
export const txnOf = (by: number): number => (by >> FLAG_BITS) - 1;
/** The same, but -1 too where it failed: the one that orders others. */
export const writerOf = (by: number): number => ((by & FAILED) !== 0 ? -1 : txnOf(by));

/** What the appends and the longest reads tell. */
export interface VersionOrders {
  readonly txns: TxnHistory;
  /** Holds of each element appended its `by`, or, where the version order shows it, ~slot (below 0). */
  readonly table: WriteTable;
  /** An append of what was appended before, or -1. Where there is one, nothing else is to be trusted. */
  readonly duplicate: number;
  /** Key -> where its slots start; its version order is the slots orderStart[k] … orderStart[k + 1] - 1. */
  readonly orderStart: Int32Array;
  /** Slot -> value id of the element. */
  readonly slotValue: Int32Array;
  /** Slot -> `by` of the element. */
  readonly slotBy: Int32Array;
  /** Key -> its first slot that is FAILED or UNWRITTEN; a large number where there is none. */
  readonly firstBad: Int32Array;
  /** Key -> the longest read, or -1. */
  readonly longest: Int32Array;
  /** Key -> 1 where its longest read has an element twice. */
  readonly repeats: Uint8Array;
  /**
   * Key -> the transactions that may have happened and appended what its version order does not show, ascending:
   * unseenTxn[unseenStart[k]] …. One that appended twice is in it twice.
   */
  readonly unseenStart: Int32Array;
  readonly unseenTxn: Int32Array;
  /** Did a failed transaction append any element of a version order? */
  readonly anyFailed: boolean;
}

/** The same, and where each read lies. Made by `readLists`. */
export interface AppendIndex extends VersionOrders {
  /** The reads that are not simply a prefix of the version order. */
  readonly odd: OddReads;
  /** The other reads of completed transactions that show an element which is FAILED or UNWRITTEN, or end in another's INTERMEDIATE one. */
  readonly suspects: Int32Array;
}

export function versionOrders(txns: TxnHistory): VersionOrders {
  const writes = indexWrites(txns);
  return { txns, ...writes, ...layOut(txns, writes), ...unseenAppends(txns, writes) };
}

interface Writes {
  readonly table: WriteTable;
  readonly duplicate: number;
  readonly longest: Int32Array;
  /** Key -> how many appends may have happened; layOut takes off those that it sees. */
  readonly unseen: Int32Array;
}

/** One pass over the micro-ops: who appended what, and which read of each key is the longest. */
function indexWrites(txns: TxnHistory): Writes {
  const { mopKind, mopKey, mopSize, mopValue, keys, count, mopStart, mopEnd, type } = txns;
  const table = new WriteTable(keys.length, rangesOf(txns));
  const { held } = table;
  const longest = new Int32Array(keys.length).fill(-1);
  const longestSize = new Int32Array(keys.length);
  const unseen = new Int32Array(keys.length);
  // Key -> the entry of the last append so far.
  const last = new Int32Array(keys.length).fill(-1);
  let duplicate = -1;
  for (let t = 0; t < count; t++) {
    const by = byOf(t, type[t] === FAIL ? FAILED : 0);
    const happened = type[t] === FAIL ? 0 : 1;
    for (let m = mopStart[t] as number, end = mopEnd[t] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopKind[m] === READ) {
        const size = mopSize[m] as number;
        if (size <= (longestSize[k] as number)) continue;
        longest[k] = m;
        longestSize[k] = size;
        continue;
      }
      const entry = table.claim(k, mopValue[m] as number);
      if (held[entry] !== 0) duplicate = m;
      const before = last[k] as number;
      if (before >= 0 && txnOf(held[before] as number) === t) held[before] = (held[before] as number) | INTERMEDIATE;
      held[entry] = by;
      last[k] = entry;
      unseen[k] = (unseen[k] as number) + happened;
    }
  }
  return { table, duplicate, longest, unseen };
}

/** Lays out each key's longest read, each element once. */
function layOut(txns: TxnHistory, { table, longest, unseen }: Writes) {
  const { keys, mopSize } = txns;
  const { held } = table;
  let total = 0;
  for (const m of longest) if (m >= 0) total += mopSize[m] as number;
  const orderStart = new Int32Array(keys.length + 1);
  const slotValue = new Int32Array(total);
  const slotBy = new Int32Array(total);
  const firstBad = new Int32Array(keys.length).fill(NOWHERE);
  const repeats = new Uint8Array(keys.length);
  let anyFailed = false;
  let slot = 0;
  for (let k = 0; k < keys.length; k++) {
    const start = slot;
    orderStart[k] = start;
    const m = longest[k] as number;
    if (m < 0) continue;
    let seen = 0;
    for (const value of listOf(txns, m)) {
      const entry = table.entry(k, value);
      const by = entry < 0 ? UNWRITTEN : (held[entry] as number);
      // The second time, an element has its slot already; one that nobody wrote has no entry to remember that.
      if (by < 0 || (by === UNWRITTEN && slotValue.subarray(start, slot).includes(value))) {
        repeats[k] = 1;
        continue;
      }
      slotValue[slot] = value;
      slotBy[slot] = by;
      if (entry >= 0) held[entry] = ~slot;
      if ((by & (FAILED | UNWRITTEN)) === 0) seen++;
      else {
        if ((by & FAILED) !== 0) anyFailed = true;
        if (firstBad[k] === NOWHERE) firstBad[k] = slot;
      }
      slot++;
    }
    unseen[k] = (unseen[k] as number) - seen;
  }
  orderStart[keys.length] = slot;
  return { orderStart, slotValue, slotBy, firstBad, repeats, anyFailed };
}

const NOWHERE = 0x7fffffff;

/** What no read shows, by key. */
function unseenAppends(txns: TxnHistory, { table, unseen }: Writes) {
  const keys = txns.keys.length;
  const { held, start } = table;
  const unseenStart = new Int32Array(keys + 1);
  for (let k = 0; k < keys; k++) unseenStart[k + 1] = (unseenStart[k] as number) + (unseen[k] as number);
  const unseenTxn = new Int32Array(unseenStart[keys] as number);
  for (let k = 0; k < keys; k++) {
    if (unseen[k] === 0) continue;
    const first = unseenStart[k] as number;
    let next = first;
    for (let entry = start[k] as number; entry < (start[k + 1] as number); entry++) {
      const by = held[entry] as number;
      if (by <= 0 || (by & FAILED) !== 0) continue;
      const t = txnOf(by);
      // In the order of the history, so that a verdict does not hang on how the table is laid out.
      let at = next++;
      for (; at > first && (unseenTxn[at - 1] as number) > t; at--) unseenTxn[at] = unseenTxn[at - 1] as number;
      unseenTxn[at] = t;
    }
  }
  return { unseenStart, unseenTxn };
}

/** The `by` of an element of a key; UNWRITTEN where nobody appended it. */
export function byOfElement({ table, slotBy }: VersionOrders, key: number, value: number): number {
  const held = table.find(key, value);
  return held === 0 ? UNWRITTEN : held > 0 ? held : (slotBy[~held] as number);
}

/** The slot of an append, or UNSEEN. */
export function appendPlace({ txns, table }: VersionOrders, append: number): number {
  const held = table.find(txns.mopKey[append] as number, txns.mopValue[append] as number);
  return held < 0 ? ~held : UNSEEN;
}

/** The slot of a completed read's last element, EMPTY, ELSEWHERE, or UNSEEN where the result is not known. */
export function readPlace({ txns, orderStart, odd }: AppendIndex, read: number): number {
  if (txns.mopValue[read] === UNKNOWN) return UNSEEN;
  const odds = odd.placeOf(read);
  if (odds !== undefined) return odds;
  const size = txns.mopSize[read] as number;
  return size <= 0 ? EMPTY : (orderStart[txns.mopKey[read] as number] as number) + size - 1;
}

/** A read's last element, or -1 where it shows none. */
export function lastElement(txns: TxnHistory, read: number): number {
  return listOf(txns, read).at(-1) ?? -1;
}
