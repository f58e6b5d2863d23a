/** Keys by numbers 0, 1, 2, … in the order of their first appearance, so that what is known of each fits a plain array. */
import { grown } from "./strings.js";

/** Whole-number keys below this are looked up in a plain array. */
const NEAR = 1 << 22;

export class KeyNumbers {
  /** How many keys there are. */
  count = 0;
  /** Number -> key. */
  keys = new Int32Array(256);
  /** Small key -> number + 1. */
  private near = new Int32Array(1024);
  /** Any other key -> number. */
  private readonly far = new Map<number, number>();

  /** The number of a key, which is a whole number itself: an id, or what a micro-op has for it. */
  of(key: number): number {
    if (key >= 0 && key < this.near.length) {
      const known = this.near[key] as number;
      if (known !== 0) return known - 1;
    } else if (key < 0 || key >= NEAR) {
      const known = this.far.get(key);
      if (known !== undefined) return known;
    }
    return this.add(key);
  }

  private add(key: number): number {
    const number = this.count++;
    if (number === this.keys.length) this.keys = grown(this.keys, number * 2);
    this.keys[number] = key;
    if (key < 0 || key >= NEAR) this.far.set(key, number);
    else {
      if (key >= this.near.length) this.near = grown(this.near, 2 ** (32 - Math.clz32(key)));
      this.near[key] = number + 1;
    }
    return number;
  }
}
