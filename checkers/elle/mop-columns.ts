/** Micro-ops, one after the other, in columns that grow; see TxnHistory for what is in them. */
export class MopColumns {
  length = 0;
  kind: Uint8Array;
  key: Int32Array;
  value: Int32Array;
  size: Int32Array;

  /** `capacity`: how many there will be at most, where that is known. Room that is never used costs nothing. */
  constructor(capacity: number) {
    const room = Math.max(1024, capacity);
    this.kind = new Uint8Array(room);
    this.key = new Int32Array(room);
    this.value = new Int32Array(room);
    this.size = new Int32Array(room);
  }

  push(kind: number, key: number, value: number, size: number): void {
    const at = this.length++;
    if (at === this.kind.length) this.grow();
    this.kind[at] = kind;
    this.key[at] = key;
    this.value[at] = value;
    this.size[at] = size;
  }

  private grow(): void {
    const { kind, key, value, size } = this;
    const room = kind.length * 2;
    this.kind = new Uint8Array(room);
    this.kind.set(kind);
    this.key = new Int32Array(room);
    this.key.set(key);
    this.value = new Int32Array(room);
    this.value.set(value);
    this.size = new Int32Array(room);
    this.size.set(size);
  }
}
