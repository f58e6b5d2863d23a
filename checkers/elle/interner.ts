/**
 * Small numbers for values: whole numbers are their own id, everything else is looked up. Histories of unique integers (the
 * usual ones) so pay no table at all.
 */
import { valueKey } from "../../src/history/index.js";

/** Whole numbers below this are their own id. */
const DIRECT = 1 << 30;

export class ValueIds {
  private readonly ids = new Map<unknown, number>();
  private readonly values: unknown[] = [];

  /** The id of a JSON value other than null; equal values have equal ids. */
  intern(value: unknown): number {
    if (typeof value === "number" && value >= 0 && value < DIRECT && value === Math.floor(value)) return value;
    // The prefixes keep a list apart from the string that looks like it.
    const name = typeof value === "string" ? `text ${value}` : isCompound(value) ? `json ${valueKey(value)}` : value;
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = DIRECT + this.values.length;
    this.ids.set(name, id);
    this.values.push(value);
    return id;
  }

  get(id: number): unknown {
    return id < DIRECT ? id : this.values[id - DIRECT];
  }
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Keys by numbers 0, 1, 2, … in the order of their first appearance. */
export class KeyIds {
  readonly keys: unknown[] = [];
  private readonly values = new ValueIds();
  /** Small whole number -> id + 1. */
  private near = new Int32Array(1024);
  /** Any other value's id (-1 for null) -> id. */
  private readonly far = new Map<number, number>();

  intern(key: unknown): number {
    const raw = key === null || key === undefined ? -1 : this.values.intern(key);
    if (raw >= 0 && raw < NEAR) {
      if (raw >= this.near.length) this.grow(raw);
      const known = this.near[raw] as number;
      if (known !== 0) return known - 1;
      this.near[raw] = this.keys.push(key);
      return this.keys.length - 1;
    }
    const known = this.far.get(raw);
    if (known !== undefined) return known;
    const id = this.keys.push(key) - 1;
    this.far.set(raw, id);
    return id;
  }

  private grow(index: number): void {
    const grown = new Int32Array(2 ** (32 - Math.clz32(index)));
    grown.set(this.near);
    this.near = grown;
  }
}

/** Whole-number keys below this are looked up in a plain array. */
const NEAR = 1 << 22;
