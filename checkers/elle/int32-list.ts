/** A growing list of 32-bit whole numbers. */
export class Int32List {
  length = 0;
  private items: Int32Array;

  constructor(capacity = 1024) {
    this.items = new Int32Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.items.length) this.grow();
    this.items[this.length++] = value;
  }

  /** Starts over with a copy of these items. */
  assign(items: Int32Array): void {
    this.items = new Int32Array(Math.max(16, items.length * 2));
    this.items.set(items);
    this.length = items.length;
  }

  get(index: number): number {
    return this.items[index] as number;
  }

  /** The items as they are now; later pushes may or may not show in it. */
  view(): Int32Array {
    return this.items.subarray(0, this.length);
  }

  private grow(): void {
    const items = new Int32Array(this.items.length * 2);
    items.set(this.items);
    this.items = items;
  }
}
