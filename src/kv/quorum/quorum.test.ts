/** kv-quorum under each of its options: what it promises it keeps, and what it does not promise goes wrong as it should. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mend, runRegisters, turmoil, violation } from "../testing/clients.js";
import { Harness, type HarnessOptions } from "../testing/harness.js";
import { type Cell, type Clock, includes, lastWriteWins, merge, type Versioning, vectorClocks } from "./cell.js";
import { type QuorumOptions, quorumProgram } from "./index.js";
import { ownersOf } from "./ring.js";

const AP: Partial<QuorumOptions> = { r: 1, w: 1, sloppy: true };

function cluster(program: Partial<QuorumOptions> = {}, options: Partial<HarnessOptions> = {}): Harness {
  const harness = new Harness({ seed: 1, nodes: 5, ...options }, quorumProgram(program));
  harness.run(300);
  return harness;
}

let names = 0;
const write = (key: number | string, value: number) => ({ f: "write", key, value, client: `w${++names}`, seq: 1 });
const add = (value: number) => ({ f: "add", key: "s", value, client: `w${++names}`, seq: 1 });
const remove = (value: number) => ({ f: "remove", key: "s", value, client: `w${++names}`, seq: 1 });

function at(harness: Harness, node: string, key: number | string): unknown {
  const reply = harness.get(node, { f: "read", key }) ?? harness.get(node, { f: "read", key });
  return reply?.type === "ok" ? reply.value : reply?.error;
}

const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort((a, b) => a - b) : value);

function settled(harness: Harness): boolean {
  return harness.nodes.every((node) => {
    const status = harness.status(node);
    return status?.serving === true && status.pending === 0;
  });
}

describe("majorities (the default)", () => {
  test("registers and sets through any node", () => {
    const harness = cluster();
    expect(at(harness, "n1", 1)).toBe(null);
    for (const [i, node] of harness.nodes.entries()) {
      expect(harness.get(node, write(1, i))).toEqual({ type: "ok", by: node });
      expect(harness.get(node, add(i))?.type).toBe("ok");
      expect(at(harness, "n2", 1)).toBe(i);
    }
    expect(harness.get("n4", remove(2))?.type).toBe("ok");
    for (const node of harness.nodes) expect(sorted(at(harness, node, "s"))).toEqual([0, 1, 3, 4]);
  });

  test("the minority refuses definitely and at once; the majority serves", () => {
    const harness = cluster();
    harness.isolate("n1", "n2");
    harness.run(700);
    const refused = harness.ask("n1", write(1, 1));
    expect(refused.reply).toMatchObject({ type: "fail" });
    expect(harness.get("n2", { f: "read", key: 1 })?.type).toBe("fail");
    expect(harness.get("n3", write(1, 2))?.type).toBe("ok");
    harness.heal();
    harness.run(300);
    expect(at(harness, "n1", 1)).toBe(2);
  });

  test("a write that reached no majority in time is open, one that only asked is not", () => {
    const harness = cluster();
    // Not suspected yet: the coordinator tries.
    harness.isolate("n1");
    expect(harness.get("n1", write(1, 1), 2000)).toMatchObject({ type: "fail", error: "no read quorum" });
    harness.heal();
    harness.run(300);
    // Queries pass, puts do not: cut when the answers are in.
    const call = harness.ask("n1", write(1, 2));
    harness.run(1);
    for (let i = 0; i < 10 && call.reply === undefined; i++) {
      harness.run(1);
      harness.isolate("n1");
    }
    harness.run(1500);
    expect(call.reply?.type === "info" || call.reply?.type === "fail").toBe(true);
  });

  test("everything outlives a crash of all nodes", () => {
    const harness = cluster();
    for (let value = 0; value < 30; value++) expect(harness.get("n1", add(value))?.type).toBe("ok");
    for (const node of harness.nodes) harness.kill(node);
    for (const node of harness.nodes) harness.start(node);
    harness.run(300);
    expect(at(harness, "n5", "s")).toHaveLength(30);
  });

  test("a shorter log holds the same", () => {
    const harness = cluster({}, { nodes: 3 });
    for (let value = 0; value < 5000; value++) {
      harness.ask("n1", write(value % 5, value));
      if (value % 50 === 0) harness.run(20);
    }
    harness.run(3000);
    expect(harness.disk("n1").length).toBeLessThan(4500);
    const before = [0, 1, 2, 3, 4].map((key) => at(harness, "n2", key));
    for (const node of harness.nodes) harness.kill(node);
    for (const node of harness.nodes) harness.start(node);
    harness.run(300);
    expect([0, 1, 2, 3, 4].map((key) => at(harness, "n1", key))).toEqual(before);
  });
});

describe("r = w = 1, sloppy", () => {
  test("both sides of a cut answer; reads are stale; the newest write wins after healing", () => {
    const harness = cluster(AP);
    harness.isolate("n1", "n2");
    expect(harness.get("n1", write(1, 1))?.type).toBe("ok");
    expect(at(harness, "n3", 1)).toBe(null);
    expect(harness.get("n3", write(1, 2))?.type).toBe("ok");
    expect(harness.get("n3", write(1, 3))?.type).toBe("ok");
    expect(at(harness, "n1", 1)).toBe(1);
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 10_000)).toBe(true);
    expect(harness.nodes.map((node) => at(harness, node, 1))).toEqual([3, 3, 3, 3, 3]);
  });

  test("with fewer replicas than nodes stand-ins take over and hand back; nothing added is lost", () => {
    for (let key = 0; key < 8; key++) {
      const harness = cluster({ ...AP, n: 3 });
      harness.isolate("n1");
      harness.run(700);
      const body = (value: number) => ({ ...add(value), key });
      expect(harness.get("n1", body(1))?.type).toBe("ok");
      expect(harness.get("n4", body(2))?.type).toBe("ok");
      expect(sorted(at(harness, "n1", key))).toEqual([1]);
      harness.heal();
      expect(harness.runUntil(() => settled(harness), 10_000)).toBe(true);
      for (const node of harness.nodes) expect(sorted(at(harness, node, key))).toEqual([1, 2]);
    }
  });

  test("hints outlive a crash of the stand-in", () => {
    const harness = cluster({ ...AP, n: 3 });
    const keys = Array.from({ length: 50 }, (_, i) => i);
    const key = keys.find((one) => ownersOf(harness.nodes, [one])[0] === "n2") as number;
    harness.isolate("n1");
    harness.run(700);
    expect(harness.get("n1", { ...add(1), key })?.type).toBe("ok");
    harness.kill("n1");
    harness.start("n1");
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 10_000)).toBe(true);
    expect(at(harness, "n3", key)).toEqual([1]);
  });
});

describe("vector clocks", () => {
  test("concurrent writes stay as siblings until a later write has seen them", () => {
    const harness = cluster({ ...AP, versions: "vector" });
    harness.isolate("n1", "n2");
    expect(harness.get("n1", write(1, 1))?.type).toBe("ok");
    expect(harness.get("n3", write(1, 2))?.type).toBe("ok");
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 10_000)).toBe(true);
    const both = harness.get("n4", { f: "siblings", key: 1 });
    expect(sorted(both?.type === "ok" ? both.value : [])).toEqual([1, 2]);
    expect(new Set(harness.nodes.map((node) => at(harness, node, 1))).size).toBe(1);
    expect(harness.get("n5", write(1, 3))?.type).toBe("ok");
    expect(harness.runUntil(() => settled(harness), 10_000)).toBe(true);
    expect(harness.get("n4", { f: "siblings", key: 1 })).toMatchObject({ value: [3] });
  });
});

describe("versions", () => {
  const sortedClock = (clock: Record<string, number>) =>
    Object.fromEntries(Object.entries(clock).sort(([a], [b]) => (a < b ? -1 : 1)));
  const clock = (versioning: Versioning): fc.Arbitrary<Clock> =>
    versioning === lastWriteWins
      ? fc.tuple(fc.nat(3), fc.nat(2), fc.constantFrom("a", "b"))
      : fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 })).map(sortedClock);
  const cell = (versioning: Versioning): fc.Arbitrary<Cell> =>
    // Well-formed: one value per version, no version that another covers.
    fc
      .array(clock(versioning), { maxLength: 3 })
      .map((clocks) => clocks.reduce<Cell>((all, c) => merge(versioning, all, [{ c, x: JSON.stringify(c) }]), []));

  test.each([
    ["lww", lastWriteWins],
    ["vector", vectorClocks],
  ])("property: merging is commutative, associative and idempotent (%s)", (_, versioning) => {
    const one = cell(versioning);
    const both = (a: Cell, b: Cell) => JSON.stringify(merge(versioning, a, b));
    fc.assert(
      fc.property(one, one, one, (a, b, c) => {
        expect(both(a, b)).toBe(both(b, a));
        expect(both(merge(versioning, a, b), c)).toBe(both(a, merge(versioning, b, c)));
        expect(both(a, a)).toBe(JSON.stringify(merge(versioning, a, [])));
        expect(includes(versioning, merge(versioning, a, b), b)).toBe(true);
      }),
    );
  });

  test.each([
    ["lww", lastWriteWins],
    ["vector", vectorClocks],
  ])("property: a new version covers all that was seen and is never issued twice (%s)", (_, versioning) => {
    fc.assert(
      fc.property(cell(versioning), (seen) => {
        const issuer = { node: "a", boot: 9, issued: 0 };
        const [first, second] = [versioning.next(seen, issuer), versioning.next(seen, issuer)];
        for (const { c } of seen) expect(versioning.covers(first, c)).toBe(true);
        for (const { c } of seen) expect(versioning.covers(c, first)).toBe(false);
        expect(JSON.stringify(first)).not.toBe(JSON.stringify(second));
      }),
    );
  });
});

function registers(seed: number, program: Partial<QuorumOptions>, options: Partial<HarnessOptions> = {}) {
  const harness = cluster(program, { seed, lossPer1k: 10, duplicatePer1k: 10, delayMs: 8, ...options });
  return violation(runRegisters(harness, { seed, ops: 500, keys: 3, disturb: turmoil }), 3);
}

test("property: majorities with blocking repair are linearizable under cuts, kills, pauses, loss and copies", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom<Partial<QuorumOptions>>({}, { r: 2, w: 4 }, { n: 3 }), (seed, program) => {
      expect(registers(seed, program)).toBeUndefined();
    }),
    { numRuns: 60, seed: 11 },
  );
});

test("without read repair, reads can go back in time", () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i);
  const found = seeds.map((seed) => registers(seed, { repair: "none", antiEntropyMs: 0 }, { delayMs: 60 }));
  expect(found.some((one) => one?.includes("seen before the other"))).toBe(true);
});

test("property: a sloppy cluster always answers, and agrees in the end", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 3), (seed, n) => {
      const harness = cluster({ ...AP, n }, { seed, lossPer1k: 10, duplicatePer1k: 10 });
      const added: number[] = [];
      const keep = (value: number) => {
        const node = harness.nodes[value % 5] as string;
        if (harness.get(node, add(value), 1000)?.type === "ok") added.push(value);
      };
      for (let value = 0; value < 20; value++) {
        if (value % 5 === 0) harness.isolate(harness.nodes[(value + seed) % 5] as string);
        if (value % 7 === 6) harness.heal();
        harness.run(200);
        keep(value);
      }
      expect(added).toHaveLength(20);
      harness.heal();
      mend(harness);
      expect(harness.runUntil(() => settled(harness), 20_000)).toBe(true);
      for (const node of harness.nodes) expect(sorted(at(harness, node, "s"))).toEqual(sorted(added));
    }),
    { numRuns: 20, seed: 3 },
  );
});
