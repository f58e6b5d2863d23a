/** "All of these before all of those" must say exactly that, whether it is written out or goes through virtual nodes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeList, type Graph, graphOf, RW, VIRTUAL, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { SparseEdges } from "./sparse-edges.js";
import { NEVER } from "./txn-history.js";

/** "from to kind" of each step between transactions, through virtual nodes or not. */
function steps(graph: Graph): Set<string> {
  const found = new Set<string>();
  const follow = (start: number, node: number, kind: number, seen: Set<number>): void => {
    for (let e = graph.outStart[node] as number; e < (graph.outStart[node + 1] as number); e++) {
      const to = graph.outTo[e] as number;
      const own = graph.outKind[e] === VIRTUAL ? kind : (graph.outKind[e] as number);
      if (to < graph.txns) found.add(`${start} ${to} ${own}`);
      else if (!seen.has(to)) follow(start, to, own, seen.add(to));
    }
  };
  for (let t = 0; t < graph.txns; t++) {
    for (let e = graph.outStart[t] as number; e < (graph.outStart[t + 1] as number); e++) {
      const to = graph.outTo[e] as number;
      const kind = graph.outKind[e] as number;
      if (to < graph.txns) found.add(`${t} ${to} ${kind}`);
      else follow(t, to, kind, new Set([to]));
    }
  }
  return found;
}

/** The edges of a sparse list, all as ww where they start at a transaction. */
function listed(sparse: SparseEdges): EdgeList {
  const edges = new EdgeList(sparse.txns);
  edges.virtual(sparse.virtuals);
  for (let u = 0; u < sparse.txns + sparse.virtuals; u++) {
    for (let e = sparse.head[u] as number; e !== 0; e = sparse.next[e - 1] as number) {
      edges.link(u, sparse.to[e - 1] as number, u < sparse.txns ? WW : VIRTUAL);
    }
  }
  return edges;
}

const TXNS = 40;
const side = (min: number) => fc.uniqueArray(fc.nat(TXNS - 1), { minLength: min, maxLength: TXNS });

describe("allToAll", () => {
  it.each([0, 9])("leads from each to each, and from none to itself (at least %i a side)", (min) => {
    fc.assert(
      fc.property(side(min), side(min), fc.func(fc.constantFrom(WW, RW)), (before, after, kindOf) => {
        const edges = new EdgeList(TXNS);
        allToAll(
          edges,
          before.map((t) => [t, kindOf(t)] as const),
          after,
        );
        const none = new Int32Array(TXNS);
        const expected = before.flatMap((a) => after.filter((b) => a !== b).map((b) => `${a} ${b} ${kindOf(a)}`));
        expect([...steps(graphOf(edges, none, none))].sort()).toEqual(expected.sort());
        // The product is not written out where it is large.
        expect(edges.length).toBeLessThanOrEqual(Math.max(64, 8 * (before.length + after.length)));
      }),
      { numRuns: 200 },
    );
  });

  it("keeps both kinds of a transaction that is there by two", () => {
    const edges = new EdgeList(TXNS);
    const after = Array.from({ length: 33 }, (_, i) => i);
    allToAll(
      edges,
      [
        [0, WW],
        [0, RW],
        [35, WW],
      ],
      after,
    );
    const none = new Int32Array(TXNS);
    const found = steps(graphOf(edges, none, none));
    for (const kind of [WW, RW]) {
      for (const to of after.slice(1)) expect(found).toContain(`0 ${to} ${kind}`);
      expect(found).not.toContain(`0 0 ${kind}`);
    }
    expect(found.size).toBe(32 * 2 + 33);
  });

  it.each([3, 12])("leaves out what real time implies from a sparse list, and no more (%i a side)", (size) => {
    // Transaction i runs from 10 i to 10 i + 25, the last one for ever: each overlaps the two before it.
    const invoke = Int32Array.from({ length: 2 * size }, (_, i) => 10 * i);
    const complete = Int32Array.from({ length: 2 * size }, (_, i) => (i === size - 1 ? NEVER : 10 * i + 25));
    const edges = new SparseEdges(2 * size, invoke, complete);
    const before = Array.from({ length: size }, (_, i) => [i, WW] as const);
    const after = Array.from({ length: size }, (_, i) => size + i);
    allToAll(edges, before, after);
    const found = steps(graphOf(listed(edges), invoke, complete));
    for (const [a] of before) {
      for (const b of after) {
        if ((complete[a] as number) >= (invoke[b] as number)) expect(found).toContain(`${a} ${b} ${WW}`);
      }
    }
    for (const step of found) expect(step).toMatch(new RegExp(`^\\d+ \\d+ ${WW}$`));
    expect(found.size).toBeLessThan(size * size);
  });
});
