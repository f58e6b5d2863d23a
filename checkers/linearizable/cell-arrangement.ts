/** An order of the values of registers, and when each takes effect; it can be changed a little and looked at again. */
import { NEVER } from "./calls.js";

/** How many chains before and after a value are tried as its successor. */
const REACH = 256;

/** No such slot. */
const NO = -1;
const NOT_PLACED = -2;

/** The values of registers by slots (small numbers), and where in the history their calls are. */
export interface Slots {
  /** Slot -> position of the write + 1; 0: the value was there from the start. */
  readonly writer: Int32Array;
  /** Slot -> where its first call ends. */
  readonly ends: Int32Array;
  /** Slot -> where its last call begins. */
  readonly begins: Int32Array;
  /** Slot -> the slot that a cas made of it, + 1. */
  readonly after: Int32Array;
  /** Slots of a register's crashed plain writes that nobody saw, in the order they began; the list is the caller's to change. */
  spares(register: number): number[];
}

/** Compare-and-sets that failed with "mismatch". */
export interface Misses {
  readonly count: number;
  /** Which value it did not find; -1: one that was never there for sure. */
  readonly slots: Int32Array;
  readonly begins: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Chains, named by their first slot, in a doubly linked list for each register. Points: a slot takes effect at point p, between
 * the positions p and p + 1, after the slot before it, after its own write began and after all calls of earlier slots began; and
 * before any of its calls ended. Points are as early as that allows. An order in which every point exists is one that all
 * calls but the misses allow.
 */
export class Arrangement {
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly chainOf: Int32Array;
  private readonly points: Int32Array;
  /** Chain -> the earliest point for whatever comes after it. */
  private readonly exits: Int32Array;
  /** Register -> its last chain. */
  private readonly lasts: Int32Array;
  /** Register -> its first chain: what was there from the start. */
  private readonly firsts: Int32Array;
  /** How many slots are in the order. */
  private placed = 0;
  /** Slots that must not come before a point later than that of their write. */
  private readonly floors = new Map<number, number>();
  private readonly spares = new Map<number, number[]>();
  private misses: Misses = { count: 0, slots: new Int32Array(0), begins: new Int32Array(0), ends: new Int32Array(0) };
  /** Slot -> a miss on it + 1; miss -> the next one on the same slot + 1. */
  private missOf = new Int32Array(0);
  private nextMiss = new Int32Array(0);
  /** The misses that do not fit (yet). */
  private readonly unfit = new Set<number>();
  /** What `settle` changed, to take it back: (slot, point) and (chain, exit) pairs. */
  private readonly changedPoints: number[] = [];
  private readonly changedExits: number[] = [];
  /** The last chain that `settle` looked at. */
  private settled = NO;

  constructor(
    private readonly slots: Slots,
    registers: number,
  ) {
    const count = slots.writer.length;
    this.next = new Int32Array(count).fill(NO);
    this.previous = new Int32Array(count).fill(NO);
    this.chainOf = new Int32Array(count);
    this.points = new Int32Array(count).fill(NOT_PLACED);
    this.exits = new Int32Array(count);
    this.lasts = new Int32Array(registers).fill(NO);
    this.firsts = new Int32Array(registers).fill(NO);
  }

  /** Puts a chain behind all others of its register; false where a value was seen before its point. */
  append(head: number, register: number): boolean {
    const { writer, ends, begins, after } = this.slots;
    const { points, chainOf, exits } = this;
    const before = this.lasts[register] as number;
    let now = before === NO ? -1 : (exits[before] as number);
    let possible = true;
    for (let slot = head; slot !== NO; slot = (after[slot] as number) - 1) {
      const wrote = writer[slot] as number;
      if (wrote - 1 > now) now = wrote - 1;
      if (wrote !== 0 && now >= (ends[slot] as number)) possible = false;
      points[slot] = now;
      chainOf[slot] = head;
      this.placed++;
      // Whatever belongs to this slot must have begun before another takes its place.
      if ((begins[slot] as number) > now) now = begins[slot] as number;
    }
    exits[head] = now;
    if (before === NO) this.firsts[register] = head;
    else this.join(before, head);
    this.lasts[register] = head;
    return possible;
  }

  /**
   * Changes the order until the misses fit. Gives those that still do not: whether another order has room for them is not
   * known then.
   */
  fitAll(misses: Misses, registerOf: (miss: number) => number): number[] {
    this.misses = misses;
    const { count, slots } = misses;
    for (let miss = 0; miss < count; miss++) {
      if (this.isThere(slots[miss] as number) && !this.fits(miss)) this.unfit.add(miss);
    }
    if (this.unfit.size === 0) return [];
    this.missOf = new Int32Array(this.points.length);
    this.nextMiss = new Int32Array(count);
    for (let miss = 0; miss < count; miss++) {
      const slot = slots[miss] as number;
      if (slot === NO) continue;
      this.nextMiss[miss] = this.missOf[slot] as number;
      this.missOf[slot] = miss + 1;
    }
    for (const miss of [...this.unfit]) {
      // Helped by an earlier repair: from now on no other may harm it.
      if (this.fits(miss)) this.unfit.delete(miss);
      else this.repair(miss, registerOf(miss));
    }
    return this.isOrder() ? [...this.unfit] : [...slots.keys()].filter((miss) => this.isThere(slots[miss] as number));
  }

  /**
   * Looks at the whole order once more, forgetting the points: repairs only looked at what they thought they changed, and an
   * order that is none would prove a broken history valid.
   */
  private isOrder(): boolean {
    const { writer, ends, begins, after } = this.slots;
    let placed = 0;
    for (const first of this.firsts) {
      let now = -1;
      for (let chain = first; chain !== NO; chain = this.next[chain] as number) {
        for (let slot = chain; slot !== NO; slot = (after[slot] as number) - 1) {
          now = Math.max(now, this.floor(slot));
          if (writer[slot] !== 0 && now >= (ends[slot] as number)) return false;
          this.points[slot] = now;
          now = Math.max(now, begins[slot] as number);
          placed++;
        }
      }
    }
    for (let miss = 0; miss < this.misses.count; miss++) {
      if (this.isThere(this.misses.slots[miss] as number) && !this.fits(miss) && !this.unfit.has(miss)) return false;
    }
    return placed === this.placed;
  }

  /** Is the value in the order? */
  private isThere(slot: number): boolean {
    return slot !== NO && this.points[slot] !== NOT_PLACED;
  }

  /** A miss open in [a, b] fits iff its value came after a or was replaced before b. */
  private fits(miss: number): boolean {
    const slot = this.misses.slots[miss] as number;
    return (
      (this.points[slot] as number) >= (this.misses.begins[miss] as number) ||
      this.replaced(slot) < (this.misses.ends[miss] as number)
    );
  }

  /** Changes the order so that the miss fits and no other that did stops fitting; false where no small change does. */
  private repair(miss: number, register: number): boolean {
    const slot = this.misses.slots[miss] as number;
    return (
      this.delay(slot, miss) ||
      (this.slots.after[slot] === 0 && (this.moveBehind(slot, miss) || this.insertBehind(slot, miss, register)))
    );
  }

  /** When another value takes the slot's place. */
  private replaced(slot: number): number {
    const within = (this.slots.after[slot] as number) - 1;
    if (within !== NO) return this.points[within] as number;
    const chain = this.next[this.chainOf[slot] as number] as number;
    return chain === NO ? NEVER : (this.points[chain] as number);
  }

  private floor(slot: number): number {
    return this.floors.get(slot) ?? (this.slots.writer[slot] as number) - 1;
  }

  /** The value not before the miss began. */
  private delay(slot: number, miss: number): boolean {
    const floor = this.misses.begins[miss] as number;
    if (this.isInitial(slot) || floor >= (this.slots.ends[slot] as number)) return false;
    const was = this.floors.get(slot);
    this.floors.set(slot, floor);
    const chain = this.chainOf[slot] as number;
    if (this.accept(chain, chain, miss)) return true;
    if (was === undefined) this.floors.delete(slot);
    else this.floors.set(slot, was);
    return false;
  }

  private isInitial(slot: number): boolean {
    return this.slots.writer[slot] === 0;
  }

  /** A chain from nearby directly behind the slot. */
  private moveBehind(slot: number, miss: number): boolean {
    const chain = this.chainOf[slot] as number;
    let back = this.previous[chain] as number;
    let ahead = this.next[chain] as number;
    for (let i = 0; i < REACH && (this.movable(back) || ahead !== NO); i++) {
      if (this.movable(back)) {
        const from = this.previous[back] as number;
        if (this.couldFollow(back, slot, miss) && this.tryMove(back, chain, miss)) return true;
        back = from;
      }
      if (ahead !== NO) {
        const to = this.next[ahead] as number;
        if (this.couldFollow(ahead, slot, miss) && this.tryMove(ahead, chain, miss)) return true;
        ahead = to;
      }
    }
    return false;
  }

  /** What was there from the start stays first. */
  private movable(chain: number): boolean {
    return chain !== NO && !this.isInitial(chain);
  }

  /** A quick look: can the chain take effect after the slot and before the miss ends? */
  private couldFollow(chain: number, slot: number, miss: number): boolean {
    const end = this.misses.ends[miss] as number;
    return this.floor(chain) < end && (this.slots.ends[chain] as number) > (this.points[slot] as number);
  }

  private tryMove(chain: number, behind: number, miss: number): boolean {
    const before = this.previous[chain] as number;
    const after = this.next[chain] as number;
    if (before === behind) return false;
    this.join(before, after);
    this.join(chain, this.next[behind] as number);
    this.join(behind, chain);
    // Points change from wherever is first in the order, the hole or the new place, to the one behind the other of the two:
    // whatever is between them has moved on or up, and both chains that follow have another one before them.
    const forwards = this.isBefore(before, behind);
    const first = forwards ? (this.next[before] as number) : chain;
    const follows = forwards ? (this.next[chain] as number) : after;
    const last = follows === NO ? (forwards ? chain : before) : follows;
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

  /** A crashed write that nobody saw: directly behind the slot. */
  private insertBehind(slot: number, miss: number, register: number): boolean {
    const spares = this.sparesOf(register);
    const end = this.misses.ends[miss] as number;
    // The latest that still can: earlier ones can help more misses.
    let at = spares.length - 1;
    while (at >= 0 && (this.slots.writer[spares[at] as number] as number) - 1 >= end) at--;
    if (at < 0) return false;
    const chain = spares[at] as number;
    const behind = this.chainOf[slot] as number;
    const after = this.next[behind] as number;
    this.chainOf[chain] = chain;
    this.exits[chain] = -1;
    this.points[chain] = -1;
    this.join(behind, chain);
    this.join(chain, after);
    if (this.accept(chain, chain, miss)) {
      spares.splice(at, 1);
      this.placed++;
      return true;
    }
    this.points[chain] = NOT_PLACED;
    this.join(behind, after);
    return false;
  }

  private sparesOf(register: number): number[] {
    const known = this.spares.get(register);
    if (known !== undefined) return known;
    const spares = this.slots.spares(register);
    this.spares.set(register, spares);
    return spares;
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
      for (let slot = chain; slot !== NO; slot = (this.slots.after[slot] as number) - 1) {
        for (let miss = (this.missOf[slot] as number) - 1; miss !== NO; miss = (this.nextMiss[miss] as number) - 1) {
          if (!this.fits(miss) && !this.unfit.has(miss)) return true;
        }
      }
      if (chain === this.settled) return false;
    }
    return false;
  }

  /**
   * The earliest points from the chain `first` on, at least to `last` and then as far as they change.
   * @returns false where a slot would take effect after it was seen.
   */
  private settle(first: number, last: number): boolean {
    const { points, exits } = this;
    const { ends, begins, after } = this.slots;
    let passed = false;
    for (let chain = first; chain !== NO; chain = this.next[chain] as number) {
      const before = this.previous[chain] as number;
      let now = before === NO ? -1 : (exits[before] as number);
      for (let slot = chain; slot !== NO; slot = (after[slot] as number) - 1) {
        const floor = this.floor(slot);
        if (floor > now) now = floor;
        if (!this.isInitial(slot) && now >= (ends[slot] as number)) return false;
        if ((points[slot] as number) !== now) {
          this.changedPoints.push(slot, points[slot] as number);
          points[slot] = now;
        }
        if ((begins[slot] as number) > now) now = begins[slot] as number;
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
