/** What the search remembers, against tables that are plain to see. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IntPairMap } from "./int-map.js";
import { Memo } from "./memo.js";
import { EMPTY, Multisets } from "./multisets.js";

describe("IntPairMap", () => {
  it("is a map of pairs, however it grows", () => {
    const number = fc.oneof(fc.nat(6), fc.nat(70_000));
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number, fc.integer()), { maxLength: 200, size: "max" }), (sets) => {
        const map = new IntPairMap();
        const plain = new Map<string, number>();
        const same = (a: number, b: number): boolean => map.get(a, b) === plain.get(`${a} ${b}`);
        for (const [a, b, value] of sets) {
          if (!same(a, b)) expect.fail(`${a} ${b} before it was set`);
          map.set(a, b, value | 0);
          plain.set(`${a} ${b}`, value | 0);
        }
        expect(map.size).toBe(plain.size);
        for (const [a, b] of sets) if (!same(a, b) || !same(b, a + 1)) expect.fail(`${a} ${b}`);
        map.clear();
        expect([map.size, ...sets.map(([a, b]) => map.get(a, b))]).toEqual([0, ...sets.map(() => undefined)]);
      }),
      { numRuns: 60 },
    );
  });
});

/** Counts by class, of classes 0 to 3. */
type Counts = readonly number[];
const classes = 4;
const within = (a: Counts, b: Counts): boolean => a.every((count, i) => count <= (b[i] as number));

function idOf(multisets: Multisets, added: readonly number[]): number {
  return added.reduce((id, one) => multisets.plus(id, one), EMPTY);
}
const countsOf = (added: readonly number[]): Counts =>
  Array.from({ length: classes }, (_, i) => added.filter((one) => one === i).length);

describe("Multisets", () => {
  const steps = fc.array(fc.nat(classes - 1), { maxLength: 8 });

  it("have one number each, whatever order they were filled in, and know which is part of which", () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 2, maxLength: 40, size: "max" }), (lists) => {
        const multisets = new Multisets(classes);
        const ids = lists.map((list) => idOf(multisets, list));
        const counts = lists.map(countsOf);
        for (const [i, a] of counts.entries()) {
          for (const [j, b] of counts.entries()) {
            const [one, other] = [ids[i] as number, ids[j] as number];
            const isSame = a.join() === b.join();
            if ((one === other) !== isSame || multisets.within(one, other) !== within(a, b))
              expect.fail(`${a} and ${b}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are full before there are too many", () => {
    const multisets = new Multisets(1);
    expect(multisets.full).toBe(false);
    // One class for each of so many that the numbers of a single multiset would not fit any more.
    expect(new Multisets(1 << 24).full).toBe(true);
  });
});

describe("Memo", () => {
  const entry = fc.record({
    placed: fc.nat(2),
    state: fc.nat(3),
    mask: fc.tuple(fc.nat(1), fc.constantFrom(0, 1, -1)),
    used: fc.array(fc.nat(classes - 1), { maxLength: 4 }),
  });

  it("knows a configuration again, and one that used as much or more", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 250, size: "max" }), (entries) => {
        const multisets = new Multisets(classes);
        const memo = new Memo(2, multisets);
        const seen: { key: string; used: Counts }[] = [];
        const answers: boolean[] = [];
        const wanted: boolean[] = [];
        for (const { placed, state, mask, used } of entries) {
          const key = [placed, state, ...mask].join();
          const counts = countsOf(used);
          const known = seen.some((other) => other.key === key && within(other.used, counts));
          answers.push(memo.add(placed, state, Int32Array.from(mask), idOf(multisets, used)));
          wanted.push(!known);
          seen.push({ key, used: counts });
        }
        expect(answers).toEqual(wanted);
        expect(memo.full).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
