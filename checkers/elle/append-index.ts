/**
 * The version order of each list, taken from its longest read: a version is a prefix of that read, so a version is a number,
 * and a read that is a prefix names its version by its length.
 */
import { FAIL, mopOwners, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { WriteTable } from "./value-table.js";

/** `readAt` of a read of the empty list. */
export const EMPTY = -1;
/** `readAt` of a read whose result is not known. */
export const UNREAD = -2;
/** `readAt` of a read whose last element is not in the version order. */
export const ELSEWHERE = -3;

export interface AppendIndex {
  readonly txns: TxnHistory;
  readonly table: WriteTable;
  /** Micro-op -> transaction. */
  readonly owner: Int32Array;
  /** Key -> where its elements start in `slotMop`; its version order is the slots orderStart[k] … orderStart[k + 1] - 1. */
  readonly orderStart: Int32Array;
  /** Slot -> the micro-op that appended the element, or -1 where nobody did. */
  readonly slotMop: Int32Array;
  /** Slot -> value id of the element. */
  readonly slotValue: Int32Array;
  /** Append micro-op -> its slot, or -1 where no read of the order shows it. */
  readonly mopSlot: Int32Array;
  /** Read micro-op -> slot of its last element, EMPTY, UNREAD or ELSEWHERE. */
  readonly readAt: Int32Array;
  /** Read micro-op -> 1 where it is not simply a prefix of the version order. */
  readonly odd: Uint8Array;
  /** Key -> the longest read, or -1. */
  readonly longest: Int32Array;
}

export function appendIndex(txns: TxnHistory): AppendIndex {
  const { mopKind, mopKey, mopValue, mopSize, elements, keys, count, mopStart, type } = txns;
  const mops = mopKind.length;
  const table = new WriteTable(txns);
  const owner = mopOwners(txns);
  const longest = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (type[t] === FAIL) continue;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      if (mopKind[m] !== READ || mopValue[m] === UNKNOWN || mopSize[m] === 0) continue;
      const best = longest[mopKey[m] as number] as number;
      if (best < 0 || (mopSize[m] as number) > (mopSize[best] as number)) longest[mopKey[m] as number] = m;
    }
  }
  const { orderStart, slotMop, slotValue, mopSlot, repeats } = orders(txns, table, longest);
  const readAt = new Int32Array(mops).fill(UNREAD);
  const odd = new Uint8Array(mops);
  for (let t = 0; t < count; t++) {
    if (type[t] === FAIL) continue;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      if (mopKind[m] !== READ || mopValue[m] === UNKNOWN) continue;
      const size = mopSize[m] as number;
      if (size === 0) {
        readAt[m] = EMPTY;
        continue;
      }
      const k = mopKey[m] as number;
      const base = orderStart[k] as number;
      const at = mopValue[m] as number;
      let i = 0;
      if (repeats[k] === 0) while (i < size && elements[at + i] === slotValue[base + i]) i++;
      if (i === size) {
        readAt[m] = base + size - 1;
        continue;
      }
      odd[m] = 1;
      const slot = slotValue.indexOf(elements[at + size - 1] as number, base);
      readAt[m] = slot < 0 || slot >= (orderStart[k + 1] as number) ? ELSEWHERE : slot;
    }
  }
  return { txns, table, owner, orderStart, slotMop, slotValue, mopSlot, readAt, odd, longest };
}

/** Lays out each key's longest read, each element once. `repeats`: key -> 1 where the longest read has an element twice. */
function orders(txns: TxnHistory, table: WriteTable, longest: Int32Array) {
  const { keys, mopValue, mopSize, elements, mopKind } = txns;
  let total = 0;
  for (const m of longest) if (m >= 0) total += mopSize[m] as number;
  const orderStart = new Int32Array(keys.length + 1);
  const slotMop = new Int32Array(total);
  const slotValue = new Int32Array(total);
  const mopSlot = new Int32Array(mopKind.length).fill(-1);
  const repeats = new Uint8Array(keys.length);
  let slot = 0;
  for (let k = 0; k < keys.length; k++) {
    orderStart[k] = slot;
    const m = longest[k] as number;
    if (m < 0) continue;
    const from = mopValue[m] as number;
    const strangers = new Set<number>();
    for (let i = from, end = from + (mopSize[m] as number); i < end; i++) {
      const value = elements[i] as number;
      const writer = table.find(k, value);
      // The second time, an element is in its place already; a value that nobody wrote has no micro-op to remember that.
      const again = writer < 0 ? strangers.has(value) : (mopSlot[writer] as number) >= 0;
      if (again) {
        repeats[k] = 1;
        continue;
      }
      if (writer < 0) strangers.add(value);
      else mopSlot[writer] = slot;
      slotMop[slot] = writer;
      slotValue[slot++] = value;
    }
  }
  orderStart[keys.length] = slot;
  return { orderStart, slotMop: slotMop.subarray(0, slot), slotValue, mopSlot, repeats };
}

/** The transaction that appended a slot's element and may have happened, or -1 (nobody did, or it failed). */
export function slotWriter(index: AppendIndex, slot: number): number {
  const m = index.slotMop[slot] as number;
  if (m < 0) return -1;
  const t = index.owner[m] as number;
  return index.txns.type[t] === FAIL ? -1 : t;
}

/** The micro-op that appended a read's last element, or -1. */
export function lastWriteOf(index: AppendIndex, read: number): number {
  const { mopValue, mopSize, mopKey, elements } = index.txns;
  const at = index.readAt[read] as number;
  if (at >= 0) return index.slotMop[at] as number;
  if (at !== ELSEWHERE) return -1;
  const last = (mopValue[read] as number) + (mopSize[read] as number) - 1;
  return index.table.find(mopKey[read] as number, elements[last] as number);
}

/** All appends to each key that may have happened but that the version order does not show, as [key, micro-op], by key. */
export function unseenAppends(index: AppendIndex): Map<number, number[]> {
  const { txns, owner, mopSlot } = index;
  const unseen = new Map<number, number[]>();
  for (let m = 0; m < txns.mopKind.length; m++) {
    if (txns.mopKind[m] !== WRITE || (mopSlot[m] as number) >= 0 || txns.type[owner[m] as number] === FAIL) continue;
    const k = txns.mopKey[m] as number;
    const list = unseen.get(k);
    if (list === undefined) unseen.set(k, [m]);
    else list.push(m);
  }
  return unseen;
}
