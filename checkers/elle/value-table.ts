/**
 * Who wrote this value to this key? One small table a key, all in one array: the keys of a history live for a while and die,
 * so lookups stay in the part of memory that is warm. Where a key's values lie close together (the usual case: they count
 * up), a value's place is simply its distance from the least one; else the table is open-addressing.
 */
import { type TxnHistory, WRITE } from "./txn-history.js";

/** A key's values may span this many times their number before they are hashed. */
const SPREAD = 8;
/** `least` of a key whose values are hashed. */
const HASHED = -1;

/** What a key's writes write, by key. */
export interface WriteRanges {
  readonly writes: Int32Array;
  /** A large number where there are no writes. */
  readonly least: Int32Array;
  /** -1 where there are no writes. */
  readonly most: Int32Array;
}

/** Ranges without any writes yet. */
export function emptyRanges(keys: number): WriteRanges {
  return {
    writes: new Int32Array(keys),
    least: new Int32Array(keys).fill(0x7fffffff),
    most: new Int32Array(keys).fill(-1),
  };
}

function rangesOf({ mopKind, mopKey, mopValue, keys }: TxnHistory): WriteRanges {
  const ranges = emptyRanges(keys.length);
  const { writes, least, most } = ranges;
  for (let m = 0; m < mopKind.length; m++) {
    if (mopKind[m] !== WRITE) continue;
    const k = mopKey[m] as number;
    const value = mopValue[m] as number;
    writes[k] = (writes[k] as number) + 1;
    if (value < (least[k] as number)) least[k] = value;
    if (value > (most[k] as number)) most[k] = value;
  }
  return ranges;
}

export class WriteTable {
  /** A write of a value that was written to the key before, or -1. */
  duplicate = -1;
  /** How many entries it has room for: further columns of the caller's, by entry, need that many. */
  readonly size: number;
  /** Key -> where its part of `slots` starts; hashed parts are powers of two. */
  private readonly start: Int32Array;
  /** Key -> its least value, or HASHED. */
  private readonly least: Int32Array;
  /** Micro-op + 1, 0 where free. */
  private readonly slots: Int32Array;

  /** An empty table with room for the writes of `txns`; add each of them. `ranges` (which it takes over): of all of them. */
  constructor(
    private readonly txns: TxnHistory,
    { writes, least, most }: WriteRanges = rangesOf(txns),
  ) {
    const keys = txns.keys.length;
    this.start = new Int32Array(keys + 1);
    this.least = least;
    for (let k = 0; k < keys; k++) {
      const count = writes[k] as number;
      let size = count === 0 ? 0 : (most[k] as number) - (least[k] as number) + 1;
      if (size > SPREAD * count) {
        least[k] = HASHED;
        // At most half full, so that runs stay short.
        size = 2 << (32 - Math.clz32(count));
      }
      this.start[k + 1] = (this.start[k] as number) + size;
    }
    this.size = this.start[keys] as number;
    this.slots = new Int32Array(this.size);
  }

  /** The micro-op that wrote the value to the key, or -1. */
  find(key: number, value: number): number {
    const entry = this.entry(key, value);
    return entry < 0 ? -1 : this.writeOf(entry);
  }

  /** The entry of the write of the value to the key, or -1. */
  entry(key: number, value: number): number {
    const { start, slots } = this;
    const base = start[key] as number;
    const size = (start[key + 1] as number) - base;
    const least = this.least[key] as number;
    if (least !== HASHED) {
      const at = value - least;
      return at >= 0 && at < size && slots[base + at] !== 0 ? base + at : -1;
    }
    const { mopValue } = this.txns;
    for (let at = home(value, size); ; at = (at + 1) & (size - 1)) {
      const write = slots[base + at] as number;
      if (write === 0) return -1;
      if (mopValue[write - 1] === value) return base + at;
    }
  }

  /** The micro-op of an entry. */
  writeOf(entry: number): number {
    return (this.slots[entry] as number) - 1;
  }

  /** Adds a write, unless its value is there: that makes it the `duplicate`. Returns the value's entry. */
  add(m: number): number {
    const { mopKey, mopValue } = this.txns;
    const { start, slots } = this;
    const key = mopKey[m] as number;
    const base = start[key] as number;
    const value = mopValue[m] as number;
    const least = this.least[key] as number;
    let entry = base + value - least;
    if (least === HASHED) {
      const size = (start[key + 1] as number) - base;
      let at = home(value, size);
      while (slots[base + at] !== 0 && mopValue[(slots[base + at] as number) - 1] !== value) at = (at + 1) & (size - 1);
      entry = base + at;
    }
    if (slots[entry] === 0) slots[entry] = m + 1;
    else this.duplicate = m;
    return entry;
  }

  /** Calls `visit` for each write of the key and its entry, in no particular order. */
  eachWrite(key: number, visit: (m: number, entry: number) => void): void {
    for (let entry = this.start[key] as number; entry < (this.start[key + 1] as number); entry++) {
      const write = this.slots[entry] as number;
      if (write !== 0) visit(write - 1, entry);
    }
  }
}

/** Fibonacci hashing: consecutive numbers and multiples of powers of two both spread. `size` is a power of two. */
function home(value: number, size: number): number {
  return Math.imul(value, 0x9e3779b1) >>> (Math.clz32(size) + 1);
}
