/**
 * Small numbers for values: whole numbers are their own id, everything else is looked up. Histories of unique integers (the
 * usual ones) so pay no table at all.
 */
import { DIRECT, KeyNumbers, NULL_WORD, type ValueTable, valueKey } from "../../src/history/index.js";

/** Ids from here on are of values that the table of a history does not hold once: lists and objects. */
const OWN = DIRECT + (1 << 29);

export class ValueIds {
  private readonly ids = new Map<unknown, number>();
  private readonly values: unknown[] = [];

  /** `table`: the values of a history, whose ids are used so that its words (see MicroPool) are ids as they are. */
  constructor(private readonly table?: ValueTable) {}

  /** The id of a JSON value other than null; equal values have equal ids. */
  intern(value: unknown): number {
    if (typeof value === "number" && value >= 0 && value < DIRECT && value === Math.floor(value)) return value;
    // The prefixes keep a list apart from the string that looks like it.
    const name = typeof value === "string" ? `text ${value}` : isCompound(value) ? `json ${valueKey(value)}` : value;
    if (this.table !== undefined && !isCompound(value)) return DIRECT + this.table.intern(value);
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = OWN + this.values.length;
    this.ids.set(name, id);
    this.values.push(value);
    return id;
  }

  get(id: number): unknown {
    if (id < DIRECT) return id;
    return id < OWN ? this.table?.get(id - DIRECT) : this.values[id - OWN];
  }
}

function isCompound(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Keys by numbers 0, 1, 2, … in the order of their first appearance. */
export class KeyIds {
  readonly keys: unknown[] = [];
  private readonly numbers = new KeyNumbers();

  constructor(private readonly values: ValueIds) {}

  intern(key: unknown): number {
    return this.ofValue(key === null || key === undefined ? NULL_WORD : this.values.intern(key));
  }

  /** By the id of its value, NULL_WORD for null. */
  ofValue(raw: number): number {
    const number = this.numbers.of(raw);
    if (number === this.keys.length) this.keys.push(raw === NULL_WORD ? null : this.values.get(raw));
    return number;
  }
}
