/** The first peel sets aside all that lies on a cycle, and nothing where there is no cycle. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onCycles } from "./first-peel.js";
import { SparseEdges } from "./sparse-edges.js";
import { NEVER } from "./txn-history.js";

interface Case {
  readonly invoke: Int32Array;
  readonly complete: Int32Array;
  readonly edges: readonly (readonly [number, number])[];
  readonly virtuals: number;
}

/** Transactions that each last some positions or for ever, edges between them and through a few virtual nodes. */
const cases: fc.Arbitrary<Case> = fc.integer({ min: 1, max: 14 }).chain((txns) =>
  fc
    .record({
      lasts: fc.array(fc.oneof({ weight: 8, arbitrary: fc.nat(7) }, fc.constant(NEVER)), {
        minLength: txns,
        maxLength: txns,
      }),
      virtuals: fc.nat(2),
      pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 * txns }),
    })
    .map(({ lasts, virtuals, pairs }) => ({
      // Invocations at even positions, completions at odd ones.
      invoke: Int32Array.from(lasts, (_, t) => 4 * t),
      complete: Int32Array.from(lasts, (last, t) => (last === NEVER ? NEVER : 4 * (t + last) + 1)),
      edges: pairs.map(([a, b]) => [a % (txns + virtuals), b % (txns + virtuals)] as const),
      virtuals,
    })),
);

/** Which nodes reach themselves, real time included: transactions, then virtual ones. */
function brute({ invoke, complete, edges, virtuals }: Case): boolean[] {
  const nodes = invoke.length + virtuals;
  const reach = Array.from({ length: nodes }, (_, a) =>
    Array.from({ length: nodes }, (__, b) => (complete[a] as number) < (invoke[b] as number)),
  );
  for (const [a, b] of edges) if (a !== b) (reach[a] as boolean[])[b] = true;
  for (let v = 0; v < nodes; v++) {
    for (let a = 0; a < nodes; a++) {
      if (!reach[a]?.[v]) continue;
      for (let b = 0; b < nodes; b++) if (reach[v]?.[b]) (reach[a] as boolean[])[b] = true;
    }
  }
  return reach.map((row, a) => row[a] === true);
}

function peel({ invoke, complete, edges, virtuals }: Case): Uint8Array | undefined {
  const sparse = new SparseEdges(invoke.length, invoke, complete, 1);
  sparse.virtual(virtuals);
  for (const [a, b] of edges) {
    if (a < invoke.length && b < invoke.length) sparse.add(a, b);
    else if (a !== b) sparse.link(a, b);
  }
  const done = [...complete.keys()].filter((t) => complete[t] !== NEVER);
  const completions = Int32Array.from(done.sort((a, b) => (complete[a] as number) - (complete[b] as number)));
  return onCycles(sparse, completions);
}

describe("onCycles", () => {
  it("misses no transaction on a cycle, and finds none where there is no cycle", () => {
    fc.assert(
      fc.property(cases, (each) => {
        const cyclic = brute(each);
        const found = peel(each);
        if (!cyclic.includes(true)) expect(found).toBeUndefined();
        for (let t = 0; t < each.invoke.length; t++) if (cyclic[t]) expect(found?.[t]).toBe(1);
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 2000) },
    );
  });

  it("sets aside little of what lies between two cycles", () => {
    // 0 <-> 1, then 2 … 97 one after the other, then 98 <-> 99.
    const invoke = Int32Array.from({ length: 100 }, (_, t) => 4 * t);
    const complete = Int32Array.from({ length: 100 }, (_, t) => 4 * t + 3);
    for (const t of [0, 98]) complete[t] = 4 * t + 5;
    const edges = [
      [0, 1],
      [1, 0],
      [98, 99],
      [99, 98],
    ] as const;
    const found = peel({ invoke, complete, edges, virtuals: 0 }) as Uint8Array;
    expect([...found.keys()].filter((t) => found[t] === 1)).toEqual([0, 1, 98, 99]);
  });
});
