/** The algorithms on dependency graphs, each against its definition on small random graphs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classify } from "./classify.js";
import { components } from "./components.js";
import { byCompletion, EdgeList, type Graph, graphOf, PROCESS, REALTIME, RW, VIRTUAL, WR, WW } from "./graph.js";
import { impliedAnomalies } from "./models.js";
import { peelForward, type Rules } from "./peel.js";
import { type Hop, PathSearch } from "./search.js";
import { simpleCycle } from "./simple-cycle.js";

const NEVER = 0x7fffffff;

/** A virtual node: who leads into it, by which kind, and whom it leads to; the next one, too, where `linked`. */
interface Joint {
  readonly kind: number;
  readonly into: readonly number[];
  readonly out: readonly number[];
  readonly linked: boolean;
}

interface Case {
  readonly graph: Graph;
  /** All hops between transactions, virtual nodes and real time written out. */
  readonly hops: readonly Hop[];
}

const kind = fc.constantFrom(WW, WR, RW, PROCESS);

/** Graphs of up to 6 transactions. */
const graphs: fc.Arbitrary<Case> = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 6 }),
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5), kind), { maxLength: 9 }),
    joints: fc.array(
      fc.record({ kind, into: fc.uniqueArray(fc.nat(5), { maxLength: 3 }), out: fc.nat(63), linked: fc.boolean() }),
      { maxLength: 2 },
    ),
  })
  .map(({ lengths, edges, joints }) => {
    const count = lengths.length;
    const within = edges.filter(([from, to]) => from < count && to < count && from !== to);
    const made: Joint[] = [];
    for (const { kind, into, out, linked } of joints) {
      const before = made.at(-1);
      const members = into.filter((t) => t < count);
      // No transaction leads to itself.
      const taboo = new Set([...members, ...(before?.linked === true ? before.into : [])]);
      const left = Array.from({ length: count }, (_, t) => t).filter((t) => (out & (1 << t)) !== 0 && !taboo.has(t));
      made.push({ kind, into: members, out: left, linked });
    }
    return caseOf(lengths, within, made);
  });

function caseOf(
  lengths: readonly number[],
  edges: readonly (readonly [number, number, number])[],
  joints: readonly Joint[],
): Case {
  const count = lengths.length;
  const list = new EdgeList(count, undefined, 1);
  const hops: Hop[] = [];
  for (const [from, to, kind] of edges) {
    list.add(from, to, kind);
    hops.push({ from, to, kind });
  }
  const first = list.virtual(joints.length);
  joints.forEach(({ kind, into, out, linked }, i) => {
    for (const t of into) list.enter(t, first + i, kind);
    for (const t of out) list.leave(first + i, t);
    const next = joints[i + 1];
    if (linked && next !== undefined) list.link(first + i, first + i + 1);
    for (const from of into) {
      for (const to of out) hops.push({ from, to, kind });
      if (linked) for (const to of next?.out ?? []) hops.push({ from, to, kind });
    }
  });
  // Positions are all different, as in a history. A transaction of length 13 never ends for sure.
  const invoke = Int32Array.from(lengths, (_, t) => 20 * t);
  const complete = Int32Array.from(lengths, (length, t) =>
    length === 13 ? NEVER : 20 * t + 10 * length + 1 + (t % 9),
  );
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      if ((complete[a] as number) < (invoke[b] as number)) hops.push({ from: a, to: b, kind: REALTIME });
    }
  }
  return { graph: graphOf(list, invoke, complete), hops };
}

const rules: fc.Arbitrary<Rules> = fc
  .tuple(fc.constantFrom(WW, WW | WR, WW | WR | RW, WW | WR | RW | PROCESS), fc.boolean(), fc.boolean())
  .map(([mask, realtime, nonadjacent]) => ({
    mask: realtime ? mask | REALTIME : mask,
    ...(nonadjacent ? { nonadjacent } : {}),
  }));

/** Which states a state leads to by one stored edge or in real time. */
function steps({ graph }: Case, { mask, nonadjacent }: Rules): number[][] {
  const { nodes, txns, outStart, outTo, outKind, invoke, complete } = graph;
  return Array.from({ length: nonadjacent === true ? 2 * nodes : nodes }, (_, state) => {
    const u = state % nodes;
    const primed = state >= nodes;
    const out: number[] = [];
    for (let e = outStart[u] as number; e < (outStart[u + 1] as number); e++) {
      const kind = outKind[e] as number;
      const to = outTo[e] as number;
      if ((kind & (mask | VIRTUAL)) === 0 || (primed && kind === RW)) continue;
      // Whoever enters a virtual node by rw leaves it as one reached by rw.
      const marked = nonadjacent === true && (kind === RW || (kind === VIRTUAL && primed));
      out.push(marked ? nodes + to : to);
    }
    if ((mask & REALTIME) !== 0 && u < txns) {
      for (let t = 0; t < txns; t++) if ((complete[u] as number) < (invoke[t] as number)) out.push(t);
    }
    return out;
  });
}

/** What each state reaches in one step or more. */
function reachable(out: readonly (readonly number[])[]): Set<number>[] {
  return out.map((first) => {
    const seen = new Set(first);
    for (const state of seen) for (const next of out[state] as readonly number[]) seen.add(next);
    return seen;
  });
}

describe("peeling", () => {
  it("leaves what lies on a cycle, or what one leads to", () => {
    fc.assert(
      fc.property(graphs, rules, (given, rules) => {
        const reach = reachable(steps(given, rules));
        const cyclic = reach.flatMap((states, state) => (states.has(state) ? [state] : []));
        const { remains, left } = peelForward(given.graph, rules);
        const wanted = reach.map((_, state) =>
          Number(cyclic.some((on) => on === state || reach[on]?.has(state) === true)),
        );
        expect([...remains]).toEqual(wanted);
        expect(left).toBe(wanted.filter((one) => one === 1).length);
      }),
      { numRuns: 600 },
    );
  });
});

describe("components", () => {
  it("are the states that reach each other, among those that are alive", () => {
    fc.assert(
      fc.property(graphs, rules, fc.boolean(), (given, rules, peeled) => {
        const alive = peeled ? peelForward(given.graph, rules).remains : undefined;
        const reach = reachable(steps(given, rules));
        const component = components(given.graph, rules, alive);
        for (const [a, states] of reach.entries()) {
          expect(component[a] === -1).toBe(alive?.[a] === 0);
          for (const [b, others] of reach.entries()) {
            if (alive?.[a] === 0 || alive?.[b] === 0) continue;
            expect(component[a] === component[b]).toBe(a === b || (states.has(b) && others.has(a)));
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** The fewest hops from one transaction to another by the rules, by trying all walks of ever more hops. */
function fewest(
  { graph, hops }: Case,
  start: number,
  goal: number,
  { mask, nonadjacent }: Rules,
  primed: boolean,
): number {
  let level = new Set([`${start} ${primed && nonadjacent === true}`]);
  for (let length = 1; length <= 2 * graph.txns; length++) {
    const next = new Set<string>();
    for (const state of level) {
      const [u, after] = state.split(" ");
      for (const { from, to, kind } of hops) {
        if (from !== Number(u) || (kind & mask) === 0 || (kind === RW && nonadjacent === true && after === "true"))
          continue;
        // Where rw edges must not touch, the goal is reached by another kind: an rw edge follows.
        if (to === goal && !(nonadjacent === true && kind === RW)) return length;
        next.add(`${to} ${nonadjacent === true && kind === RW}`);
      }
    }
    level = next;
  }
  return Number.POSITIVE_INFINITY;
}

describe("the search for paths", () => {
  it("finds one as short as any, of hops that there are, and none longer than allowed", () => {
    fc.assert(
      fc.property(
        graphs,
        rules,
        fc.nat(5),
        fc.nat(5),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        (given, rules, a, b, primed, limit) => {
          const { graph, hops } = given;
          const [start, goal] = [a % graph.txns, b % graph.txns];
          const search = new PathSearch(graph, { left: 1e6 });
          const wanted = fewest(given, start, goal, rules, primed);
          // The same search again and again: it must not remember.
          for (const allowed of [limit, 12]) {
            const path = search.path(start, goal, rules, allowed, primed);
            expect(path?.length).toBe(wanted <= allowed ? wanted : undefined);
            if (path === undefined) continue;
            expect([path[0]?.from, path.at(-1)?.to]).toEqual([start, goal]);
            for (const [i, hop] of path.entries()) {
              expect(hops).toContainEqual(hop);
              if (i > 0) expect(hop.from).toBe(path[i - 1]?.to);
              if (rules.nonadjacent === true && hop.kind === RW) expect(path[i + 1]?.kind).not.toBe(RW);
            }
          }
          expect(new PathSearch(graph, { left: 0 }).path(start, goal, rules, 12, primed)?.length ?? 1).toBe(1);
        },
      ),
      { numRuns: 800 },
    );
  });
});

describe("real time in a search", () => {
  it("is followed from whoever of a level was done first", () => {
    // 0 leads to 1 and 2; only 2 is done before 3 begins.
    const { graph } = caseOf(
      [13, 12, 1, 1],
      [
        [0, 1, WW],
        [0, 2, WW],
      ],
      [],
    );
    const path = new PathSearch(graph, { left: 1e6 }).path(0, 3, { mask: WW | REALTIME }, 5);
    expect(path).toEqual([
      { from: 0, to: 2, kind: WW },
      { from: 2, to: 3, kind: REALTIME },
    ]);
  });
});

/** All cycles that meet no transaction twice, as lists of hops. */
function* cyclesOf({ graph, hops }: Case, mask: number): Generator<Hop[]> {
  function* from(start: number, path: Hop[]): Generator<Hop[]> {
    const at = path.at(-1)?.to ?? start;
    for (const hop of hops) {
      if (hop.from !== at || (hop.kind & mask) === 0 || hop.to < start) continue;
      if (hop.to === start) yield [...path, hop];
      else if (!path.some(({ to }) => to === hop.to)) yield* from(start, [...path, hop]);
    }
  }
  for (let t = 0; t < graph.txns; t++) yield* from(t, []);
}

const rwOf = (cycle: readonly Hop[]): number => cycle.filter((hop) => hop.kind === RW).length;
const touching = (cycle: readonly Hop[]): boolean =>
  cycle.some((hop, i) => hop.kind === RW && cycle[(i + 1) % cycle.length]?.kind === RW);

const FAMILIES: readonly [name: string, mask: number, fits: (cycle: readonly Hop[]) => boolean][] = [
  ["G0", WW, () => true],
  ["G1c", WW | WR, () => true],
  ["G-single-item", WW | WR | RW, (cycle) => rwOf(cycle) === 1],
  ["G-nonadjacent-item", WW | WR | RW, (cycle) => rwOf(cycle) > 0 && !touching(cycle)],
  ["G2-item", WW | WR | RW, (cycle) => rwOf(cycle) > 0],
];

describe("classification", () => {
  it("finds of each type that no sharper one implies a shortest cycle", () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), fc.boolean(), (given, process, realtime) => {
        const { cycles, limited } = classify(given.graph, { process, realtime }, 1e6);
        expect(limited).toBe(false);
        const redundant = new Set<string>();
        const wanted: [string, number][] = [];
        const variants: [string, number][] = [["", 0]];
        if (process) variants.push(["-process", PROCESS]);
        if (realtime) variants.push(["-realtime", REALTIME]);
        for (const [suffix, extra] of variants) {
          for (const [name, mask, fits] of FAMILIES) {
            const type = name + suffix;
            if (redundant.has(type)) continue;
            const sizes = [...cyclesOf(given, mask | extra)].filter(fits).map((cycle) => cycle.length);
            if (sizes.length === 0) continue;
            wanted.push([type, Math.min(...sizes)]);
            for (const implied of impliedAnomalies([type])) redundant.add(implied);
          }
        }
        expect(cycles.map(({ type }) => type)).toEqual(wanted.map(([type]) => type));
        for (const [i, { type, hops }] of cycles.entries()) {
          // The last resort finds some simple cycle, not the shortest.
          if (!type.startsWith("G-nonadjacent")) expect(hops.length).toBe(wanted[i]?.[1]);
          for (const [j, hop] of hops.entries()) {
            expect(given.hops).toContainEqual(hop);
            expect(hop.to).toBe(hops[(j + 1) % hops.length]?.from);
          }
          expect(new Set(hops.map(({ from }) => from)).size).toBe(hops.length);
          const [, , fits] =
            FAMILIES.find(([name]) => type.replace(/-(process|realtime)$/, "") === name) ?? expect.fail(type);
          expect(fits(hops)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("says where its budget ran out, and tells what it has", () => {
    // Two transactions that know of each other's writes only in part, many times over.
    const ring = Array.from({ length: 40 }, (_, t) => [t, (t + 1) % 40, RW] as const);
    const { graph } = caseOf(Array(40).fill(13), [...ring, ...ring.map(([a, b]) => [b, a, WW] as const)], []);
    expect(classify(graph, { process: false, realtime: false }, 1e6).limited).toBe(false);
    const short = classify(graph, { process: false, realtime: false }, 20);
    expect(short.limited).toBe(true);
    expect(short.cycles.length).toBeLessThanOrEqual(2);
  });
});

describe("the last resort", () => {
  it("finds a simple cycle with rw edges that do not touch wherever there is one", () => {
    fc.assert(
      fc.property(graphs, fc.boolean(), (given, realtime) => {
        const mask = WW | WR | RW | (realtime ? REALTIME : 0);
        const found = simpleCycle(given.graph, { mask, nonadjacent: true }, { left: 1e6 });
        const all = [...cyclesOf(given, mask)].filter((cycle) => rwOf(cycle) > 0 && !touching(cycle));
        expect(found !== undefined).toBe(all.length > 0);
        if (found !== undefined) expect(all).toContainEqual(found);
        expect(simpleCycle(given.graph, { mask, nonadjacent: true }, { left: 1 })).toBeUndefined();
      }),
      { numRuns: 600 },
    );
  });

  it("takes another cycle than the shortest walk, which meets a transaction twice", () => {
    // a -rw-> b -ww-> c -ww-> b -rw-> d -ww-> a; and a longer way round that meets nobody twice.
    const [a, b, c, d] = [0, 1, 2, 3];
    const edges = [
      [a, b, RW],
      [b, c, WW],
      [c, b, WW],
      [b, d, RW],
      [d, a, WW],
    ] as const;
    const alone = classify(caseOf(Array(4).fill(13), edges, []).graph, { process: false, realtime: false }, 1e6);
    expect(alone.cycles.map(({ type }) => type)).toEqual(["G0", "G2-item"]);
  });
});

describe("completions", () => {
  it("come in their order, however far apart they are", () => {
    const at = fc.oneof(fc.nat(40), fc.nat(1_000_000));
    fc.assert(
      fc.property(fc.uniqueArray(at, { maxLength: 8 }), fc.nat(255), (ends, crashed) => {
        const complete = Int32Array.from(ends, (end, t) => ((crashed & (1 << t)) !== 0 ? NEVER : end));
        const graph = graphOf(new EdgeList(ends.length), new Int32Array(ends.length), complete);
        const wanted = [...ends.keys()].filter((t) => complete[t] !== NEVER);
        expect([...byCompletion(graph)]).toEqual(
          wanted.sort((x, y) => (complete[x] as number) - (complete[y] as number)),
        );
      }),
      { numRuns: 300 },
    );
  });
});
