/**
 * A short proof that a list-append history shows nothing wrong, for most of those that show nothing wrong: each key has one
 * list that all its reads are prefixes of, each element of it was appended once by a transaction that may have happened, no
 * transaction is at odds with itself, and all of them can be replayed. Whatever is not as plain as that is left to those that
 * find out what it is: this says no more than "perhaps".
 */
import type { ListPool } from "../../src/history/index.js";
import { Steps } from "./replay.js";
import { FAIL, OK, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import { rangesOf, WriteTable } from "./value-table.js";

// What is asked of a key lies together, in one array. Its slots (the elements of its list) start and end at:
const START = 0;
const END = 1;
/** Its list. */
const LIST = 2;
/** The last micro-op on it so far; of this transaction where it lies among its micro-ops. Only then count the others: */
const LAST = 3;
/** The slot in which the list must end now for this transaction, the one before the key's first where it is empty. */
const DUE = 4;
/** The transaction's step on the key. */
const STEP = 5;
/** What the transaction has done to the key: READ_IT or APPENDED. */
const DONE = 6;
const STRIDE = 8;

const READ_IT = 0;
const APPENDED = 1;

/** What is held of a value that was appended and is not in the key's list; of one that is in it: ~slot. */
const UNSEEN = 1;

/** What is known of a slot: that its element was appended, and that the transaction appended more to the key after it. */
const WRITTEN = 1;
const INTERMEDIATE = 2;

/** Does the history show nothing wrong, under any consistency model? False: perhaps. */
export function isPlain(txns: TxnHistory): boolean {
  return txns.pool !== undefined && new PlainLists(txns, txns.pool).judge();
}

class PlainLists {
  private readonly keys: number;
  private readonly of: Int32Array;
  private readonly table: WriteTable;
  private readonly slots: Uint8Array;
  private readonly steps: Steps;
  private plain = true;

  constructor(
    private readonly txns: TxnHistory,
    pool: ListPool,
  ) {
    this.keys = txns.keys.length;
    this.of = new Int32Array(this.keys * STRIDE);
    const ranges = rangesOf(txns);
    this.table = new WriteTable(this.keys, ranges);
    let slots = 0;
    for (let k = 0; k < this.keys && this.plain; k++) {
      const list = pool.sharedBy(k);
      const size = list < 0 ? 0 : pool.sizeOf(list);
      if (size > (ranges.writes[k] as number)) this.plain = false;
      else this.layOut(k, list, pool.view(Math.max(0, list), size), slots);
      slots += size;
    }
    this.slots = new Uint8Array(slots);
    // The version that ends in slot s of key k has the number s + 1 + k: each key has one more than slots, the empty list.
    this.steps = new Steps(txns.count, slots + this.keys);
  }

  judge(): boolean {
    const { of, steps, txns } = this;
    if (!this.plain) return false;
    for (let k = 0; k < this.keys; k++) steps.initial((of[k * STRIDE + START] as number) + k);
    for (let t = 0; t < txns.count && this.plain; t++) this.transaction(t);
    steps.begin(txns.count);
    return this.plain && this.slotsArePlain() && steps.replay(txns);
  }

  /** Gives the elements of a key's list their slots. */
  private layOut(k: number, list: number, elements: Int32Array, start: number): void {
    const { of, table } = this;
    const { held } = table;
    of[k * STRIDE + START] = start;
    of[k * STRIDE + END] = start + elements.length;
    of[k * STRIDE + LIST] = list;
    of[k * STRIDE + LAST] = -1;
    for (let i = 0; i < elements.length; i++) {
      const value = elements[i] as number;
      const entry = table.covers(k, value) ? table.claim(k, value) : -1;
      if (entry < 0 || held[entry] !== 0) {
        this.plain = false;
        return;
      }
      held[entry] = ~(start + i);
    }
  }

  private transaction(t: number): void {
    const { of, txns, steps } = this;
    const { mopKind, mopKey, mopValue } = txns;
    const type = txns.type[t] as number;
    const from = txns.mopStart[t] as number;
    const end = txns.mopEnd[t] as number;
    steps.begin(t);
    for (let m = from; m < end; m++) {
      const reads = mopKind[m] === READ;
      // What a transaction that did not complete `ok` read is not known; what it appended may be seen.
      if (reads && (type !== OK || mopValue[m] === UNKNOWN)) continue;
      const k = mopKey[m] as number;
      const previous = of[k * STRIDE + LAST] as number;
      const first = previous < from || previous >= end;
      of[k * STRIDE + LAST] = m;
      if (reads) this.read(m, k, first);
      else if (type === FAIL) this.failed(m, k);
      else this.append(m, k, first);
    }
  }

  private read(m: number, k: number, first: boolean): void {
    const { of, txns } = this;
    const key = k * STRIDE;
    const size = txns.mopSize[m] as number;
    let ends = (of[key + START] as number) - 1;
    if (size > 0) {
      ends += size;
      if (txns.mopValue[m] !== of[key + LIST]) this.plain = false;
    }
    if (!first) {
      if (ends !== of[key + DUE]) this.plain = false;
      return;
    }
    of[key + DUE] = ends;
    of[key + DONE] = READ_IT;
    of[key + STEP] = this.steps.read(ends + 1 + k);
  }

  private append(m: number, k: number, first: boolean): void {
    const { of, steps, slots } = this;
    const key = k * STRIDE;
    const end = of[key + END] as number;
    const slot = this.slotOf(m, k, end);
    if (slot < end) slots[slot] = WRITTEN;
    const makes = slot < end ? slot + 1 + k : -1;
    if (first) of[key + STEP] = steps.append(slot + k, makes);
    else {
      const due = of[key + DUE] as number;
      // Behind the end there may be many, in any order.
      if (slot !== due + 1 && (slot !== end || due !== end)) this.plain = false;
      const more = of[key + DONE] === APPENDED;
      if (more && due < end) slots[due] = WRITTEN | INTERMEDIATE;
      // What no read shows leads nowhere, but what the transaction appended before it does.
      if (!more || makes >= 0) steps.appendMore(of[key + STEP] as number, makes);
    }
    of[key + DUE] = slot;
    of[key + DONE] = APPENDED;
  }

  /** The slot of an append that comes for the first time; the end of the key's slots where no read shows it. */
  private slotOf(m: number, k: number, end: number): number {
    const { held } = this.table;
    const entry = this.table.claim(k, this.txns.mopValue[m] as number);
    const known = held[entry] as number;
    if (known === 0) {
      held[entry] = UNSEEN;
      return end;
    }
    if (known > 0 || this.slots[~known] !== 0) this.plain = false;
    return known < 0 ? ~known : end;
  }

  /** An append that did not happen: nobody may have seen it, and nobody else may have appended the same. */
  private failed(m: number, k: number): void {
    const { held } = this.table;
    const entry = this.table.claim(k, this.txns.mopValue[m] as number);
    if (held[entry] !== 0) this.plain = false;
    held[entry] = UNSEEN;
  }

  /** Was each element appended, and does no other transaction read an intermediate state? */
  private slotsArePlain(): boolean {
    const { of, slots, steps } = this;
    for (let k = 0; k < this.keys; k++) {
      for (let s = of[k * STRIDE + START] as number; s < (of[k * STRIDE + END] as number); s++) {
        if (slots[s] === 0) return false;
        if (slots[s] !== WRITTEN && steps.isRead(s + 1 + k)) return false;
      }
    }
    return true;
  }
}
