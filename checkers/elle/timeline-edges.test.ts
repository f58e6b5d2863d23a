/** The chains of timelines must say what their definition says: who wrote or read a version comes before who wrote a later one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../../src/core/op.js";
import { historyOf } from "../../src/history/index.js";
import { EdgeList } from "./graph.js";
import { readTxns } from "./read-txns.js";
import { readersOf } from "./register-edges.js";
import { installs, type RegisterIndex, registerIndex } from "./register-index.js";
import { SparseEdges } from "./sparse-edges.js";
import { histories } from "./testing/arbitrary.js";
import { writeTimelines } from "./timeline-edges.js";
import { timelinesOf } from "./timelines.js";
import { eachTouch } from "./touches.js";
import { NEVER } from "./txn-history.js";

/** "a b" for each transaction a that comes before another one b by a version of a key with a timeline: by the definition. */
function defined(index: RegisterIndex, dropped: Uint8Array): Set<string> {
  const { txns, owner, readOf, external } = index;
  const done = new Map<number, number>();
  const there = new Map<number, number>();
  eachTouch(index, (t, _key, first, last) => {
    const complete = txns.complete[t] as number;
    if (complete !== NEVER) done.set(last, Math.min(done.get(last) ?? NEVER, complete));
    there.set(first, Math.max(there.get(first) ?? -1, txns.invoke[t] as number));
  });
  const versions = [...txns.mopKind.keys()].filter((m) => installs(index, m) || done.has(m));
  const pairs = new Set<string>();
  for (const v of versions) {
    for (const w of versions) {
      if (v === w || txns.mopKey[v] !== txns.mopKey[w] || dropped[txns.mopKey[v] as number] === 1) continue;
      if (!installs(index, w) || !((done.get(v) ?? NEVER) < (there.get(w) ?? -1))) continue;
      const readers = [...txns.mopKind.keys()].filter((m) => external[m] === 1 && readOf[m] === v);
      const before = [...(installs(index, v) ? [v] : []), ...readers].map((m) => owner[m] as number);
      for (const a of before) if (a !== owner[w]) pairs.add(`${a} ${owner[w]}`);
    }
  }
  return pairs;
}

/** Node -> the nodes that it reaches, by one step or more. */
function closure(nodes: number, edges: Iterable<readonly [number, number]>): boolean[][] {
  const reach = Array.from({ length: nodes }, () => new Array<boolean>(nodes).fill(false));
  for (const [a, b] of edges) (reach[a] as boolean[])[b] = true;
  for (let v = 0; v < nodes; v++) {
    for (const row of reach)
      if (row[v]) for (let b = 0; b < nodes; b++) row[b] ||= (reach[v] as boolean[])[b] as boolean;
  }
  return reach;
}

/** "a b" for each edge between transactions, and for each way from one to another through virtual nodes alone. */
function written(list: EdgeList): Set<string> {
  const all = Array.from({ length: list.length }, (_, e) => [list.from[e] as number, list.to[e] as number] as const);
  const inner = closure(
    list.txns + list.virtuals,
    all.filter(([a, b]) => a >= list.txns && b >= list.txns),
  );
  const pairs = new Set<string>();
  for (const [a, v] of all) {
    if (a >= list.txns) continue;
    if (v < list.txns) pairs.add(`${a} ${v}`);
    for (const [u, b] of all) if (v >= list.txns && b < list.txns && (u === v || inner[v]?.[u])) pairs.add(`${a} ${b}`);
  }
  return pairs;
}

function indexed(ops: readonly Op[]) {
  const index = registerIndex(readTxns(historyOf(ops), "rw-register"));
  const { timelines } = timelinesOf(index);
  return { index, timelines, readers: readersOf(index), txns: index.txns };
}

// Cheap ones, and what leads a transaction back to itself is rare.
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200) * 20;

describe("timelines", () => {
  it("lead from whom to whom their definition says", () => {
    fc.assert(
      fc.property(histories("rw-register", 8), (ops) => {
        const { index, timelines, readers, txns } = indexed(ops);
        const list = new EdgeList(txns.count);
        writeTimelines(index, timelines, readers, list);
        expect([...written(list)].sort()).toEqual([...defined(index, timelines.dropped)].sort());
      }),
      { numRuns: RUNS },
    );
  });

  it("lead among those that are kept as they do among all", () => {
    fc.assert(
      fc.property(histories("rw-register", 8), fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }), (ops, drawn) => {
        const { index, timelines, readers, txns } = indexed(ops);
        const keep = Uint8Array.from({ length: txns.count }, (_, t) => (drawn[t] === 0 ? 0 : 1));
        const list = new EdgeList(txns.count, keep);
        writeTimelines(index, timelines, readers, list);
        const kept = [...defined(index, timelines.dropped)].filter((pair) =>
          pair.split(" ").every((t) => keep[Number(t)]),
        );
        expect([...written(list)].sort()).toEqual(kept.sort());
      }),
      { numRuns: RUNS },
    );
  });

  it("together with real time reach whom they reach with all their edges", () => {
    fc.assert(
      fc.property(histories("rw-register", 8), (ops) => {
        const { index, timelines, readers, txns } = indexed(ops);
        const { count, invoke, complete } = txns;
        const sparse = new SparseEdges(count, invoke, complete);
        writeTimelines(index, timelines, readers, sparse);
        const realtime = [...invoke.keys()].flatMap((a) =>
          [...invoke.keys()].filter((b) => (complete[a] as number) < (invoke[b] as number)).map((b) => [a, b] as const),
        );
        const few: (readonly [number, number])[] = [...realtime];
        for (let u = 0; u < count + sparse.virtuals; u++) {
          for (let e = sparse.head[u] as number; e !== 0; e = sparse.next[e - 1] as number)
            few.push([u, sparse.to[e - 1] as number]);
        }
        const all = [...defined(index, timelines.dropped)].map(
          (pair) => pair.split(" ").map(Number) as [number, number],
        );
        const txnsOf = (reach: boolean[][]) => reach.slice(0, count).map((row) => row.slice(0, count));
        expect(txnsOf(closure(count + sparse.virtuals, few))).toEqual(closure(count, [...realtime, ...all]));
      }),
      { numRuns: RUNS },
    );
  });
});
