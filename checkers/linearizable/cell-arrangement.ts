/** An order of the values (links) of a register, and when each takes effect; it can be changed a little and looked at again. */
import { MAYBE, NEVER, type Part } from "./calls.js";
import { type CellSweep, NO } from "./cell-fast.js";
import { WRITE } from "./cells.js";

/** How many chains before and after a value are tried as its successor. */
const REACH = 256;

/**
 * Chains in a doubly linked list. Points: a link takes effect at point p, between the positions p and p + 1, after the link
 * before it, after its own write began and after all calls of earlier links began; and before any of its calls ended.
 * Points are as early as that allows. An order in which every point exists is one that all calls but the misses allow.
 */
export class Arrangement {
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly head: Int32Array;
  private readonly chainOf: Int32Array;
  private readonly points: Int32Array;
  /** Chain -> the earliest point for whatever comes after it. */
  private readonly exits: Int32Array;
  private readonly floors: Int32Array;
  private readonly missesOf = new Map<number, number[]>();
  /** The misses that do not fit (yet). */
  readonly unfit = new Set<number>();
  /** Crashed plain writes that nobody saw and that are not in the order, by invocation. */
  private readonly spare: number[] = [];
  private chains: number;
  /** What `settle` changed, to take it back: (link, point) and (chain, exit) pairs. */
  private readonly changedPoints: number[] = [];
  private readonly changedExits: number[] = [];
  /** The last chain that `settle` looked at. */
  private settled = NO;

  constructor(
    private readonly sweep: CellSweep,
    misses: readonly number[],
    part: Part,
  ) {
    const { links, order, chainHead, after, writer, cells } = sweep;
    // Each spare write may become a chain, so as many chains as links, and one slot before the first.
    this.next = new Int32Array(links + 1).fill(NO);
    this.previous = new Int32Array(links + 1).fill(NO);
    this.head = new Int32Array(links + 1);
    this.exits = new Int32Array(links + 1).fill(-1);
    this.chainOf = new Int32Array(links).fill(NO);
    this.points = new Int32Array(links).fill(-1);
    this.floors = new Int32Array(links).fill(-1);
    this.chains = sweep.chains;
    for (let link = 1; link < links; link++) this.floors[link] = cells.calls.inv[writer[link] as number] as number;
    for (let i = 0; i < order.length; i++) {
      const chain = order[i] as number;
      this.head[chain] = chainHead[chain] as number;
      if (i > 0) this.join(order[i - 1] as number, chain);
      for (let link = chainHead[chain] as number; link !== NO; link = after[link] as number) this.chainOf[link] = chain;
    }
    for (const call of part.calls) {
      if (cells.kinds[call] !== WRITE || cells.calls.status[call] !== MAYBE) continue;
      const link = sweep.link(cells.to[call] as number);
      if (!sweep.happened(link)) this.spare.push(link);
    }
    this.settle(0, NO);
    for (const miss of misses) {
      const link = this.linkOfMiss(miss);
      const known = this.missesOf.get(link);
      if (known === undefined) this.missesOf.set(link, [miss]);
      else known.push(miss);
      if (!this.fits(miss)) this.unfit.add(miss);
    }
  }

  /** A miss open in [a, b] fits iff its value came after a or was replaced before b. */
  fits(miss: number): boolean {
    const { inv, ret } = this.sweep.cells.calls;
    const link = this.linkOfMiss(miss);
    return (this.points[link] as number) >= (inv[miss] as number) || this.replaced(link) < (ret[miss] as number);
  }

  /** Changes the order so that the miss fits and no other that did stops fitting; false where no small change does. */
  repair(miss: number): boolean {
    const link = this.linkOfMiss(miss);
    return (
      this.delay(link, miss) ||
      (this.sweep.after[link] === NO && (this.moveBehind(link, miss) || this.insertBehind(link, miss)))
    );
  }

  private linkOfMiss(miss: number): number {
    return this.sweep.link(this.sweep.cells.from[miss] as number);
  }

  /** When another value takes the link's place. */
  private replaced(link: number): number {
    const within = this.sweep.after[link] as number;
    if (within !== NO) return this.points[within] as number;
    const chain = this.next[this.chainOf[link] as number] as number;
    return chain === NO ? NEVER : (this.points[this.head[chain] as number] as number);
  }

  /** The value not before the miss began. */
  private delay(link: number, miss: number): boolean {
    const floor = this.sweep.cells.calls.inv[miss] as number;
    if (link === 0 || floor >= (this.sweep.ends[link] as number)) return false;
    const was = this.floors[link] as number;
    this.floors[link] = floor;
    const chain = this.chainOf[link] as number;
    if (this.accept(chain, chain, miss)) return true;
    this.floors[link] = was;
    return false;
  }

  /** A chain from nearby directly behind the link. */
  private moveBehind(link: number, miss: number): boolean {
    const chain = this.chainOf[link] as number;
    let back = this.previous[chain] as number;
    let ahead = this.next[chain] as number;
    for (let i = 0; i < REACH && (back > 0 || ahead !== NO); i++) {
      if (back > 0) {
        const from = this.previous[back] as number;
        if (this.couldFollow(back, link, miss) && this.tryMove(back, chain, miss)) return true;
        back = from;
      }
      if (ahead !== NO) {
        const to = this.next[ahead] as number;
        if (this.couldFollow(ahead, link, miss) && this.tryMove(ahead, chain, miss)) return true;
        ahead = to;
      }
    }
    return false;
  }

  /** A quick look: can the chain take effect after the link and before the miss ends? */
  private couldFollow(chain: number, link: number, miss: number): boolean {
    const head = this.head[chain] as number;
    const end = this.sweep.cells.calls.ret[miss] as number;
    return (this.floors[head] as number) < end && (this.sweep.ends[head] as number) > (this.points[link] as number);
  }

  private tryMove(chain: number, behind: number, miss: number): boolean {
    const before = this.previous[chain] as number;
    const after = this.next[chain] as number;
    if (before === behind) return false;
    this.join(before, after);
    this.join(chain, this.next[behind] as number);
    this.join(behind, chain);
    // Points change from wherever is first in the order: the hole, or the new place.
    const first = this.isBefore(before, behind) ? (this.next[before] as number) : chain;
    const last = first === chain ? (after === NO ? chain : after) : chain;
    if (this.accept(first, last, miss)) return true;
    this.join(behind, this.next[chain] as number);
    this.join(before, chain);
    this.join(chain, after);
    return false;
  }

  /** Is a chain at most REACH places before another? */
  private isBefore(chain: number, other: number): boolean {
    let at = other;
    for (let i = 0; i <= REACH + 1 && at !== NO; i++) {
      if (at === chain) return true;
      at = this.previous[at] as number;
    }
    return false;
  }

  /** A crashed write that nobody saw: directly behind the link. */
  private insertBehind(link: number, miss: number): boolean {
    const { inv, ret } = this.sweep.cells.calls;
    const writer = (spare: number): number => inv[this.sweep.writer[spare] as number] as number;
    // The latest that still can: earlier ones can help more misses.
    for (let i = this.spare.length - 1; i >= 0; i--) {
      const spare = this.spare[i] as number;
      if (writer(spare) >= (ret[miss] as number)) continue;
      const chain = this.chains;
      const behind = this.chainOf[link] as number;
      const after = this.next[behind] as number;
      this.head[chain] = spare;
      this.chainOf[spare] = chain;
      this.exits[chain] = -1;
      this.join(behind, chain);
      this.join(chain, after);
      if (this.accept(chain, chain, miss)) {
        this.chains++;
        this.spare.splice(i, 1);
        return true;
      }
      this.join(behind, after);
      return false;
    }
    return false;
  }

  /** Settles the points from `first` on. Keeps them where the miss fits now and no other miss stopped fitting. */
  private accept(first: number, last: number, miss: number): boolean {
    this.changedPoints.length = 0;
    this.changedExits.length = 0;
    if (this.settle(first, last) && this.fits(miss) && !this.harmed(first)) {
      this.unfit.delete(miss);
      return true;
    }
    for (let i = this.changedPoints.length - 2; i >= 0; i -= 2) {
      this.points[this.changedPoints[i] as number] = this.changedPoints[i + 1] as number;
    }
    for (let i = this.changedExits.length - 2; i >= 0; i -= 2) {
      this.exits[this.changedExits[i] as number] = this.changedExits[i + 1] as number;
    }
    return false;
  }

  /** Does some miss not fit any more, of those on values from before `first` to where `settle` stopped? */
  private harmed(first: number): boolean {
    const before = this.previous[first] as number;
    for (let chain = before === NO ? first : before; chain !== NO; chain = this.next[chain] as number) {
      for (let link = this.head[chain] as number; link !== NO; link = this.sweep.after[link] as number) {
        for (const miss of this.missesOf.get(link) ?? []) if (!this.fits(miss) && !this.unfit.has(miss)) return true;
      }
      if (chain === this.settled) return false;
    }
    return false;
  }

  /**
   * The earliest points from the chain `first` on, at least to `last` (NO: to the end) and then as far as they change.
   * @returns false where a link would take effect after it was seen.
   */
  private settle(first: number, last: number): boolean {
    const { points, exits, floors, sweep } = this;
    let passed = false;
    for (let chain = first; chain !== NO; chain = this.next[chain] as number) {
      const before = this.previous[chain] as number;
      let now = before === NO ? -1 : (exits[before] as number);
      for (let link = this.head[chain] as number; link !== NO; link = sweep.after[link] as number) {
        if ((floors[link] as number) > now) now = floors[link] as number;
        if (link !== 0 && now >= (sweep.ends[link] as number)) return false;
        if (points[link] !== now) {
          this.changedPoints.push(link, points[link] as number);
          points[link] = now;
        }
        // Whatever belongs to this link must have begun before another takes its place.
        if ((sweep.begins[link] as number) > now) now = sweep.begins[link] as number;
      }
      this.settled = chain;
      if (chain === last) passed = true;
      if (exits[chain] !== now) {
        this.changedExits.push(chain, exits[chain] as number);
        exits[chain] = now;
      } else if (passed) return true;
    }
    return true;
  }

  private join(chain: number, next: number): void {
    this.next[chain] = next;
    if (next !== NO) this.previous[next] = chain;
  }
}
