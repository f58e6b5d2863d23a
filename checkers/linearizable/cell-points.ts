/**
 * When each value of a register takes effect, in the order that `cell-scan.ts` found: as early as it can. Compare-and-sets that
 * found another value are tried against these points.
 */

/** What a scan knows of its slots (see `cell-scan.ts`). */
export interface Slots {
  /** Slots of written values; those of initial values, one a key, follow. */
  readonly values: number;
  readonly writer: Int32Array;
  readonly ends: Int32Array;
  readonly begins: Int32Array;
  readonly after: Int32Array;
}

const NOT_PLACED = -2;

/**
 * Point p is between the positions p and p + 1. A value takes effect after the one before it, after its own write began and
 * after all calls of earlier values began; and before any of its calls ended.
 */
export class Points {
  /** Slot -> its point. */
  readonly at: Int32Array;
  /** Slot -> the point of the value that takes its place. */
  readonly replaced: Int32Array;
  /** Key + 1 -> the earliest point of what comes next, and the slot that is there. */
  private readonly exits: Int32Array;
  private readonly last: Int32Array;

  /** Places the initial values. `never` is the point of what does not happen. */
  constructor(
    private readonly slots: Slots,
    never: number,
  ) {
    const count = slots.writer.length;
    this.at = new Int32Array(count).fill(NOT_PLACED);
    this.replaced = new Int32Array(count).fill(never);
    this.exits = new Int32Array(count - slots.values).fill(-1);
    this.last = new Int32Array(count - slots.values).fill(-1);
    for (let slot = slots.values; slot < count; slot++) this.place(slot, slot - slots.values);
  }

  placed(slot: number): boolean {
    return this.at[slot] !== NOT_PLACED;
  }

  /** Places a chain, from its first slot on, behind all others of its key; false where a value was seen before its point. */
  place(head: number, key: number): boolean {
    const { writer, ends, begins, after, values } = this.slots;
    let now = this.exits[key] as number;
    let last = this.last[key] as number;
    let possible = true;
    for (let slot = head; slot !== -1; slot = (after[slot] as number) - 1) {
      const floor = (writer[slot] as number) - 1;
      if (floor > now) now = floor;
      if (slot < values && now >= (ends[slot] as number)) possible = false;
      this.at[slot] = now;
      if (last !== -1) this.replaced[last] = now;
      last = slot;
      if ((begins[slot] as number) > now) now = begins[slot] as number;
    }
    this.exits[key] = now;
    this.last[key] = last;
    return possible;
  }
}
