/** Reads of lists that are no prefixes of their key's version order, with the place of each. Few, so found by bisection. */
import { Int32List } from "./int32-list.js";

export class OddReads {
  private readonly mops = new Int32List(16);
  private readonly places = new Int32List(16);

  /** Micro-ops must come in ascending order. */
  add(read: number, place: number): void {
    this.mops.push(read);
    this.places.push(place);
  }

  has(read: number): boolean {
    return this.find(read) >= 0;
  }

  /** The place of an odd read. */
  placeOf(read: number): number {
    return this.places.get(this.find(read));
  }

  /** All of them, ascending. */
  reads(): Int32Array {
    return this.mops.view();
  }

  private find(read: number): number {
    let low = 0;
    let high = this.mops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.mops.get(middle) < read) low = middle + 1;
      else high = middle;
    }
    return low < this.mops.length && this.mops.get(low) === read ? low : -1;
  }
}
