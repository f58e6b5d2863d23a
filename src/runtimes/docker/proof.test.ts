import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";
import { judgeCut, judgeHeal, mutuallyOpen, refuses, type Sightings, unionOf } from "./proof.js";
import type { SourceCounters } from "./rules.js";

const nodes = ["n1", "n2", "n3"];

function grudgeOf(entries: Record<NodeId, readonly NodeId[]>): Grudge {
  return new Map(Object.entries(entries).map(([node, refused]) => [node, new Set(refused)]));
}

/** What a network that obeys the grudge shows after everybody asked everybody once. */
function obedient(grudge: Grudge): {
  answered: Map<NodeId, Set<NodeId>>;
  counted: Map<NodeId, Map<NodeId, SourceCounters>>;
} {
  const answered = new Map<NodeId, Set<NodeId>>();
  const counted = new Map<NodeId, Map<NodeId, SourceCounters>>();
  for (const node of nodes) {
    const others = nodes.filter((other) => other !== node);
    answered.set(node, new Set(others.filter((other) => mutuallyOpen(grudge, node, other))));
    const counters = others.map((sender) => {
      const refused = refuses(grudge, node, sender);
      return [sender, { dropped: refused ? 1 : 0, passed: refused ? 0 : 1 }] as const;
    });
    counted.set(node, new Map(counters));
  }
  return { answered, counted };
}

const grudges = fc
  .uniqueArray(fc.constantFrom("n1n2", "n1n3", "n2n1", "n2n3", "n3n1", "n3n2"), { minLength: 1 })
  .map((links) => {
    const grudge = new Map<NodeId, Set<NodeId>>();
    for (const link of links)
      grudge.set(link.slice(0, 2), (grudge.get(link.slice(0, 2)) ?? new Set()).add(link.slice(2)));
    return grudge as Grudge;
  });

describe("the proof of a cut", () => {
  it("holds for a network that obeys, with a fact for each refused direction", () => {
    fc.assert(
      fc.property(grudges, (grudge) => {
        const judgement = judgeCut(nodes, grudge, obedient(grudge));
        expect(judgement).toMatchObject({ missing: [], broken: [] });
        const refused = [...grudge.values()].reduce((sum, set) => sum + set.size, 0);
        expect(judgement.facts.filter((fact) => fact.includes(" dropped "))).toHaveLength(refused);
      }),
    );
  });

  it("fails when any one sighting is taken away or turned round", () => {
    fc.assert(
      fc.property(grudges, fc.constantFrom(...nodes), fc.constantFrom(...nodes), fc.boolean(), (grudge, a, b, ask) => {
        fc.pre(a !== b);
        const seen = obedient(grudge);
        if (ask) {
          const others = seen.answered.get(a) as Set<NodeId>;
          if (others.has(b)) others.delete(b);
          else others.add(b);
        } else {
          seen.counted.get(a)?.set(b, { dropped: 0, passed: 0 });
        }
        const { missing, broken } = judgeCut(nodes, grudge, seen);
        expect(missing.length + broken.length).toBeGreaterThan(0);
      }),
    );
  });

  it("is broken for good by an answer across the cut, but only waits for a drop that was not seen", () => {
    const grudge = grudgeOf({ n1: ["n2"] });
    const leaking = obedient(grudge);
    leaking.answered.get("n2")?.add("n1");
    expect(judgeCut(nodes, grudge, leaking).broken).toEqual(["n2 got an answer from n1 across the cut"]);
    const silent = obedient(grudge);
    silent.counted.get("n1")?.delete("n2");
    expect(judgeCut(nodes, grudge, silent)).toMatchObject({
      broken: [],
      missing: ["n1 has dropped no packet from n2"],
    });
  });

  it("does not take a dead network for a cut: what is open must carry packets", () => {
    const grudge = grudgeOf({ n1: ["n2", "n3"], n2: ["n1"], n3: ["n1"] });
    const dead = obedient(grudge);
    dead.answered.set("n2", new Set());
    dead.answered.set("n3", new Set());
    const { missing } = judgeCut(nodes, grudge, dead);
    expect(missing).toContain("n2 did not answer n3, although nothing is cut between them");
  });
});

describe("the proof of a heal", () => {
  const everybody: Sightings["answered"] = obedient(new Map()).answered;

  it("needs an answer for every pair in both directions", () => {
    expect(judgeHeal(nodes, everybody)).toMatchObject({
      missing: [],
      facts: ["all 3 nodes answer each other (6 directions asked)"],
    });
    const one = new Map([...everybody, ["n3", new Set(["n1"])]]);
    expect(judgeHeal(nodes, one)).toMatchObject({ missing: ["n2 does not answer n3"], facts: [] });
  });
});

describe("grudges", () => {
  it("are closed both ways by one direction, and unite to what either refuses", () => {
    const a = grudgeOf({ n1: ["n2"] });
    expect([mutuallyOpen(a, "n1", "n2"), mutuallyOpen(a, "n2", "n1"), mutuallyOpen(a, "n1", "n1")]).toEqual([
      false,
      false,
      true,
    ]);
    const both = unionOf(a, grudgeOf({ n1: ["n3"], n2: ["n3"] }));
    expect([...(both.get("n1") ?? [])].sort()).toEqual(["n2", "n3"]);
    expect(refuses(both, "n2", "n3")).toBe(true);
    expect(refuses(both, "n3", "n2")).toBe(false);
  });
});
