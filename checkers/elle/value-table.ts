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

export class WriteTable {
  /** A write of a value that was written to the key before, or -1. */
  duplicate = -1;
  /** Key -> where its part of `slots` starts; hashed parts are powers of two. */
  private readonly start: Int32Array;
  /** Key -> its least value, or HASHED. */
  private readonly least: Int32Array;
  /** Micro-op + 1, 0 where free. */
  private readonly slots: Int32Array;

  /** An empty table with room for the writes of `txns`; add each of them. */
  constructor(private readonly txns: TxnHistory) {
    const { mopKind, mopKey, mopValue, keys } = txns;
    const writes = new Int32Array(keys.length);
    const least = new Int32Array(keys.length).fill(0x7fffffff);
    const most = new Int32Array(keys.length).fill(-1);
    for (let m = 0; m < mopKind.length; m++) {
      if (mopKind[m] !== WRITE) continue;
      const k = mopKey[m] as number;
      const value = mopValue[m] as number;
      writes[k] = (writes[k] as number) + 1;
      if (value < (least[k] as number)) least[k] = value;
      if (value > (most[k] as number)) most[k] = value;
    }
    this.start = new Int32Array(keys.length + 1);
    this.least = least;
    for (let k = 0; k < keys.length; k++) {
      const count = writes[k] as number;
      let size = count === 0 ? 0 : (most[k] as number) - (least[k] as number) + 1;
      if (size > SPREAD * count) {
        least[k] = HASHED;
        // At most half full, so that runs stay short.
        size = 2 << (32 - Math.clz32(count));
      }
      this.start[k + 1] = (this.start[k] as number) + size;
    }
    this.slots = new Int32Array(this.start[keys.length] as number);
  }

  /** The micro-op that wrote the value to the key, or -1. */
  find(key: number, value: number): number {
    const { start, slots } = this;
    const base = start[key] as number;
    const size = (start[key + 1] as number) - base;
    const least = this.least[key] as number;
    if (least !== HASHED) {
      const at = value - least;
      return at >= 0 && at < size ? (slots[base + at] as number) - 1 : -1;
    }
    const { mopValue } = this.txns;
    for (let at = home(value, size); ; at = (at + 1) & (size - 1)) {
      const entry = slots[base + at] as number;
      if (entry === 0) return -1;
      if (mopValue[entry - 1] === value) return entry - 1;
    }
  }

  /** Adds a write. */
  add(m: number): void {
    const { mopKey, mopValue } = this.txns;
    const { start, slots } = this;
    const key = mopKey[m] as number;
    const base = start[key] as number;
    const value = mopValue[m] as number;
    const least = this.least[key] as number;
    if (least !== HASHED) {
      const at = base + value - least;
      if (slots[at] === 0) slots[at] = m + 1;
      else this.duplicate = m;
      return;
    }
    const size = (start[key + 1] as number) - base;
    for (let at = home(value, size); ; at = (at + 1) & (size - 1)) {
      const entry = slots[base + at] as number;
      if (entry === 0) {
        slots[base + at] = m + 1;
        return;
      }
      if (mopValue[entry - 1] === value) {
        this.duplicate = m;
        return;
      }
    }
  }

  /** Calls `visit` for each write of the key, in no particular order. */
  eachWrite(key: number, visit: (m: number) => void): void {
    for (let i = this.start[key] as number; i < (this.start[key + 1] as number); i++) {
      const entry = this.slots[i] as number;
      if (entry !== 0) visit(entry - 1);
    }
  }
}

/** Fibonacci hashing: consecutive numbers and multiples of powers of two both spread. `size` is a power of two. */
function home(value: number, size: number): number {
  return Math.imul(value, 0x9e3779b1) >>> (Math.clz32(size) + 1);
}
