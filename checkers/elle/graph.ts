/**
 * Dependency graphs in typed arrays. Nodes 0 … txns - 1 are transactions in the order of their invocations, the rest are
 * virtual: a virtual node stands for "everything that leads into it comes before everything it leads to" and spares the
 * product of the two. Its edges out are of kind VIRTUAL; the step a -> V -> b has the kind of a -> V.
 *
 * Real-time edges are never stored: a -> b exists where complete[a] < invoke[b].
 */

/** Kinds of edges, as bits. */
export const WW = 1;
export const WR = 2;
export const RW = 4;
export const PROCESS = 8;
export const VIRTUAL = 16;
/** Never stored; names a step in a path. */
export const REALTIME = 32;

/** Edges out of node u: outStart[u] … outStart[u + 1] - 1. */
export interface Graph {
  readonly nodes: number;
  readonly txns: number;
  /** By transaction; ascending. */
  readonly invoke: Int32Array;
  /** By transaction; NEVER where it may still be running. */
  readonly complete: Int32Array;
  readonly outStart: Int32Array;
  readonly outTo: Int32Array;
  readonly outKind: Uint8Array;
}

/** Where dependencies are written to. */
export interface Edges {
  /** Are edges that real time implies left out? */
  readonly sparse: boolean;
  /** An edge between transactions. Self edges are dropped: a transaction does not wait for itself. */
  add(from: number, to: number, kind: number): void;
  /** Does it keep any edges of this transaction? */
  wants(t: number): boolean;
  /** Of a transaction; only where `sparse`. */
  invokeOf(t: number): number;
  completeOf(t: number): number;
  /** The first of some new virtual nodes. */
  virtual(count?: number): number;
  /** An edge into a virtual node: its kind is that of every step through it. */
  enter(from: number, virtual: number, kind: number): void;
  /** An edge out of a virtual node, to a transaction. */
  leave(virtual: number, to: number): void;
  /** An edge as it is: between virtual nodes, or copied from another graph. */
  link(from: number, to: number, kind?: number): void;
}

/** Collects edges with their kinds. */
export class EdgeList implements Edges {
  readonly sparse = false;
  length = 0;
  from: Int32Array;
  to: Int32Array;
  kind: Uint8Array;
  /** Virtual nodes made so far. */
  virtuals = 0;

  /**
   * @param txns how many transactions there are
   * @param keep where given, only edges between transactions it marks are kept
   */
  constructor(
    readonly txns: number,
    private readonly keep?: Uint8Array,
    capacity = 1024,
  ) {
    this.from = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
    this.kind = new Uint8Array(capacity);
  }

  add(from: number, to: number, kind: number): void {
    if (from === to) return;
    if (this.keep === undefined || (this.keep[from] !== 0 && this.keep[to] !== 0)) this.link(from, to, kind);
  }

  wants(t: number): boolean {
    return this.keep === undefined || this.keep[t] !== 0;
  }

  invokeOf(): number {
    return 0;
  }

  completeOf(): number {
    return NOWHERE;
  }

  virtual(count = 1): number {
    const first = this.txns + this.virtuals;
    this.virtuals += count;
    return first;
  }

  enter(from: number, virtual: number, kind: number): void {
    if (this.keep === undefined || this.keep[from] !== 0) this.link(from, virtual, kind);
  }

  leave(virtual: number, to: number): void {
    if (this.keep === undefined || this.keep[to] !== 0) this.link(virtual, to);
  }

  link(from: number, to: number, kind: number = VIRTUAL): void {
    if (this.length === this.from.length) this.grow();
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.kind[this.length++] = kind;
  }

  private grow(): void {
    const size = this.from.length * 2;
    const from = new Int32Array(size);
    const to = new Int32Array(size);
    const kind = new Uint8Array(size);
    from.set(this.from);
    to.set(this.to);
    kind.set(this.kind);
    this.from = from;
    this.to = to;
    this.kind = kind;
  }
}

/** The graph of these edges (a counting sort by source). */
export function graphOf(edges: EdgeList, invoke: Int32Array, complete: Int32Array): Graph {
  const nodes = edges.txns + edges.virtuals;
  const outStart = new Int32Array(nodes + 1);
  const { length, from, to, kind } = edges;
  for (let e = 0; e < length; e++) {
    const at = (from[e] as number) + 1;
    outStart[at] = (outStart[at] as number) + 1;
  }
  for (let u = 0; u < nodes; u++) outStart[u + 1] = (outStart[u + 1] as number) + (outStart[u] as number);
  const next = outStart.slice(0, nodes);
  const outTo = new Int32Array(length);
  const outKind = new Uint8Array(length);
  for (let e = 0; e < length; e++) {
    const u = from[e] as number;
    const slot = next[u] as number;
    next[u] = slot + 1;
    outTo[slot] = to[e] as number;
    outKind[slot] = kind[e] as number;
  }
  return { nodes, txns: edges.txns, invoke, complete, outStart, outTo, outKind };
}

/** The transactions that complete, by completion. */
export function byCompletion(graph: Graph): Int32Array {
  const { txns, complete } = graph;
  let first = NOWHERE;
  let last = -1;
  let count = 0;
  for (let t = 0; t < txns; t++) {
    const at = complete[t] as number;
    if (at === NOWHERE) continue;
    count++;
    if (at < first) first = at;
    if (at > last) last = at;
  }
  const order = new Int32Array(count);
  if (last - first < 16 * count) {
    // Dense: one slot a position.
    const slots = new Int32Array(count === 0 ? 0 : last - first + 1);
    for (let t = 0; t < txns; t++) {
      const at = complete[t] as number;
      if (at !== NOWHERE) slots[at - first] = t + 1;
    }
    let next = 0;
    for (const slot of slots) if (slot !== 0) order[next++] = slot - 1;
    return order;
  }
  const sorted = Float64Array.from({ length: txns }, (_, t) => (complete[t] as number) * 2097152 * 1024 + t).sort();
  for (let i = 0; i < count; i++) order[i] = (sorted[i] as number) % (2097152 * 1024);
  return order;
}

const NOWHERE = 0x7fffffff;
