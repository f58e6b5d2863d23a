/** Reads of lists that are no prefixes of their key's version order, with the place of each. */
export class OddReads {
  private readonly places = new Map<number, number>();

  /** Each read once. */
  add(read: number, place: number): void {
    this.places.set(read, place);
  }

  has(read: number): boolean {
    return this.places.has(read);
  }

  /** The place of an odd read; undefined of others. */
  placeOf(read: number): number | undefined {
    return this.places.get(read);
  }

  /** All of them, as they came. */
  reads(): Iterable<number> {
    return this.places.keys();
  }
}
