/**
 * Small numbers for values: whole numbers are their own id, everything else is looked up. Histories of unique integers (the
 * usual ones) so pay no table at all.
 */
import { valueKey } from "../../src/history/values.js";

/** Whole numbers below this are their own id. */
const DIRECT = 1 << 30;

export class ValueIds {
  private readonly ids = new Map<unknown, number>();
  private readonly values: unknown[] = [];

  /** The id of a JSON value other than null; equal values have equal ids. */
  intern(value: unknown): number {
    if (typeof value === "number" && value >= 0 && value < DIRECT && Number.isInteger(value)) return value;
    // The prefix keeps a list apart from the string that looks like it.
    const key = typeof value === "object" && value !== null ? `json ${valueKey(value)}` : value;
    const name = typeof value === "string" ? `text ${value}` : key;
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
