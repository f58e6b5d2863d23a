/** Does a list-append transaction agree with itself, and do two update the same version of a key? The careful way, for few. */
import { appendPlace, txnOf, type VersionOrders } from "./append-index.js";
import { addFutureRead, addInternal, addLostUpdate } from "./append-words.js";
import type { Findings } from "./findings.js";
import type { OddReads } from "./odd-reads.js";
import { listOf, OK, READ, UNKNOWN, WRITE } from "./txn-history.js";
import { listRead } from "./words.js";

/** Judges single micro-ops. `odd` must be known for the reads up to the one told. */
export class OwnView {
  /** The transactions of which internal and future-read have been told: each is told once. */
  private internal = -1;
  private future = -1;
  /**
   * Versions updated by a transaction whose append is not the next element: an odd read's as text; else the slot of its last
   * element or, behind the slots, the key of an empty list. With the first such transaction.
   */
  private readonly strays = new Map<number | string, number>();

  constructor(
    private readonly orders: VersionOrders,
    private readonly odd: OddReads,
    private readonly findings: Findings,
  ) {}

  /** A read that may not follow from what transaction t did before. */
  read(t: number, m: number): void {
    if (this.internal === t || this.agrees(t, m)) return;
    this.internal = t;
    addInternal(this.orders.txns, this.findings, t, m);
  }

  /** An append that transaction t may have read before. */
  append(t: number, m: number): void {
    if (this.future === t || !this.readBefore(t, m)) return;
    this.future = t;
    addFutureRead(this.orders.txns, this.findings, t, m);
  }

  /**
   * Transaction t updates the version that its micro-op `read` saw: its first append after that has this slot, or less than 0.
   * Has another one updated it before? Of all that do so one's append may be the next element, as it should be. The order of
   * versions tells who that is, so only the others are kept.
   */
  update(t: number, read: number, slot: number): void {
    const { txns, orderStart, slotBy } = this.orders;
    const k = txns.mopKey[read] as number;
    const isOdd = this.odd.has(read);
    const size = Math.max(0, txns.mopSize[read] as number);
    const next = (orderStart[k] as number) + size;
    const follows = !isOdd && slot === next;
    if (follows && this.strays.size === 0) return;
    const version = isOdd ? `${k} ${JSON.stringify(listRead(txns, read))}` : size > 0 ? next - 1 : slotBy.length + k;
    let other = this.strays.get(version);
    if (other === undefined && !follows) {
      if (!isOdd && next < (orderStart[k + 1] as number)) other = this.follower(k, size, next, t);
      if (other === undefined) this.strays.set(version, t);
    }
    if (other !== undefined) addLostUpdate(txns, this.findings, other, t, read, listRead(txns, read));
  }

  /** The transaction before t whose first append to key k has the slot `next` and which had read `size` elements before. */
  private follower(k: number, size: number, next: number, t: number): number | undefined {
    const { txns, slotBy } = this.orders;
    const { mopStart, mopEnd, mopKind, mopKey, mopSize, type } = txns;
    const by = txnOf(slotBy[next] as number);
    if (by < 0 || by >= t || type[by] !== OK) return undefined;
    let read = -1;
    for (let m = mopStart[by] as number; m < (mopEnd[by] as number); m++) {
      if (mopKey[m] !== k) continue;
      if (mopKind[m] !== READ) return read >= 0 && appendPlace(this.orders, m) === next ? by : undefined;
      if (read >= 0) continue;
      if (Math.max(0, mopSize[m] as number) !== size || this.odd.has(m)) return undefined;
      read = m;
    }
    return undefined;
  }

  /** The micro-op before m on the same key in transaction t whose value is known, or -1. */
  private before(t: number, m: number): number {
    const { mopKey, mopStart, mopValue } = this.orders.txns;
    const from = mopStart[t] as number;
    for (let i = m - 1; i >= from; i--) if (mopKey[i] === mopKey[m] && mopValue[i] !== UNKNOWN) return i;
    return -1;
  }

  /** Is a read the last read of its transaction plus the appends since, or does it end in the appends so far? */
  private agrees(t: number, read: number): boolean {
    const { mopKind, mopValue } = this.orders.txns;
    const list = listOf(this.orders.txns, read);
    let at = list.length;
    let m = this.before(t, read);
    for (; m >= 0 && mopKind[m] === WRITE; m = this.before(t, m)) {
      if (--at < 0 || list[at] !== mopValue[m]) return false;
    }
    // Appends only: what was there before them is not known.
    if (m < 0) return true;
    const earlier = listOf(this.orders.txns, m);
    return at === earlier.length && earlier.every((element, i) => element === list[i]);
  }

  /** Does an earlier read of the same transaction show the element which `append` appends later? */
  private readBefore(t: number, append: number): boolean {
    const { mopKind, mopValue } = this.orders.txns;
    for (let m = this.before(t, append); m >= 0; m = this.before(t, m)) {
      if (mopKind[m] !== READ) continue;
      if (listOf(this.orders.txns, m).includes(mopValue[append] as number)) return true;
    }
    return false;
  }
}
