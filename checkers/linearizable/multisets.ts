/**
 * Which crashed ops a search has used up, as multisets of classes of identical ops, hash-consed into small numbers.
 * Of two ways to the same point, the one that used less can do all that the other can: hence `within`.
 */
import { grown } from "../../src/history/strings.js";
import { IntPairMap } from "./int-map.js";

/** The empty multiset. */
export const EMPTY = 0;

/** Where this many numbers are stored, or this many multisets or steps between them, the search has to stop (64 MB each). */
const CAPACITY = 1 << 24;
const MOST = 1 << 21;

/** Multisets by id. Each is a run of (class, count) pairs, ordered by class. */
export class Multisets {
  private starts = new Int32Array(64);
  private items = new Int32Array(64);
  private size = 1;
  private used = 0;
  /** Open addressing: multiset + 1, 0 where free. */
  private table = new Int32Array(1 << 6);
  /** (multiset, class) -> the multiset with one more of it. */
  private readonly successors = new IntPairMap();

  constructor(private readonly classes: number) {}

  /** True when there is no room for more: `plus` must not be called. */
  get full(): boolean {
    return this.used + 2 * this.classes > CAPACITY || this.size >= MOST || this.successors.size >= 2 * MOST;
  }

  /** The multiset with one more of a class. */
  plus(id: number, added: number): number {
    const known = this.successors.get(id, added);
    if (known !== undefined) return known;
    const next = this.intern(id, added);
    this.successors.set(id, added, next);
    return next;
  }

  /** Has `a` at most as many of each class as `b`? */
  within(a: number, b: number): boolean {
    if (a === b) return true;
    const { items, starts } = this;
    let i = starts[a] as number;
    const iEnd = starts[a + 1] as number;
    let j = starts[b] as number;
    const jEnd = starts[b + 1] as number;
    if (iEnd - i > jEnd - j) return false;
    for (; i < iEnd; i += 2, j += 2) {
      while (j < jEnd && (items[j] as number) < (items[i] as number)) j += 2;
      if (j >= jEnd || items[j] !== items[i] || (items[i + 1] as number) > (items[j + 1] as number)) return false;
    }
    return true;
  }

  private intern(id: number, added: number): number {
    const start = this.used;
    const end = this.write(id, added, start);
    const mask = this.table.length - 1;
    let slot = this.hashOf(start, end) & mask;
    for (; this.table[slot] !== 0; slot = (slot + 1) & mask) {
      const other = (this.table[slot] as number) - 1;
      if (this.equals(other, start, end)) return other;
    }
    const next = this.size++;
    if (next + 1 >= this.starts.length) this.starts = grown(this.starts, this.starts.length * 2);
    this.starts[next] = start;
    this.starts[next + 1] = end;
    this.used = end;
    this.table[slot] = next + 1;
    if (this.size * 2 > this.table.length) this.rehash();
    return next;
  }

  private hashOf(start: number, end: number): number {
    let hash = 0x9e3779b1;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (hash >>> 15) ^ (this.items[i] as number), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
    return (hash ^ (hash >>> 16)) & 0x7fffffff;
  }

  private rehash(): void {
    this.table = new Int32Array(this.table.length * 2);
    const mask = this.table.length - 1;
    // The empty multiset is never looked for.
    for (let id = 1; id < this.size; id++) {
      let slot = this.hashOf(this.starts[id] as number, this.starts[id + 1] as number) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = id + 1;
    }
  }

  /** Writes the multiset `id` plus one of `added` at `start`; gives its end. */
  private write(id: number, added: number, start: number): number {
    const from = this.starts[id] as number;
    const to = this.starts[id + 1] as number;
    if (start + (to - from) + 2 > this.items.length)
      this.items = grown(this.items, this.items.length * 2 + (to - from));
    const { items } = this;
    let at = start;
    let i = from;
    for (; i < to && (items[i] as number) < added; i += 2) {
      items[at++] = items[i] as number;
      items[at++] = items[i + 1] as number;
    }
    items[at++] = added;
    if (i < to && items[i] === added) {
      items[at++] = (items[i + 1] as number) + 1;
      i += 2;
    } else items[at++] = 1;
    for (; i < to; i++) items[at++] = items[i] as number;
    return at;
  }

  private equals(id: number, start: number, end: number): boolean {
    const from = this.starts[id] as number;
    if ((this.starts[id + 1] as number) - from !== end - start) return false;
    for (let i = start; i < end; i++) if (this.items[from + i - start] !== this.items[i]) return false;
    return true;
  }
}
