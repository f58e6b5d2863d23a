/**
 * Who wrote this value to this key? One small table a key, all in one array: the keys of a history live for a while and die,
 * so lookups stay in the part of memory that is warm. Where a key's values lie close together (the usual case: they count
 * up), a value's place is simply its distance from the least one; else the table is open-addressing.
 */
import { NOT_YET, type WriteRanges } from "../../src/history/index.js";
import { type TxnHistory, WRITE } from "./txn-history.js";

/** A key's values may span this many times their number before they are hashed. */
const SPREAD = 8;
/** `least` of a key whose values are hashed. */
const HASHED = -1;

/** The ranges of all writes of a history: as its reader gathered them, or by a look at each. */
export function rangesOf({ mopKind, mopKey, mopValue, keys, ranges }: TxnHistory): WriteRanges {
  if (ranges !== undefined) return ranges();
  const writes = new Int32Array(keys.length);
  const least = new Int32Array(keys.length).fill(NOT_YET);
  const most = new Int32Array(keys.length).fill(-1);
  for (let m = 0; m < mopKind.length; m++) {
    if (mopKind[m] !== WRITE) continue;
    const k = mopKey[m] as number;
    const value = mopValue[m] as number;
    writes[k] = (writes[k] as number) + 1;
    if (value < (least[k] as number)) least[k] = value;
    if (value > (most[k] as number)) most[k] = value;
  }
  return { writes, least, most };
}

export class WriteTable {
  /** Entry -> what its owner keeps there; 0 where the entry is free. */
  readonly held: Int32Array;
  /** Key -> where its entries start; hashed parts are powers of two. */
  readonly start: Int32Array;
  /** Key -> its least value, or HASHED. */
  private readonly least: Int32Array;
  /** Entry -> its value, of hashed keys. */
  private readonly values: Int32Array;

  /** An empty table of so many keys, with room for writes in these ranges (whose arrays it takes over). */
  constructor(keys: number, { writes, least, most }: WriteRanges) {
    this.start = new Int32Array(keys + 1);
    this.least = least;
    let hashed = false;
    for (let k = 0; k < keys; k++) {
      const count = writes[k] as number;
      let size = count === 0 ? 0 : (most[k] as number) - (least[k] as number) + 1;
      if (size > SPREAD * count) {
        hashed = true;
        least[k] = HASHED;
        // At most half full, so that runs stay short.
        size = 2 << (32 - Math.clz32(count));
      }
      this.start[k + 1] = (this.start[k] as number) + size;
    }
    const size = this.start[keys] as number;
    this.held = new Int32Array(size);
    this.values = new Int32Array(hashed ? size : 0);
  }

  /** The entry of a value of a key, or -1. */
  entry(key: number, value: number): number {
    const { start, held } = this;
    const base = start[key] as number;
    const size = (start[key + 1] as number) - base;
    const least = this.least[key] as number;
    if (least !== HASHED) {
      const at = value - least;
      return at >= 0 && at < size && held[base + at] !== 0 ? base + at : -1;
    }
    const entry = this.probe(base, size, value);
    return held[entry] === 0 ? -1 : entry;
  }

  /** Has a value a place, be it that nobody wrote it? Of such values there is room for as many as there are writes. */
  covers(key: number, value: number): boolean {
    const least = this.least[key] as number;
    const size = (this.start[key + 1] as number) - (this.start[key] as number);
    return size > 0 && (least === HASHED || (value >= least && value < least + size));
  }

  /** The entry of a value that is within the key's range: free as long as nothing is `held` there. */
  claim(key: number, value: number): number {
    const base = this.start[key] as number;
    const least = this.least[key] as number;
    if (least !== HASHED) return base + value - least;
    const entry = this.probe(base, (this.start[key + 1] as number) - base, value);
    this.values[entry] = value;
    return entry;
  }

  /** What is held for a value of a key; 0 where nothing is. */
  find(key: number, value: number): number {
    const entry = this.entry(key, value);
    return entry < 0 ? 0 : (this.held[entry] as number);
  }

  private probe(base: number, size: number, value: number): number {
    const { held, values } = this;
    for (let at = home(value, size); ; at = (at + 1) & (size - 1)) {
      if (held[base + at] === 0 || values[base + at] === value) return base + at;
    }
  }
}

/** Fibonacci hashing: consecutive numbers and multiples of powers of two both spread. `size` is a power of two. */
function home(value: number, size: number): number {
  return Math.imul(value, 0x9e3779b1) >>> (Math.clz32(size) + 1);
}
