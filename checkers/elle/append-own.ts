/** Does a list-append transaction agree with itself, and do two update the same version of a key? The careful way, for few. */
import type { VersionOrders } from "./append-index.js";
import { addFutureRead, addInternal, addLostUpdate } from "./append-words.js";
import type { Findings } from "./findings.js";
import type { OddReads } from "./odd-reads.js";
import { listOf, READ, UNKNOWN, WRITE } from "./txn-history.js";
import { listRead } from "./words.js";

/** Judges single micro-ops. `odd` must be known for the reads up to the one told. */
export class OwnView {
  /** The transactions of which internal and future-read have been told: each is told once. */
  private internal = -1;
  private future = -1;
  /** Version (its last element's slot or, behind the slots, the key of an empty list) -> the first transaction that updated it + 1. */
  private readonly updated: Int32Array;
  private readonly oddUpdated = new Map<string, number>();

  constructor(
    private readonly orders: VersionOrders,
    private readonly odd: OddReads,
    private readonly findings: Findings,
  ) {
    this.updated = new Int32Array(orders.slotBy.length + orders.txns.keys.length);
  }

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

  /** Transaction t updates a version that its micro-op `read` saw; has another one done so before? */
  update(t: number, read: number): void {
    const { txns, orderStart, slotBy } = this.orders;
    const k = txns.mopKey[read] as number;
    let other: number;
    if (this.odd.has(read)) {
      const version = `${k} ${JSON.stringify(listRead(txns, read))}`;
      other = this.oddUpdated.get(version) ?? 0;
      if (other === 0) this.oddUpdated.set(version, t + 1);
    } else {
      const size = txns.mopSize[read] as number;
      const version = size > 0 ? (orderStart[k] as number) + size - 1 : slotBy.length + k;
      other = this.updated[version] as number;
      if (other === 0) this.updated[version] = t + 1;
    }
    if (other > 0) addLostUpdate(txns, this.findings, other - 1, t, read, listRead(txns, read));
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
