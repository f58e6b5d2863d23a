/**
 * A pool of distinct strings, so that columns can hold small numbers instead. Strings are looked up by their UTF-8 bytes,
 * because the reader of a history file has bytes in hand and decoding each of millions of them would cost more than
 * everything else it does.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Half of a surrogate pair, alone. */
const TORN = /\p{Surrogate}/gu;

/**
 * The bytes of a string. Halves of surrogate pairs, which JSON can hold and UTF-8 cannot, each get the three bytes they would
 * have: an encoder makes U+FFFD of all of them, and then two strings would be one.
 */
function bytesOf(text: string): Uint8Array {
  if (text.search(TORN) === -1) return encoder.encode(text);
  const out: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) out.push(0xed, 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(...encoder.encode(char));
  }
  return Uint8Array.from(out);
}

/** Twice the size, keeping what is there. */
export function grown<A extends Uint8Array | Int32Array | Float64Array>(array: A, size: number): A {
  const bigger = new (array.constructor as new (length: number) => A)(size);
  bigger.set(array as never);
  return bigger;
}

/** Ops given one by one have few distinct strings, or so many that none comes back. */
const IDS_MAX = 10_000;

/** The constants of the hash FNV-1a: for each byte, hash = imul(hash ^ byte, FNV_PRIME). */
export const FNV_START = 0x811c9dc5 | 0;
export const FNV_PRIME = 0x01000193;

function hashOf(source: Uint8Array, start: number, end: number): number {
  let hash = FNV_START;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (source[i] as number), FNV_PRIME);
  return hash;
}

/** Strings by id: 0, 1, 2, … in the order they were first seen. */
export class StringPool {
  /** How many distinct strings there are. */
  size = 0;
  private bytes = new Uint8Array(4096);
  private used = 0;
  /** starts[id] … starts[id + 1] are the bytes of string id. */
  private starts = new Int32Array(257);
  private hashes = new Int32Array(256);
  /** Open addressing; id + 1, 0 where free. Never more than half full. */
  private table = new Int32Array(512);
  /** Of strings that came as strings: names of ops and nodes come back with each op, and making bytes costs more than this. */
  private readonly ids = new Map<string, number>();
  private readonly decoded: (string | undefined)[] = [];

  /** The id of these bytes (UTF-8), which are copied when new. */
  internBytes(source: Uint8Array, start: number, end: number): number {
    return this.internHashed(source, start, end, hashOf(source, start, end));
  }

  /** The same for a caller that has made the bytes' FNV-1a hash on its way. */
  internHashed(source: Uint8Array, start: number, end: number, hash: number): number {
    const slot = this.slotOf(source, start, end, hash);
    const entry = this.table[slot] as number;
    return entry === 0 ? this.add(source, start, end, hash, slot) : entry - 1;
  }

  /** The id of a string. */
  intern(text: string): number {
    const known = this.ids.get(text);
    if (known !== undefined) return known;
    const bytes = bytesOf(text);
    const id = this.internBytes(bytes, 0, bytes.length);
    // Never decoded: torn strings would not come back.
    this.decoded[id] ??= text;
    if (this.ids.size < IDS_MAX) this.ids.set(text, id);
    return id;
  }

  /** The id of a string, or -1 where it never occurred. */
  find(text: string): number {
    const bytes = bytesOf(text);
    return (this.table[this.slotOf(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length))] as number) - 1;
  }

  /** The string of an id. */
  get(id: number): string {
    const known = this.decoded[id];
    if (known !== undefined) return known;
    const text = decoder.decode(this.bytes.subarray(this.starts[id] as number, this.starts[id + 1] as number));
    this.decoded[id] = text;
    return text;
  }

  /** Where these bytes are in the table, or the free slot where they belong. */
  private slotOf(source: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.table.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const entry = this.table[slot] as number;
      if (entry === 0) return slot;
      if (this.hashes[entry - 1] === hash && this.same(entry - 1, source, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private same(id: number, source: Uint8Array, start: number, end: number): boolean {
    const at = this.starts[id] as number;
    if ((this.starts[id + 1] as number) - at !== end - start) return false;
    for (let i = start; i < end; i++) if (this.bytes[at + i - start] !== source[i]) return false;
    return true;
  }

  private add(source: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.size++;
    const length = end - start;
    if (this.used + length > this.bytes.length) {
      this.bytes = grown(this.bytes, Math.max(this.used + length, this.bytes.length * 2));
    }
    if (id + 1 >= this.starts.length) {
      this.starts = grown(this.starts, this.starts.length * 2);
      this.hashes = grown(this.hashes, this.hashes.length * 2);
    }
    for (let i = 0; i < length; i++) this.bytes[this.used + i] = source[start + i] as number;
    this.used += length;
    this.starts[id + 1] = this.used;
    this.hashes[id] = hash;
    this.table[slot] = id + 1;
    if (this.size * 2 > this.table.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const table = new Int32Array(this.table.length * 2);
    const mask = table.length - 1;
    for (let id = 0; id < this.size; id++) {
      const hash = this.hashes[id] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = id + 1;
    }
    this.table = table;
  }
}
