/**
 * The configurations a search has been in. Each is (how many completed ops are placed, the state, which open ops are placed
 * already) and, per such key, an antichain of multisets of used-up crashed ops: a configuration that used as many or more
 * than one seen before can reach nothing new.
 */
import { grown } from "../../src/history/strings.js";
import type { Multisets } from "./multisets.js";

/** Where this many numbers are stored, the search has to stop (256 MB). */
const CAPACITY = 1 << 26;

export class Memo {
  /** Rows of `stride` numbers: the key, then the head of its list of multisets. */
  private rows: Int32Array;
  private size = 0;
  /** Open addressing: row + 1, 0 where free. */
  private table = new Int32Array(1 << 8);
  /** Linked lists: (multiset, next) pairs; 0 ends a list. */
  private links = new Int32Array(1 << 6);
  private linksUsed = 2;
  private readonly stride: number;

  constructor(
    private readonly words: number,
    private readonly multisets: Multisets,
  ) {
    this.stride = words + 3;
    this.rows = new Int32Array(this.stride << 6);
  }

  /** True when there is no room for more. */
  get full(): boolean {
    return this.size * this.stride + this.linksUsed > CAPACITY;
  }

  /** Notes a configuration; false where it was seen before, or a better one was. */
  add(placed: number, state: number, mask: Int32Array, used: number): boolean {
    const slot = this.find(placed, state, mask);
    const entry = this.table[slot] as number;
    if (entry === 0) {
      this.insert(slot, placed, state, mask, used);
      return true;
    }
    const head = entry * this.stride - 1;
    for (let link = this.rows[head] as number; link !== 0; link = this.links[link + 1] as number) {
      if (this.multisets.within(this.links[link] as number, used)) return false;
    }
    this.prune(head, used);
    this.rows[head] = this.link(used, this.rows[head] as number);
    return true;
  }

  /** Removes the multisets that contain `used`: whatever they rule out, it rules out. */
  private prune(head: number, used: number): void {
    const { rows, links } = this;
    let before = -1;
    for (let link = rows[head] as number; link !== 0; link = links[link + 1] as number) {
      if (!this.multisets.within(used, links[link] as number)) before = link;
      else if (before === -1) rows[head] = links[link + 1] as number;
      else links[before + 1] = links[link + 1] as number;
    }
  }

  private find(placed: number, state: number, mask: Int32Array): number {
    const { table, rows, stride, words } = this;
    const last = table.length - 1;
    let slot = hashOf(placed, state, mask, words) & last;
    for (;;) {
      const entry = table[slot] as number;
      if (entry === 0) return slot;
      const row = (entry - 1) * stride;
      if (rows[row] === placed && rows[row + 1] === state) {
        let word = 0;
        while (word < words && rows[row + 2 + word] === mask[word]) word++;
        if (word === words) return slot;
      }
      slot = (slot + 1) & last;
    }
  }

  private insert(slot: number, placed: number, state: number, mask: Int32Array, used: number): void {
    const row = this.size++ * this.stride;
    if (row + this.stride > this.rows.length) this.rows = grown(this.rows, this.rows.length * 2);
    this.rows[row] = placed;
    this.rows[row + 1] = state;
    for (let word = 0; word < this.words; word++) this.rows[row + 2 + word] = mask[word] as number;
    this.rows[row + 2 + this.words] = this.link(used, 0);
    this.table[slot] = this.size;
    if (this.size * 2 > this.table.length) this.rehash();
  }

  private link(used: number, next: number): number {
    if (this.linksUsed + 2 > this.links.length) this.links = grown(this.links, this.links.length * 2);
    const link = this.linksUsed;
    this.links[link] = used;
    this.links[link + 1] = next;
    this.linksUsed += 2;
    return link;
  }

  private rehash(): void {
    const table = new Int32Array(this.table.length * 2);
    const last = table.length - 1;
    const mask = new Int32Array(this.words);
    for (let i = 0; i < this.size; i++) {
      const row = i * this.stride;
      for (let word = 0; word < this.words; word++) mask[word] = this.rows[row + 2 + word] as number;
      let slot = hashOf(this.rows[row] as number, this.rows[row + 1] as number, mask, this.words) & last;
      while (table[slot] !== 0) slot = (slot + 1) & last;
      table[slot] = i + 1;
    }
    this.table = table;
  }
}

function hashOf(placed: number, state: number, mask: Int32Array, words: number): number {
  let hash = Math.imul(placed, 0x9e3779b1) ^ Math.imul(state + 1, 0x85ebca6b);
  for (let word = 0; word < words; word++) {
    hash = Math.imul(hash ^ (hash >>> 15) ^ (mask[word] as number), 0x2c1b3c6d);
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
  return (hash ^ (hash >>> 16)) & 0x7fffffff;
}
