/**
 * The edges of a whole history that real time does not imply, of whatever kind: all that is asked of them is what can lie on
 * a cycle at all. A linked list for each node, with the number of edges that lead into it kept on the way: no sorting, no
 * second pass. Neighbours in a list were written at about the same time, so walking it stays in the warm part of memory.
 */
import type { Edges } from "./graph.js";

export class SparseEdges implements Edges {
  readonly sparse = true;
  length = 0;
  /** Virtual nodes made so far. */
  virtuals = 0;
  /** Node -> its last edge + 1, 0 where it has none. */
  head: Int32Array;
  /** Node -> how many edges lead into it. */
  waits: Int32Array;
  /** Edge -> the edge of the same node before it + 1, 0 where it is the first. */
  next: Int32Array;
  to: Int32Array;

  constructor(
    readonly txns: number,
    /** By transaction, as in a Graph. */
    readonly invoke: Int32Array,
    readonly complete: Int32Array,
    capacity = 1024,
  ) {
    this.head = new Int32Array(txns);
    this.waits = new Int32Array(txns);
    this.next = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
  }

  /** An edge between transactions, unless a -> a or implied by real time: the frontier makes b wait for a anyway. */
  add(from: number, to: number): void {
    if (from !== to && (this.complete[from] as number) >= (this.invoke[to] as number)) this.link(from, to);
  }

  wants(): boolean {
    return true;
  }

  invokeOf(t: number): number {
    return this.invoke[t] as number;
  }

  completeOf(t: number): number {
    return this.complete[t] as number;
  }

  virtual(count = 1): number {
    const first = this.txns + this.virtuals;
    this.virtuals += count;
    if (this.txns + this.virtuals > this.head.length) {
      const nodes = Math.max(this.txns + this.virtuals, Math.ceil(this.head.length * 1.5));
      this.head = grown(this.head, nodes);
      this.waits = grown(this.waits, nodes);
    }
    return first;
  }

  enter(from: number, virtual: number): void {
    this.link(from, virtual);
  }

  leave(virtual: number, to: number): void {
    this.link(virtual, to);
  }

  link(from: number, to: number): void {
    const before = this.head[from] as number;
    // The same pair meets by several keys: most often right away.
    if (before !== 0 && this.to[before - 1] === to) return;
    if (this.length === this.to.length) {
      this.to = grown(this.to, this.length * 2);
      this.next = grown(this.next, this.length * 2);
    }
    const edge = this.length++;
    this.to[edge] = to;
    this.next[edge] = before;
    this.head[from] = edge + 1;
    this.waits[to] = (this.waits[to] as number) + 1;
  }
}

function grown(items: Int32Array, size: number): Int32Array {
  const larger = new Int32Array(size);
  larger.set(items);
  return larger;
}
