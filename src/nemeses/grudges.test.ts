/** Every shape must cut what its name says, for any number of nodes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../core/op.js";
import { rng } from "../core/rng.js";
import type { Grudge } from "../core/runtime.js";
import { bridge, complete, cutOf, fits, isolate, majoritiesRing, oneWay, SHAPES } from "./grudges.js";

const names = (count: number): NodeId[] => Array.from({ length: count }, (_, i) => `n${i + 1}`);
const refuses = (grudge: Grudge, a: NodeId, b: NodeId): boolean => grudge.get(a)?.has(b) === true;
const sees = (grudge: Grudge, nodes: readonly NodeId[], a: NodeId): number =>
  nodes.filter((b) => !refuses(grudge, a, b) && !refuses(grudge, b, a)).length;

const anyCut = fc.record({
  count: fc.integer({ min: 2, max: 9 }),
  shape: fc.constantFrom(...SHAPES),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
});

describe("shapes", () => {
  it("never cut a node from itself, always cut something, and both ways", () => {
    fc.assert(
      fc.property(anyCut, ({ count, shape, seed }) => {
        fc.pre(fits(shape, count));
        const nodes = names(count);
        const { grudge } = cutOf(shape, nodes, ["n2"], rng(seed));
        let pairs = 0;
        for (const a of nodes) {
          expect(refuses(grudge, a, a)).toBe(false);
          for (const b of nodes) {
            if (refuses(grudge, a, b)) pairs++;
            expect(refuses(grudge, a, b)).toBe(refuses(grudge, b, a));
          }
        }
        expect(pairs).toBeGreaterThan(0);
      }),
    );
  });

  it("with two sides hold together inside and are cut across; the smaller is the target", () => {
    fc.assert(
      fc.property(anyCut, ({ count, shape, seed }) => {
        const nodes = names(count);
        const { grudge, sides, targets } = cutOf(shape, nodes, ["n2"], rng(seed));
        fc.pre(fits(shape, count) && sides !== undefined);
        expect(sides?.flat().toSorted()).toEqual(nodes.toSorted());
        expect(targets).toEqual(sides?.[0]);
        expect(targets.length).toBeLessThanOrEqual(count / 2);
        const sideOf = (node: NodeId): number => sides?.findIndex((side) => side.includes(node)) ?? -1;
        for (const a of nodes) {
          for (const b of nodes) expect(refuses(grudge, a, b)).toBe(sideOf(a) !== sideOf(b));
        }
      }),
    );
  });

  it("majority-minority leaves a majority; primaries isolates the first leader alone", () => {
    for (let seed = 0; seed < 200; seed++) {
      const { targets } = cutOf("majority-minority", names(5), [], rng(seed));
      expect(targets.length).toBeLessThan(2.5);
      expect(cutOf("primaries", names(6), ["n3", "n1"], rng(seed)).targets).toEqual(["n3"]);
    }
  });

  it("majorities-ring lets every node see a majority, and no two the same one", () => {
    for (let count = 4; count <= 9; count++) {
      const nodes = names(count);
      const { grudge } = majoritiesRing(nodes);
      const views = new Set<string>();
      for (const a of nodes) {
        expect(sees(grudge, nodes, a)).toBeGreaterThan(count / 2);
        views.add(nodes.filter((b) => !refuses(grudge, a, b)).join());
      }
      expect(views.size).toBe(count);
    }
  });

  it("bridge leaves one node that sees everybody, and no other", () => {
    for (let count = 3; count <= 9; count++) {
      const nodes = names(count);
      const { grudge } = bridge(nodes);
      expect(nodes.filter((a) => sees(grudge, nodes, a) === count).length).toBe(1);
    }
  });
});

describe("one-way", () => {
  it("keeps exactly one refusal of each pair", () => {
    fc.assert(
      fc.property(anyCut, fc.boolean(), ({ count, shape, seed }, smaller) => {
        fc.pre(fits(shape, count));
        const nodes = names(count);
        const cut = cutOf(shape, nodes, ["n2"], rng(seed));
        const single = oneWay(cut.grudge, new Set(cut.sides?.[smaller ? 0 : 1] ?? []));
        for (const a of nodes) {
          for (const b of nodes) {
            if (refuses(cut.grudge, a, b)) expect(refuses(single, a, b)).toBe(!refuses(single, b, a));
            else expect(refuses(single, a, b)).toBe(false);
          }
        }
      }),
    );
  });

  it("makes the deaf side deaf: it drops what the others send", () => {
    const cut = isolate(["n1"], names(3));
    const grudge = oneWay(cut.grudge, new Set(["n1"]));
    expect([...grudge.keys()]).toEqual(["n1"]);
    expect([...(grudge.get("n1") ?? [])].sort()).toEqual(["n2", "n3"]);
  });

  it("complete() of one side cuts nothing", () => {
    expect([...(complete([names(3)]).get("n1") ?? [])]).toEqual([]);
  });
});
