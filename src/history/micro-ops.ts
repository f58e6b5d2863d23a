/**
 * The micro-ops of transactions in columns: lists of lists of lists would be most of what a long history of transactions
 * costs, and checkers want numbers anyway. They judge these columns as they are.
 *
 * A value, an element, or what a key is called (see `keys`) is a word: a whole number below DIRECT as it is, -1 for null, or
 * DIRECT + the id that the history's values have for it.
 */
import { KeyNumbers } from "./key-numbers.js";
import { ListPool } from "./list-pool.js";
import { grown } from "./strings.js";

export const MICRO_OPS: readonly string[] = ["r", "append", "w"];
/** Their indexes. */
export const READ = 0;
export const APPEND = 1;
export const WRITE = 2;
/** Whole numbers below this stand for themselves. */
export const DIRECT = 1 << 30;
export const NULL_WORD = -1;
/** The size of what is no list. */
export const NO_LIST = -1;

/** Bits of a transaction's shape. It is not all appends of a value and reads of a list or null: */
export const NOT_LISTS = 1;
/** It is not all writes of a value and reads of a value or null: */
export const NOT_REGISTERS = 2;
/** A read shows something. */
export const SHOWS = 4;

/** What was appended or written to each key, in all micro-ops there are, those of invocations too. By the number of the key. */
export interface WriteRanges {
  /** How many appends and writes. */
  readonly writes: Int32Array;
  /** The least word; NOT_YET where there are none. */
  readonly least: Int32Array;
  /** The largest word; -1 where there are none. */
  readonly most: Int32Array;
}

/** The least word of a key that nothing was written to. */
export const NOT_YET = 0x7fffffff;

/** The micro-ops of all transactions, one after the other. */
export class MicroPool {
  /** How many there are. */
  length = 0;
  /** Index in MICRO_OPS. */
  kind = new Uint8Array(1024);
  /** The key's number in `keys`. */
  key = new Int32Array(1024);
  /** A word, or the number of a list in `lists`. */
  value = new Int32Array(1024);
  /** How many elements of that list, or NO_LIST. */
  size = new Int32Array(1024);
  readonly keys = new KeyNumbers();
  readonly lists = new ListPool();
  /** The shape of what has been pushed since `begin`. */
  shape = 0;
  private writes = new Int32Array(256);
  private least = new Int32Array(256).fill(NOT_YET);
  private most = new Int32Array(256).fill(-1);

  /** Begins a transaction. Returns where; set `length` back to that to leave it out again. */
  begin(): number {
    this.shape = 0;
    return this.length;
  }

  /** Adds a micro-op: `value` is a word where `size` is NO_LIST, else a list. `key` is a number of `keys`. */
  push(kind: number, key: number, value: number, size: number): void {
    const at = this.length++;
    if (at === this.kind.length) this.reserve(at * 2);
    this.kind[at] = kind;
    this.key[at] = key;
    this.value[at] = value;
    this.size[at] = size;
    if (kind === READ) {
      if (size !== NO_LIST) this.shape |= NOT_REGISTERS | SHOWS;
      else if (value !== NULL_WORD) this.shape |= NOT_LISTS | SHOWS;
    } else if (size !== NO_LIST || value === NULL_WORD) this.shape |= NOT_LISTS | NOT_REGISTERS;
    else {
      this.shape |= kind === APPEND ? NOT_REGISTERS : NOT_LISTS;
      this.wrote(key, value);
    }
  }

  /**
   * Adds a transaction given as JSON. `scalar` gives the id of a string, boolean or number.
   * @returns where it begins, or -1 where it is none that fits: then the pool is as it was.
   */
  encode(micros: readonly unknown[], scalar: (value: unknown) => number): number {
    const from = this.begin();
    for (const micro of micros) {
      if (this.encodeOne(micro, scalar)) continue;
      this.length = from;
      return -1;
    }
    return from;
  }

  /** Makes room for this many micro-ops at once: growing by and by copies each about once more. */
  reserve(room: number): void {
    if (room <= this.kind.length) return;
    this.kind = grown(this.kind, room);
    this.key = grown(this.key, room);
    this.value = grown(this.value, room);
    this.size = grown(this.size, room);
  }

  /** A copy of what was written; the arrays may be longer than there are keys. */
  ranges(): WriteRanges {
    return { writes: this.writes.slice(), least: this.least.slice(), most: this.most.slice() };
  }

  /** The micro-ops in [from, end) as JSON values; `scalar` gives the value of an id. */
  decode(from: number, end: number, scalar: (id: number) => unknown): unknown[] {
    const word = (of: number): unknown => (of === NULL_WORD ? null : of < DIRECT ? of : scalar(of - DIRECT));
    const micros: unknown[] = [];
    for (let at = from; at < end; at++) {
      const size = this.size[at] as number;
      const value = this.value[at] as number;
      const key = word(this.keys.keys[this.key[at] as number] as number);
      const held = size === NO_LIST ? word(value) : Array.from(this.lists.view(value, size), word);
      micros.push([MICRO_OPS[this.kind[at] as number], key, held]);
    }
    return micros;
  }

  private encodeOne(micro: unknown, scalar: (value: unknown) => number): boolean {
    if (!Array.isArray(micro) || micro.length !== 3) return false;
    const kind = MICRO_OPS.indexOf(micro[0] as string);
    if (kind === -1 || !isScalar(micro[1])) return false;
    const held: unknown = micro[2];
    if (!Array.isArray(held)) {
      if (!isScalar(held)) return false;
      this.push(kind, this.keys.of(wordOf(micro[1], scalar)), wordOf(held, scalar), NO_LIST);
      return true;
    }
    // Nobody appends a null.
    if (!held.every((element) => element !== null && isScalar(element))) return false;
    const key = this.keys.of(wordOf(micro[1], scalar));
    this.lists.open(key);
    for (const element of held) this.lists.put(wordOf(element, scalar));
    const size = this.lists.close();
    this.push(kind, key, this.lists.list, size);
    return true;
  }

  private wrote(key: number, value: number): void {
    if (key >= this.writes.length) this.widen(key);
    this.writes[key] = (this.writes[key] as number) + 1;
    if (value < (this.least[key] as number)) this.least[key] = value;
    if (value > (this.most[key] as number)) this.most[key] = value;
  }

  private widen(key: number): void {
    const before = this.writes.length;
    const room = 2 ** (32 - Math.clz32(key));
    this.writes = grown(this.writes, room);
    this.least = grown(this.least, room).fill(NOT_YET, before);
    this.most = grown(this.most, room).fill(-1, before);
  }
}

/** -0 is 0, which would have to stand for itself. */
function isScalar(value: unknown): boolean {
  return typeof value === "number"
    ? !Object.is(value, -0)
    : (value !== undefined && typeof value !== "object") || value === null;
}

function wordOf(value: unknown, scalar: (value: unknown) => number): number {
  if (value === null) return NULL_WORD;
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < DIRECT
    ? (value as number)
    : DIRECT + scalar(value);
}
