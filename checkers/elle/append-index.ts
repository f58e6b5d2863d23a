/**
 * The version order of each list, taken from its longest read: a version is a prefix of that read, so a version is a number,
 * and a read that is a prefix names its version by its length.
 */
import { FAIL, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import { WriteTable } from "./value-table.js";

/** `place` of a read of the empty list. */
export const EMPTY = -1;
/** `place` of a read whose last element is not in the version order. */
export const ELSEWHERE = -3;
/** `place` of an append that the version order does not show, and of a read whose result is not known. */
export const UNSEEN = -4;

/** Bits of `slotFlags`. */
export const FAILED = 1;
export const UNWRITTEN = 2;
/** The transaction appended more to the key after this element. */
export const INTERMEDIATE = 4;

/** What the appends and the longest reads tell. */
export interface VersionOrders {
  readonly txns: TxnHistory;
  readonly table: WriteTable;
  /** Micro-op -> transaction. */
  readonly owner: Int32Array;
  /** Write micro-op -> 1 where its transaction writes the same key again later. */
  readonly superseded: Uint8Array;
  /** Key -> where its slots start; its version order is the slots orderStart[k] … orderStart[k + 1] - 1. */
  readonly orderStart: Int32Array;
  /** Slot -> value id of the element. */
  readonly slotValue: Int32Array;
  /** Slot -> the micro-op that appended the element, or -1 where nobody did. */
  readonly slotMop: Int32Array;
  /** Slot -> the transaction that appended the element and may have happened, or -1 (nobody did, or it failed). */
  readonly slotTxn: Int32Array;
  readonly slotFlags: Uint8Array;
  /** Append micro-op -> its slot or UNSEEN. */
  readonly place: Int32Array;
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
  /** Append micro-op -> its slot or UNSEEN; read micro-op -> slot of its last element, EMPTY, ELSEWHERE, or UNSEEN if not known. */
  readonly place: Int32Array;
  /** Read micro-op -> 1 where it is not simply a prefix of the version order. */
  readonly odd: Uint8Array;
  /** The odd reads. */
  readonly odds: Int32Array;
  /** The other reads of completed transactions that show an element which is FAILED or UNWRITTEN, or end in another's INTERMEDIATE one. */
  readonly suspects: Int32Array;
}

export function versionOrders(txns: TxnHistory): VersionOrders {
  const writes = indexWrites(txns);
  const order = layOut(txns, writes);
  return { txns, ...writes, ...order, ...unseenAppends(txns, writes, order.place) };
}

interface Writes {
  readonly table: WriteTable;
  readonly owner: Int32Array;
  readonly superseded: Uint8Array;
  readonly longest: Int32Array;
  /** Key -> how many appends may have happened; layOut takes off those that it sees. */
  readonly unseen: Int32Array;
}

function indexWrites(txns: TxnHistory): Writes {
  const { mopKind, mopKey, mopSize, mopValue, keys, count, mopStart, type } = txns;
  const table = new WriteTable(txns);
  const owner = new Int32Array(mopKind.length);
  const superseded = new Uint8Array(mopKind.length);
  const longest = new Int32Array(keys.length).fill(-1);
  const lastWrite = new Int32Array(keys.length).fill(-1);
  const unseen = new Int32Array(keys.length);
  for (let t = 0; t < count; t++) {
    const from = mopStart[t] as number;
    const failed = type[t] === FAIL;
    for (let m = from, end = mopStart[t + 1] as number; m < end; m++) {
      owner[m] = t;
      const k = mopKey[m] as number;
      if (mopKind[m] !== READ) {
        table.add(m);
        const before = lastWrite[k] as number;
        if (before >= from) superseded[before] = 1;
        lastWrite[k] = m;
        if (!failed) unseen[k] = (unseen[k] as number) + 1;
      } else if (!failed && (mopSize[m] as number) > 0 && mopValue[m] !== UNKNOWN) {
        const best = longest[k] as number;
        if (best < 0 || (mopSize[m] as number) > (mopSize[best] as number)) longest[k] = m;
      }
    }
  }
  return { table, owner, superseded, longest, unseen };
}

/** Lays out each key's longest read, each element once. */
function layOut(txns: TxnHistory, { table, owner, superseded, longest, unseen }: Writes) {
  const { keys, mopValue, mopSize, elements, mopKind, type } = txns;
  let total = 0;
  for (const m of longest) if (m >= 0) total += mopSize[m] as number;
  const orderStart = new Int32Array(keys.length + 1);
  const slotMop = new Int32Array(total);
  const slotValue = new Int32Array(total);
  const slotTxn = new Int32Array(total);
  const slotFlags = new Uint8Array(total);
  const place = new Int32Array(mopKind.length).fill(UNSEEN);
  const repeats = new Uint8Array(keys.length);
  let anyFailed = false;
  let slot = 0;
  for (let k = 0; k < keys.length; k++) {
    orderStart[k] = slot;
    const m = longest[k] as number;
    if (m < 0) continue;
    const from = mopValue[m] as number;
    for (let i = from, end = from + (mopSize[m] as number); i < end; i++) {
      const value = elements[i] as number;
      const writer = table.find(k, value);
      // The second time, an element is in its place already; a value that nobody wrote has no micro-op to remember that.
      const again = writer >= 0 ? place[writer] !== UNSEEN : slotValue.subarray(orderStart[k], slot).includes(value);
      if (again) {
        repeats[k] = 1;
        continue;
      }
      const t = writer < 0 ? -1 : (owner[writer] as number);
      const failed = t >= 0 && type[t] === FAIL;
      if (failed) anyFailed = true;
      else if (t >= 0) unseen[k] = (unseen[k] as number) - 1;
      slotMop[slot] = writer;
      slotTxn[slot] = failed ? -1 : t;
      slotFlags[slot] = t < 0 ? UNWRITTEN : (failed ? FAILED : 0) | (superseded[writer] === 1 ? INTERMEDIATE : 0);
      slotValue[slot] = value;
      if (writer >= 0) place[writer] = slot;
      slot++;
    }
  }
  orderStart[keys.length] = slot;
  return { orderStart, slotMop, slotValue, slotTxn, slotFlags, place, repeats, anyFailed };
}

/** What no read shows, by key. */
function unseenAppends(txns: TxnHistory, { table, owner, unseen }: Writes, place: Int32Array) {
  const keys = txns.keys.length;
  const unseenStart = new Int32Array(keys + 1);
  for (let k = 0; k < keys; k++) unseenStart[k + 1] = (unseenStart[k] as number) + (unseen[k] as number);
  const unseenTxn = new Int32Array(unseenStart[keys] as number);
  for (let k = 0; k < keys; k++) {
    if (unseen[k] === 0) continue;
    const first = unseenStart[k] as number;
    let next = first;
    table.eachWrite(k, (m) => {
      const t = owner[m] as number;
      if (place[m] !== UNSEEN || txns.type[t] === FAIL) return;
      // In the order of the history, so that a verdict does not hang on how the table is laid out.
      let at = next++;
      for (; at > first && (unseenTxn[at - 1] as number) > t; at--) unseenTxn[at] = unseenTxn[at - 1] as number;
      unseenTxn[at] = t;
    });
  }
  return { unseenStart, unseenTxn };
}

/** The micro-op that appended a read's last element, or -1. */
export function lastWriteOf(index: AppendIndex, read: number): number {
  const { mopValue, mopSize, mopKey, elements } = index.txns;
  const at = index.place[read] as number;
  if (at >= 0) return index.slotMop[at] as number;
  if (at !== ELSEWHERE) return -1;
  const last = (mopValue[read] as number) + (mopSize[read] as number) - 1;
  return index.table.find(mopKey[read] as number, elements[last] as number);
}
