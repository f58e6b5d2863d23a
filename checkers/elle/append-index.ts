/**
 * The version order of each list, taken from its longest read: a version is a prefix of that read, so a version is a number,
 * and a read that is a prefix names its version by its length.
 */
import type { OddReads } from "./odd-reads.js";
import { FAIL, listFrom, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import { emptyRanges, WriteTable } from "./value-table.js";

/** Place of a read of the empty list. */
export const EMPTY = -1;
/** Place of a read whose last element is not in the version order. */
export const ELSEWHERE = -3;
/** Place of an append that the version order does not show, and of a read whose result is not known. */
export const UNSEEN = -4;

/** Bits of `slotFlags`; those of the append itself also of `written`. */
export const FAILED = 1;
export const UNWRITTEN = 2;
/** The transaction appended more to the key after this element. */
export const INTERMEDIATE = 4;
/** The version that ends in this element was read by a completed transaction. Set by `readLists`. */
export const READ_BY = 8;

/** What the appends and the longest reads tell. */
export interface VersionOrders {
  readonly txns: TxnHistory;
  readonly table: WriteTable;
  /** Entry of `table` -> the transaction that appended the element, and flags of it (see txnOf, flagsOf). */
  readonly written: Int32Array;
  /** Entry of `table` -> the element's slot + 1, 0 where the version order does not show it. */
  readonly slotOf: Int32Array;
  /** Key -> where its slots start; its version order is the slots orderStart[k] … orderStart[k + 1] - 1. */
  readonly orderStart: Int32Array;
  /** Slot -> value id of the element. */
  readonly slotValue: Int32Array;
  /** Slot -> the transaction that appended the element and may have happened, or -1 (nobody did, or it failed). */
  readonly slotTxn: Int32Array;
  readonly slotFlags: Uint8Array;
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

/** The transaction of an entry of `written`, and its flags: FAILED and INTERMEDIATE. */
export const txnOf = (written: number): number => written >> FLAG_BITS;
export const flagsOf = (written: number): number => written & ((1 << FLAG_BITS) - 1);
const FLAG_BITS = 3;

export function versionOrders(txns: TxnHistory): VersionOrders {
  const writes = indexWrites(txns);
  const order = layOut(txns, writes);
  return { txns, ...writes, ...order, ...unseenAppends(txns, writes, order.slotOf) };
}

interface Writes {
  readonly table: WriteTable;
  readonly written: Int32Array;
  readonly longest: Int32Array;
  /** Key -> how many appends may have happened; layOut takes off those that it sees. */
  readonly unseen: Int32Array;
}

/** One pass over the micro-ops to see how much room each key needs, one over the appends to put them there. */
function indexWrites(txns: TxnHistory): Writes {
  const { mopKind, mopKey, mopSize, mopValue, keys, count, mopStart, type } = txns;
  const ranges = emptyRanges(keys.length);
  const { writes, least, most } = ranges;
  const longest = new Int32Array(keys.length).fill(-1);
  const longestSize = new Int32Array(keys.length);
  const unseen = new Int32Array(keys.length);
  const appends = new Int32Array(mopKind.length);
  const appendedBy = new Int32Array(mopKind.length);
  let length = 0;
  for (let t = 0; t < count; t++) {
    const failed = type[t] === FAIL;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopKind[m] !== READ) {
        const value = mopValue[m] as number;
        writes[k] = (writes[k] as number) + 1;
        if (value < (least[k] as number)) least[k] = value;
        if (value > (most[k] as number)) most[k] = value;
        appends[length] = m;
        appendedBy[length++] = (t << FLAG_BITS) | (failed ? FAILED : 0);
        if (!failed) unseen[k] = (unseen[k] as number) + 1;
      } else if ((mopSize[m] as number) > (longestSize[k] as number)) {
        longest[k] = m;
        longestSize[k] = mopSize[m] as number;
      }
    }
  }
  const table = new WriteTable(txns, ranges);
  const written = new Int32Array(table.size);
  // Key -> the entry of the last write so far.
  const last = new Int32Array(keys.length).fill(-1);
  for (let i = 0; i < length; i++) {
    const m = appends[i] as number;
    const k = mopKey[m] as number;
    const by = appendedBy[i] as number;
    const entry = table.add(m);
    const before = last[k] as number;
    if (before >= 0 && txnOf(written[before] as number) === txnOf(by)) {
      written[before] = (written[before] as number) | INTERMEDIATE;
    }
    written[entry] = by;
    last[k] = entry;
  }
  return { table, written, longest, unseen };
}

/** Lays out each key's longest read, each element once. */
function layOut(txns: TxnHistory, { table, written, longest, unseen }: Writes) {
  const { keys, mopSize, elements } = txns;
  let total = 0;
  for (const m of longest) if (m >= 0) total += mopSize[m] as number;
  const orderStart = new Int32Array(keys.length + 1);
  const slotValue = new Int32Array(total);
  const slotTxn = new Int32Array(total);
  const slotFlags = new Uint8Array(total);
  const slotOf = new Int32Array(table.size);
  const repeats = new Uint8Array(keys.length);
  let anyFailed = false;
  let slot = 0;
  for (let k = 0; k < keys.length; k++) {
    orderStart[k] = slot;
    const m = longest[k] as number;
    if (m < 0) continue;
    const from = listFrom(txns, m);
    for (let i = from, end = from + (mopSize[m] as number); i < end; i++) {
      const value = elements[i] as number;
      const entry = table.entry(k, value);
      // The second time, an element has its slot already; a value that nobody wrote has no entry to remember that.
      const again = entry >= 0 ? slotOf[entry] !== 0 : slotValue.subarray(orderStart[k], slot).includes(value);
      if (again) {
        repeats[k] = 1;
        continue;
      }
      slotValue[slot] = value;
      if (entry >= 0) {
        const by = written[entry] as number;
        const failed = (by & FAILED) !== 0;
        slotFlags[slot] = flagsOf(by);
        slotTxn[slot] = failed ? -1 : txnOf(by);
        slotOf[entry] = slot + 1;
        if (failed) anyFailed = true;
        else unseen[k] = (unseen[k] as number) - 1;
      } else {
        slotFlags[slot] = UNWRITTEN;
        slotTxn[slot] = -1;
      }
      slot++;
    }
  }
  orderStart[keys.length] = slot;
  return { orderStart, slotValue, slotTxn, slotFlags, slotOf, repeats, anyFailed };
}

/** What no read shows, by key. */
function unseenAppends(txns: TxnHistory, { table, written, unseen }: Writes, slotOf: Int32Array) {
  const keys = txns.keys.length;
  const unseenStart = new Int32Array(keys + 1);
  for (let k = 0; k < keys; k++) unseenStart[k + 1] = (unseenStart[k] as number) + (unseen[k] as number);
  const unseenTxn = new Int32Array(unseenStart[keys] as number);
  for (let k = 0; k < keys; k++) {
    if (unseen[k] === 0) continue;
    const first = unseenStart[k] as number;
    let next = first;
    table.eachWrite(k, (_m, entry) => {
      const by = written[entry] as number;
      if (slotOf[entry] !== 0 || (by & FAILED) !== 0) return;
      const t = txnOf(by);
      // In the order of the history, so that a verdict does not hang on how the table is laid out.
      let at = next++;
      for (; at > first && (unseenTxn[at - 1] as number) > t; at--) unseenTxn[at] = unseenTxn[at - 1] as number;
      unseenTxn[at] = t;
    });
  }
  return { unseenStart, unseenTxn };
}

/** The slot of an append, or UNSEEN. */
export function appendPlace({ txns, table, slotOf }: VersionOrders, append: number): number {
  const entry = table.entry(txns.mopKey[append] as number, txns.mopValue[append] as number);
  const slot = entry < 0 ? 0 : (slotOf[entry] as number);
  return slot === 0 ? UNSEEN : slot - 1;
}

/** The slot of a read's last element, EMPTY, ELSEWHERE, or UNSEEN where the result is not known. */
export function readPlace({ txns, orderStart, odd }: AppendIndex, read: number): number {
  if (txns.mopValue[read] === UNKNOWN) return UNSEEN;
  if (odd.has(read)) return odd.placeOf(read);
  const size = txns.mopSize[read] as number;
  return size === 0 ? EMPTY : (orderStart[txns.mopKey[read] as number] as number) + size - 1;
}

/** The entry of the append of a read's last element, or -1. */
export function lastEntryOf(index: AppendIndex, read: number): number {
  const { mopValue, mopSize, mopKey, elements } = index.txns;
  const size = mopSize[read] as number;
  if (mopValue[read] === UNKNOWN || size === 0) return -1;
  return index.table.entry(mopKey[read] as number, elements[listFrom(index.txns, read) + size - 1] as number);
}
