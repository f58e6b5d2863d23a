/**
 * The lists that transactions read, with what they have in common held once. Clients append to a list and read it again and
 * again, so nearly every read is a prefix of the longest read of its key, or that and a little more: each key has one list
 * that grows, and a read is the number of that list and how many of its elements it saw. A read that fits neither way has a
 * list of its own. A million transactions hold their 32 million elements in the room of 4, and two reads of one list need no
 * comparing: the shorter one is a prefix of the longer.
 *
 * To add a list: `open`, `put` each element, `close`. Whoever stops before `close` leaves nothing behind.
 */
import { grown } from "./strings.js";

/** Room for this many elements, at first. */
const ROOM = 8;

export class ListPool {
  elements = new Int32Array(1024);
  /** How much of `elements` is taken. */
  length = 0;
  /** How many lists there are. */
  count = 0;
  /** List -> where it starts in `elements`. Moves as lists grow: only once all have been added it is there to stay. */
  start = new Int32Array(256);
  /** List -> how many elements it has, of which each read of it saw some. */
  private size = new Int32Array(256);
  /** List -> for how many elements there is room. */
  private room = new Int32Array(256);
  /** Key -> its list + 1. */
  private ofKey = new Int32Array(256);

  // The list being added. For the scanner of JSON, which puts most elements itself; see `put`.
  /** Its number. */
  list = 0;
  /** Where its next element goes, or is. */
  at = 0;
  /** Up to here its list has elements already. */
  known = 0;
  /** Up to here it has room. */
  limit = 0;
  private key = 0;

  /** Begins a list that was read of this key: a small number. */
  open(key: number): void {
    const list = this.listOf(key);
    this.key = key;
    this.list = list;
    const start = this.start[list] as number;
    this.at = start;
    this.known = start + (this.size[list] as number);
    this.limit = start + (this.room[list] as number);
  }

  put(element: number): void {
    const { at } = this;
    if (at >= this.known) this.extend();
    else if (this.elements[at] === element) {
      this.at = at + 1;
      return;
    } else this.divert();
    this.elements[this.at++] = element;
  }

  /** Ends the list. Returns its size; `list` is its number. */
  close(): number {
    const { list, at } = this;
    const size = at - (this.start[list] as number);
    if (at <= this.known) return size;
    this.size[list] = size;
    const shared = this.listOf(this.key);
    if (shared === list) return size;
    // The longer list is likelier to be a prefix of what comes: else one strange read at first would spoil a key.
    if (size > (this.size[shared] as number)) this.share(this.key, list);
    else this.trim(list);
    return size;
  }

  /** The list that grows with the reads of a key, or -1. All of it has been read, if not by one that counts. */
  sharedBy(key: number): number {
    return key < this.ofKey.length ? (this.ofKey[key] as number) - 1 : -1;
  }

  /** How many elements a list has. */
  sizeOf(list: number): number {
    return this.size[list] as number;
  }

  /** The elements that a read of `size` elements of the list saw. */
  view(list: number, size: number): Int32Array {
    const start = this.start[list] as number;
    return this.elements.subarray(start, start + size);
  }

  /** A copy, to add more lists to. */
  copy(): ListPool {
    const pool = new ListPool();
    pool.elements = this.elements.slice();
    pool.length = this.length;
    pool.count = this.count;
    pool.start = this.start.slice();
    pool.size = this.size.slice();
    pool.room = this.room.slice();
    pool.ofKey = this.ofKey.slice();
    return pool;
  }

  /** Makes room for the element that goes to `at`, behind all that the list has. */
  extend(): void {
    if (this.at < this.limit) return;
    const { list } = this;
    const start = this.start[list] as number;
    const size = this.at - start;
    const last = start + (this.room[list] as number) === this.length;
    const to = last ? start : this.length;
    const room = Math.max(ROOM, size * 2);
    this.reserve(to + room);
    if (!last) this.elements.copyWithin(to, start, this.at);
    this.place(list, to, room);
    this.known += to - start;
    this.at = to + size;
  }

  /** The element at `at` is another one: what was put so far becomes the beginning of a new list, with room for one more. */
  divert(): void {
    const from = this.start[this.list] as number;
    const size = this.at - from;
    const to = this.length;
    this.list = this.add();
    this.reserve(to + size + ROOM);
    this.elements.copyWithin(to, from, this.at);
    this.place(this.list, to, size + ROOM);
    this.at = to + size;
    // Nothing of it is there before it is closed.
    this.known = this.at;
  }

  private place(list: number, start: number, room: number): void {
    this.start[list] = start;
    this.room[list] = room;
    this.limit = start + room;
    this.length = start + room;
  }

  /** Gives back the room that a list which will not grow does not need, where it is the last. */
  private trim(list: number): void {
    const start = this.start[list] as number;
    if (start + (this.room[list] as number) !== this.length) return;
    this.room[list] = this.size[list] as number;
    this.length = start + (this.size[list] as number);
  }

  private reserve(length: number): void {
    if (length <= this.elements.length) return;
    this.elements = grown(this.elements, Math.max(length, this.elements.length * 2));
  }

  private listOf(key: number): number {
    const known = key < this.ofKey.length ? (this.ofKey[key] as number) : 0;
    if (known !== 0) return known - 1;
    const list = this.add();
    this.share(key, list);
    return list;
  }

  private share(key: number, list: number): void {
    if (key >= this.ofKey.length) this.ofKey = grown(this.ofKey, 2 ** (32 - Math.clz32(key)));
    this.ofKey[key] = list + 1;
  }

  private add(): number {
    const list = this.count++;
    if (list === this.start.length) {
      this.start = grown(this.start, list * 2);
      this.size = grown(this.size, list * 2);
      this.room = grown(this.room, list * 2);
    }
    // What was left behind by a list that never closed must not be taken for elements.
    this.size[list] = 0;
    this.room[list] = 0;
    this.start[list] = this.length;
    return list;
  }
}
