/**
 * The distinct values of a history by small numbers, so that "did this read return that write's value?" is a comparison of
 * two integers and tables over values are plain typed arrays.
 */
import { MicroPool } from "./micro-ops.js";
import { grown, type StringPool } from "./strings.js";

/** The id of `null` (and of a missing value), in every table. */
export const NULL_VALUE = 0;

const NUMBER = 0;
const STRING = 1;
const PAIR = 2;
const OTHER = 3;
const MICROS = 4;
const TUPLE = 5;
/** Above these bits of its kind, a transaction has its shape. */
const KIND_BITS = 3;

/** Whole numbers below this are looked up in a plain array (grown on demand), others in a hash table. */
const DIRECT_LIMIT = 1 << 24;

/** A text that is equal exactly where two JSON values are equal: object keys sorted. */
export function valueKey(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value !== "object") return JSON.stringify(value) ?? String(value);
  if (Array.isArray(value)) return `[${value.map(valueKey).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${valueKey(held)}`).join(",")}}`;
}

/**
 * Values by id. Numbers, strings, booleans, null and two-element lists of those have one id each. Other lists and objects
 * get a new id every time (comparing them all would cost more than reading them), but for `[key [from to]]` where a reader
 * asks for it; `canonical()` makes those comparable too.
 */
export class ValueTable {
  /** How many ids there are. */
  size = 0;
  private kinds = new Uint8Array(1024);
  private numbers = new Float64Array(1024);
  /** PAIR, TUPLE: the ids of both elements. STRING: the string's id. OTHER: where in `others`. */
  private left = new Int32Array(1024);
  private right = new Int32Array(1024);
  private readonly others: unknown[] = [];
  /** What transactions do; see `microsFrom`. */
  readonly micros = new MicroPool();
  /** Small whole number -> id + 1. */
  private direct = new Int32Array(1024);
  /** String id -> id + 1. */
  private ofString = new Int32Array(256);
  /** Open addressing over the remaining numbers and over pairs: id + 1, 0 where free. */
  private table = new Int32Array(1024);
  private hashed = 0;
  private tuples = 0;
  private readonly booleans = [-1, -1];

  constructor(readonly strings: StringPool) {
    this.add(OTHER, 0, 0, 0);
    this.others.push(null);
  }

  /** The id of a finite number. */
  internNumber(value: number): number {
    if (value >= 0 && value < DIRECT_LIMIT && value === Math.floor(value)) {
      if (value >= this.direct.length) this.direct = grown(this.direct, directSize(value));
      const known = this.direct[value] as number;
      if (known !== 0) return known - 1;
      // + 0: -0 is 0.
      const id = this.add(NUMBER, value + 0, 0, 0);
      this.direct[value] = id + 1;
      return id;
    }
    return this.internHashed(NUMBER, value, 0, 0);
  }

  /** The id of a string that is in the pool. */
  internString(stringId: number): number {
    if (stringId >= this.ofString.length) this.ofString = grown(this.ofString, directSize(stringId));
    const known = this.ofString[stringId] as number;
    if (known !== 0) return known - 1;
    const id = this.add(STRING, 0, stringId, 0);
    this.ofString[stringId] = id + 1;
    return id;
  }

  internBoolean(value: boolean): number {
    const at = value ? 1 : 0;
    if (this.booleans[at] === -1) {
      this.booleans[at] = this.add(OTHER, 0, this.others.length, 0);
      this.others.push(value);
    }
    return this.booleans[at] as number;
  }

  /** The id of a two-element list, from the ids of its elements. */
  internPair(left: number, right: number): number {
    return this.internHashed(PAIR, 0, left, right);
  }

  /** The id of a list of a scalar and a two-element list of scalars, from the ids of both. */
  internTuple(left: number, right: number): number {
    this.tuples++;
    return this.internHashed(TUPLE, 0, left, right);
  }

  /** A new id for the micro-ops that the pool has from `from` to its end: one transaction's. */
  addMicros(from: number): number {
    return this.add(MICROS | (this.micros.shape << KIND_BITS), 0, from, this.micros.length);
  }

  /** Where a transaction begins in `micros`, or -1 where the value is not held there. */
  microsFrom(id: number): number {
    return this.kindOf(id) === MICROS ? (this.left[id] as number) : -1;
  }

  microsEnd(id: number): number {
    return this.right[id] as number;
  }

  /** By id: what `microsFrom` and `microsEnd` say of transactions, and what `shapeOf` understands. For who asks for all. */
  microsColumns(): { readonly from: Int32Array; readonly end: Int32Array; readonly kind: Uint8Array } {
    return { from: this.left, end: this.right, kind: this.kinds };
  }

  /** Makes room for so many times the transactions that there are now, should there be any. */
  reserveMicros(times: number): void {
    if (this.micros.length === 0) return;
    // Their lengths vary.
    this.micros.reserve(Math.ceil(this.micros.length * times * 1.1));
    this.resize(Math.ceil(this.size * times));
  }

  /** The id of any JSON value. */
  intern(value: unknown): number {
    if (value === null || value === undefined) return NULL_VALUE;
    if (typeof value === "number") return this.internNumber(value);
    if (typeof value === "string") return this.internString(this.strings.intern(value));
    if (typeof value === "boolean") return this.internBoolean(value);
    if (Array.isArray(value) && value.length === 2 && isScalar(value[0]) && isScalar(value[1])) {
      return this.internPair(this.intern(value[0]), this.intern(value[1]));
    }
    if (Array.isArray(value) && Array.isArray(value[0])) {
      const from = this.micros.encode(value, (scalar) => this.intern(scalar));
      if (from !== -1) return this.addMicros(from);
    }
    const id = this.add(OTHER, 0, this.others.length, 0);
    this.others.push(value);
    return id;
  }

  /** The value of an id. Lists and objects may be shared: do not change them. */
  get(id: number): unknown {
    switch (this.kindOf(id)) {
      case NUMBER:
        return this.numbers[id];
      case STRING:
        return this.strings.get(this.left[id] as number);
      case PAIR:
      case TUPLE:
        return [this.get(this.left[id] as number), this.get(this.right[id] as number)];
      case MICROS:
        return this.micros.decode(this.left[id] as number, this.right[id] as number, (scalar) => this.get(scalar));
      default:
        return this.others[this.left[id] as number];
    }
  }

  /** Is this a two-element list of scalars (a cas's `[from, to]`)? Then `first` and `second` are its elements' ids. */
  isPair(id: number): boolean {
    return this.kinds[id] === PAIR;
  }

  /** Is this a list of a scalar and a scalar or pair, whose ids `first` and `second` give? */
  isTuple(id: number): boolean {
    return this.kinds[id] === PAIR || this.kinds[id] === TUPLE;
  }

  first(id: number): number {
    return this.left[id] as number;
  }

  second(id: number): number {
    return this.right[id] as number;
  }

  /** May two ids have equal values? True where there are lists of three or more, or objects. */
  get hasCompounds(): boolean {
    return (
      this.micros.length > 0 ||
      this.tuples > 0 ||
      this.others.some((value) => typeof value === "object" && value !== null)
    );
  }

  /** Id -> the smallest id with an equal value. */
  canonical(): Int32Array {
    const map = new Int32Array(this.size);
    const seen = new Map<string, number>();
    for (let id = 0; id < this.size; id++) {
      map[id] = id;
      if (this.kinds[id] !== OTHER && this.kindOf(id) !== MICROS && this.kinds[id] !== TUPLE) continue;
      const value = this.get(id);
      if (typeof value !== "object" || value === null) continue;
      const key = valueKey(value);
      const first = seen.get(key);
      if (first === undefined) seen.set(key, id);
      else map[id] = first;
    }
    return map;
  }

  private kindOf(id: number): number {
    return (this.kinds[id] as number) & ((1 << KIND_BITS) - 1);
  }

  private internHashed(kind: number, number: number, left: number, right: number): number {
    const { table } = this;
    const mask = table.length - 1;
    let slot = hashOf(kind, number, left, right) & mask;
    for (;;) {
      const entry = table[slot] as number;
      if (entry === 0) break;
      const id = entry - 1;
      if (this.kinds[id] === kind) {
        if (kind !== NUMBER ? this.left[id] === left && this.right[id] === right : this.numbers[id] === number)
          return id;
      }
      slot = (slot + 1) & mask;
    }
    const id = this.add(kind, number, left, right);
    table[slot] = id + 1;
    this.hashed++;
    if (this.hashed * 2 > table.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const table = new Int32Array(this.table.length * 4);
    const mask = table.length - 1;
    for (const entry of this.table) {
      if (entry === 0) continue;
      const id = entry - 1;
      const hash = hashOf(
        this.kinds[id] as number,
        this.numbers[id] as number,
        this.left[id] as number,
        this.right[id] as number,
      );
      let slot = hash & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
    this.table = table;
  }

  private add(kind: number, number: number, left: number, right: number): number {
    const id = this.size++;
    if (id >= this.kinds.length) this.resize(this.kinds.length * 2);
    this.kinds[id] = kind;
    // New room is zero already, and memory that nobody touches costs nothing.
    if (number !== 0) this.numbers[id] = number;
    this.left[id] = left;
    this.right[id] = right;
    return id;
  }

  private resize(size: number): void {
    if (size <= this.kinds.length) return;
    this.kinds = grown(this.kinds, size);
    this.numbers = grown(this.numbers, size);
    this.left = grown(this.left, size);
    this.right = grown(this.right, size);
  }
}

/** The shape of a transaction in `micros`, or -1 where the value is held otherwise. */
export function shapeOf(kind: number): number {
  return (kind & ((1 << KIND_BITS) - 1)) === MICROS ? kind >> KIND_BITS : -1;
}

function directSize(index: number): number {
  return 2 ** (32 - Math.clz32(index | 1023));
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

/** Non-negative. Fractions and numbers past 32 bits fold both halves in. */
function hashOf(kind: number, number: number, left: number, right: number): number {
  let h = kind === PAIR ? Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 1, 0x85ebca6b) : number | 0;
  if (kind !== PAIR) h ^= Math.imul((number / 4294967296) | 0, 0x7feb352d) ^ Math.imul((number * 4096) | 0, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}
