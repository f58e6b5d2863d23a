/**
 * Which crashed ops a search has used up, as multisets of classes of identical ops, hash-consed into small numbers.
 * Of two ways to the same point, the one that used less can do all that the other can: hence `within`.
 */
import { grown } from "../../src/history/strings.js";

/** The empty multiset. */
export const EMPTY = 0;

/** Where this many numbers are stored, the search has to stop (64 MB). */
const CAPACITY = 1 << 24;

/** Multisets by id. Each is a run of (class, count) pairs, ordered by class. */
export class Multisets {
  private starts = new Int32Array(1024);
  private items = new Int32Array(4096);
  private size = 1;
  private used = 0;
  private readonly byHash = new Map<number, number[]>();
  /** (multiset, class) -> the multiset with one more of it. */
  private readonly successors = new Map<number, number>();

  constructor(private readonly classes: number) {
    this.byHash.set(0, [EMPTY]);
  }

  /** True when there is no room for more: `plus` must not be called. */
  get full(): boolean {
    return this.used + 2 * this.classes > CAPACITY || this.size * this.classes > Number.MAX_SAFE_INTEGER;
  }

  /** The multiset with one more of a class. */
  plus(id: number, added: number): number {
    const edge = id * this.classes + added;
    const known = this.successors.get(edge);
    if (known !== undefined) return known;
    const next = this.intern(id, added);
    this.successors.set(edge, next);
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
    let hash = 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (this.items[i] as number), 0x9e3779b1) ^ (hash >>> 15);
    const bucket = this.byHash.get(hash);
    if (bucket !== undefined) {
      for (const other of bucket) if (this.equals(other, start, end)) return other;
    }
    const next = this.size++;
    if (next + 1 >= this.starts.length) this.starts = grown(this.starts, this.starts.length * 2);
    this.starts[next] = start;
    this.starts[next + 1] = end;
    this.used = end;
    if (bucket === undefined) this.byHash.set(hash, [next]);
    else bucket.push(next);
    return next;
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
