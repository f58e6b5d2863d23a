/** What values and keys are called must not matter: small numbers have short cuts, others go through tables. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../../src/core/op.js";
import { historyOf } from "../../src/history/index.js";
import { checkListAppend, checkRwRegister, type ElleVerdict, impliedRegisterChecker } from "./index.js";
import { KeyIds, ValueIds } from "./interner.js";
import { histories } from "./testing/arbitrary.js";
import { h } from "./testing/txns.js";

type Names = (name: unknown) => unknown;

/** Other names for the values written and read; null stays. */
const VALUES: Record<string, Names> = {
  "far apart": (value) => Number(value) * 1_000_003 + 17,
  negative: (value) => -1 - Number(value),
  texts: (value) => `v${value}`,
  fractions: (value) => Number(value) + 0.5,
  compounds: (value) => ({ of: [value] }),
  "in part far apart": (value) => (Number(value) % 2 === 0 ? Number(value) : Number(value) * 50_000_000),
};
const KEYS: Record<string, Names> = {
  texts: (key) => `key ${key}`,
  "large numbers": (key) => 5_000_000 + String(key).charCodeAt(0),
  numbers: (key) => String(key).charCodeAt(0) * 40,
  compounds: (key) => [key],
};

function renamed(ops: readonly Op[], value: Names, key: Names): Op[] {
  const one: Names = (held) => (held === null ? null : Array.isArray(held) ? held.map(value) : value(held));
  return ops.map((op) => ({
    ...op,
    value: (op.value as [string, unknown, unknown][]).map(([f, k, held]) => [f, key(k), one(held)]),
  }));
}

const facts = ({ valid, found, counts, not, alsoNot, anomalyTypes }: ElleVerdict): unknown => ({
  valid,
  found,
  counts,
  not,
  alsoNot,
  anomalyTypes,
});

describe.each(["list-append", "rw-register"] as const)("%s", (model) => {
  const check = (ops: readonly Op[]): unknown =>
    facts(
      model === "list-append"
        ? checkListAppend(historyOf(ops))
        : checkRwRegister(historyOf(ops), { linearizableKeys: true, wfrKeys: true, sequentialKeys: true }),
    );

  it("finds the same whatever values and keys are called", () => {
    const names = fc.tuple(fc.constantFrom(...Object.values(VALUES)), fc.constantFrom(...Object.values(KEYS)));
    fc.assert(
      fc.property(histories(model, 6), names, (ops, [value, key]) => {
        expect(check(renamed(ops, value, key))).toEqual(check(ops));
      }),
      { numRuns: 200 },
    );
  });

  it("takes the same value under two keys for two", () => {
    fc.assert(
      fc.property(histories(model, 5), (ops) => {
        // Each transaction also does the same on keys of its own: a copy beside it adds no type.
        const mops = (op: Op | undefined): unknown[] => op?.value as unknown[];
        const copies = renamed(
          ops,
          (value) => value,
          (key) => `${key}'`,
        );
        const copied = ops.map((op, i) => ({ ...op, value: [...mops(op), ...mops(copies[i])] }));
        const [one, two] = [ops, copied].map((list) => check(list) as { found: string[]; valid: unknown });
        expect([two?.found, two?.valid]).toEqual([one?.found, one?.valid]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("interners", () => {
  it("give each name one number, and the name back", () => {
    const name = fc.oneof(
      fc.nat(3000),
      fc.integer(),
      fc.constantFrom(null, 0.5, -1, 4_194_303, 4_194_304, "1", "x", true),
      fc.constantFrom([1], { a: 1 }, [1, "x"]),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 30 }), (names) => {
        const ids = new KeyIds(new ValueIds());
        const known = new Map<string, number>();
        for (const one of names) {
          const text = JSON.stringify(one);
          const id = ids.intern(one);
          expect(id).toBe(known.get(text) ?? known.size);
          known.set(text, id);
          expect(JSON.stringify(ids.keys[id])).toBe(text);
        }
        expect(ids.keys).toHaveLength(known.size);
      }),
      { numRuns: 300 },
    );
  });
});

describe("many versions of a register that real time hardly orders", () => {
  it("are sorted, however far from their order they come", () => {
    // All overlap, and end in the reverse of the order in which they began.
    const count = 200;
    const begins = Array.from({ length: count }, (_, i) => `${i}( wx${i + 1}`);
    const ends = Array.from({ length: count }, (_, i) => `${count - 1 - i})`);
    const check = (...more: string[]): ElleVerdict =>
      checkRwRegister(h(...begins, ...ends, ...more), { linearizableKeys: true });
    expect(check("900: rx7", "901: rx7").valid).toBe(true);
    expect(check("900: rx7", "901: wx999", "902: rx999").valid).toBe(true);
    expect(check("900: wx999", "901: rx7").valid).toBe(false);
    expect(check("900: rx7", "901: rx8").valid).toBe(false);
  });
});

describe("what is told of a verdict", () => {
  it("in a sentence: how many transactions, what was found how often, what it rules out", () => {
    const summary = (...lines: string[]): string => checkListAppend(h(...lines)).summary;
    expect(summary("0: ax1", "1: rx[1]")).toBe("2 transactions: nothing that strict-serializable forbids");
    const stale = h("0: wx1", "1: wx2", "2: rx1");
    expect(checkRwRegister(stale).summary).toBe(
      "3 transactions: nothing that strict-serializable forbids; little of the order of versions is known without a claim: that keys are linearizable, which it implies, would show more",
    );
    expect(checkRwRegister(stale, { linearizableKeys: true }).valid).toBe(false);
    expect(checkRwRegister(h("0: wx1", "1: rx1"), { linearizableKeys: true }).summary).toMatch(/forbids$/);
    expect(checkRwRegister(stale, { consistency: "serializable" }).summary).toMatch(/forbids$/);
    expect(summary("0: ax1", "1: ay1")).toBe(
      "2 transactions: no completed read of anything written, so nothing to judge",
    );
    expect(summary("0!: ax1", "1: rx[1]")).toBe("2 transactions: G1a; not read-committed");
    expect(summary("0!: ax1", "1: rx[1]", "2: rx[1]")).toBe("3 transactions: G1a (2); not read-committed");
  });

  it("and where the search ran out of its budget", () => {
    const lines = Array.from({ length: 12 }, (_, i) => [
      `${i}( r${"abcdefghijkl"[i]}[] a${"abcdefghijkl"[(i + 1) % 12]}1`,
    ]).flat();
    const ends = Array.from({ length: 12 }, (_, i) => `${i})`);
    expect(checkListAppend(h(...lines, ...ends))).not.toHaveProperty("limited");
    const short = checkListAppend(h(...lines, ...ends), { budget: 1 });
    expect(short.limited).toEqual(expect.any(String));
  });

  it("by the checker of a workload, under its name", async () => {
    const checker = impliedRegisterChecker("strict-serializable");
    expect(checker.name).toBe("elle-rw-register");
    const { summary } = await checker.check(h("0: wx1", "1: wx2", "0: rx1"), {});
    expect(summary).toMatch(
      /^3 transactions: [a-zA-Z0-9-]+(, [a-zA-Z0-9-]+)*, given the order of versions that strict-serializable implies; not /,
    );
    expect(await checker.check(h("0: wx1", "1: wx2", "0: rx1"), {})).toMatchObject({
      valid: false,
      not: ["strong-serializable"],
    });
  });
});
