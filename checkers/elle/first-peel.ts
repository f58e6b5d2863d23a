/**
 * The transactions that may lie on a cycle of data and real-time edges. A valid history has none, and is recognised as such by
 * peeling (see peel.ts) over edges that were never sorted.
 *
 * Where peeling is stuck, somebody X is the first whose completion the frontier cannot pass. X and all that come before it and
 * are still there (its ancestors, in real time too) are set aside for a closer look and taken away, and peeling goes on. No
 * cycle is missed: as long as none of a cycle's transactions has been taken away, none of them can be peeled, for the one
 * before it is still there. And when the first of them is taken away, it is an ancestor of X; so are the others, which come
 * before it on the cycle: they are taken away with it. Each edge is looked at twice at most, however many cycles there are.
 */
import { Int32List } from "./int32-list.js";
import type { SparseEdges } from "./sparse-edges.js";

/** By transaction: 1 for those on cycles (and perhaps some near them); undefined where there is no cycle. */
export function onCycles(edges: SparseEdges, completions: Int32Array): Uint8Array | undefined {
  return new FirstPeel(edges, completions).run();
}

class FirstPeel {
  private readonly remains: Uint8Array;
  private left: number;
  private readonly stack: Int32Array;
  private top = 0;
  /** Transactions below this one have been reached by the frontier. */
  private reached = 0;
  /** How many completions the frontier has passed. */
  private passed = 0;
  private core: Uint8Array | undefined;
  private incoming: Incoming | undefined;

  constructor(
    private readonly edges: SparseEdges,
    private readonly completions: Int32Array,
  ) {
    const nodes = edges.txns + edges.virtuals;
    this.left = nodes;
    this.remains = new Uint8Array(nodes).fill(1);
    this.stack = new Int32Array(nodes);
  }

  run(): Uint8Array | undefined {
    const { edges, stack } = this;
    for (let v = edges.txns; v < edges.txns + edges.virtuals; v++) if (edges.waits[v] === 0) stack[this.top++] = v;
    this.peel();
    while (this.left > 0) {
      this.setAside();
      this.peel();
    }
    return this.core;
  }

  /** Takes away whatever waits for nobody, until nothing does. */
  private peel(): void {
    const { completions, remains, stack } = this;
    const { head, next, to, waits, txns, invoke, complete } = this.edges;
    let { top, reached, passed, left } = this;
    for (;;) {
      for (;;) {
        const first = passed < completions.length ? (completions[passed] as number) : -1;
        if (reached < txns && (first < 0 || (invoke[reached] as number) < (complete[first] as number))) {
          if (waits[reached] === 0 && remains[reached] === 1) stack[top++] = reached;
          reached++;
        } else if (first >= 0 && remains[first] === 0) passed++;
        else break;
      }
      if (top === 0) break;
      while (top > 0) {
        const u = stack[--top] as number;
        remains[u] = 0;
        left--;
        for (let e = head[u] as number; e !== 0; e = next[e - 1] as number) {
          const v = to[e - 1] as number;
          const waiting = (waits[v] as number) - 1;
          waits[v] = waiting;
          if (waiting === 0 && (v >= txns || v < reached) && remains[v] === 1) stack[top++] = v;
        }
      }
    }
    this.top = top;
    this.reached = reached;
    this.passed = passed;
    this.left = left;
  }

  /** Sets aside what holds the frontier up; where nothing does, all that is left. */
  private setAside(): void {
    const { edges, completions, remains } = this;
    const { txns } = edges;
    this.core ??= new Uint8Array(txns);
    const chunk = this.passed < completions.length ? this.ancestors(completions[this.passed] as number) : this.rest();
    for (const u of chunk) {
      remains[u] = 0;
      this.left--;
      if (u < txns) this.core[u] = 1;
    }
    for (const u of chunk) {
      for (let e = edges.head[u] as number; e !== 0; e = edges.next[e - 1] as number) {
        const v = edges.to[e - 1] as number;
        const waiting = (edges.waits[v] as number) - 1;
        edges.waits[v] = waiting;
        if (waiting === 0 && (v >= txns || v < this.reached) && remains[v] === 1) this.stack[this.top++] = v;
      }
    }
  }

  private rest(): Int32Array {
    const nodes = new Int32List();
    for (const [u, there] of this.remains.entries()) if (there === 1) nodes.push(u);
    return nodes.view();
  }

  /** A transaction and what is still there of all that come before it. */
  private ancestors(x: number): Int32Array {
    const { edges, completions, remains } = this;
    const { txns, invoke, complete } = edges;
    this.incoming ??= new Incoming(edges, remains);
    const { head, next, from } = this.incoming;
    const found = new Int32List();
    // Marked in `remains` while they are collected: 2 = found.
    const find = (u: number): void => {
      if (remains[u] !== 1) return;
      remains[u] = 2;
      found.push(u);
    };
    find(x);
    // Completions below this have been swept for those that come before somebody in real time.
    let swept = this.passed;
    for (let i = 0; i < found.length; i++) {
      const v = found.get(i);
      for (let e = head[v] as number; e !== 0; e = next[e - 1] as number) find(from[e - 1] as number);
      if (v >= txns) continue;
      const began = invoke[v] as number;
      for (; swept < completions.length; swept++) {
        const u = completions[swept] as number;
        if ((complete[u] as number) >= began) break;
        find(u);
      }
    }
    return found.view();
  }
}

/** The edges among what remains, by where they lead. */
class Incoming {
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly from: Int32Array;

  constructor(edges: SparseEdges, remains: Uint8Array) {
    this.head = new Int32Array(remains.length);
    this.next = new Int32Array(edges.length);
    this.from = new Int32Array(edges.length);
    for (let u = 0; u < remains.length; u++) {
      if (remains[u] === 0) continue;
      for (let e = edges.head[u] as number; e !== 0; e = edges.next[e - 1] as number) {
        const v = edges.to[e - 1] as number;
        this.from[e - 1] = u;
        this.next[e - 1] = this.head[v] as number;
        this.head[v] = e;
      }
    }
  }
}
