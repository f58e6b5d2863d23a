/** Tables from two small whole numbers to a third, in typed arrays: a Map would take five times the memory and end at 2^24. */

/** Open addressing over (a, b) pairs, both 0 or more. */
export class IntPairMap {
  /** Slots of three: a + 1 (0 where free), b, the number. */
  private table = new Int32Array(3 << 5);
  size = 0;

  /** The number of a pair, or undefined. */
  get(a: number, b: number): number | undefined {
    const at = this.find(a, b);
    return this.table[at] === 0 ? undefined : (this.table[at + 2] as number);
  }

  set(a: number, b: number, value: number): void {
    const at = this.find(a, b);
    if (this.table[at] === 0) {
      this.table[at] = a + 1;
      this.table[at + 1] = b;
      this.size++;
    }
    this.table[at + 2] = value;
    if (this.size * 6 > this.table.length) this.rehash();
  }

  clear(): void {
    this.table = new Int32Array(3 << 5);
    this.size = 0;
  }

  private find(a: number, b: number): number {
    const { table } = this;
    const mask = table.length / 3 - 1;
    let hash = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (table[slot * 3] !== 0 && (table[slot * 3] !== a + 1 || table[slot * 3 + 1] !== b)) slot = (slot + 1) & mask;
    return slot * 3;
  }

  private rehash(): void {
    const old = this.table;
    this.table = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 3) {
      if (old[i] === 0) continue;
      const at = this.find((old[i] as number) - 1, old[i + 1] as number);
      this.table[at] = old[i] as number;
      this.table[at + 1] = old[i + 1] as number;
      this.table[at + 2] = old[i + 2] as number;
    }
  }
}
