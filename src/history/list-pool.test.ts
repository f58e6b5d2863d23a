/** Lists must come out of the pool as they went in, whatever else went in since, and take up no more room than they have to. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListPool } from "./list-pool.js";

interface Held {
  readonly list: number;
  readonly elements: readonly number[];
}

function add(pool: ListPool, key: number, elements: readonly number[]): Held {
  pool.open(key);
  for (const element of elements) pool.put(element);
  const size = pool.close();
  expect(size).toBe(elements.length);
  return { list: pool.list, elements };
}

function expectHeld(pool: ListPool, { list, elements }: Held): void {
  expect([...pool.view(list, elements.length)]).toEqual(elements);
}

const upTo = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 1);

/** A read of the list 1, 2, 3, …; some with an element that does not belong there; some that end halfway. */
const readArbitrary = fc.record({
  key: fc.constantFrom(0, 1, 2, 5_000),
  size: fc.nat(40),
  strange: fc.option(fc.nat(39), { freq: 4, nil: undefined }),
  abandoned: fc.boolean(),
});

describe("the pool of lists", () => {
  it("holds what was put into it", () => {
    fc.assert(
      fc.property(fc.array(readArbitrary, { maxLength: 60 }), (reads) => {
        const pool = new ListPool();
        const all: Held[] = [];
        for (const { key, size, strange, abandoned } of reads) {
          const elements = upTo(size).map((element, i) => (i === strange ? -element : element));
          if (abandoned) {
            pool.open(key);
            for (const element of elements) pool.put(element);
          } else all.push(add(pool, key, elements));
        }
        for (const held of all) expectHeld(pool, held);
      }),
      { numRuns: 300 },
    );
  });

  it("holds prefixes of a key's longest list in that list", () => {
    const pool = new ListPool();
    const reads = [3, 0, 7, 7, 2, 40, 39].map((size) => add(pool, 9, upTo(size)));
    expect(new Set(reads.map(({ list }) => list)).size).toBe(1);
    expect(add(pool, 8, [1, 2]).list).not.toBe(reads[0]?.list);
  });

  it("takes no more than a few times the room of the longest lists", () => {
    const pool = new ListPool();
    for (let size = 0; size < 64; size++) for (let key = 0; key < 100; key++) add(pool, key, upTo(size));
    expect(pool.length).toBeLessThan(100 * 64 * 4);
  });

  it("keeps a list to itself that is no prefix, and lets the longer of the two grow on", () => {
    const pool = new ListPool();
    const strange = add(pool, 1, [9]);
    const usual = add(pool, 1, [1, 2, 3]);
    expect(usual.list).not.toBe(strange.list);
    expect(add(pool, 1, [1, 2]).list).toBe(usual.list);
    expect(add(pool, 1, upTo(20)).list).toBe(usual.list);
    for (const held of [strange, usual]) expectHeld(pool, held);
  });

  it("keeps nothing of a list that was not closed", () => {
    const pool = new ListPool();
    const before = add(pool, 1, [1, 2]);
    pool.open(1);
    for (const element of [1, 2, 7, 7]) pool.put(element);
    expect(add(pool, 1, [1, 2, 3]).list).toBe(before.list);
    expect([...pool.view(before.list, 3)]).toEqual([1, 2, 3]);
  });

  it("is not changed by what is added to a copy", () => {
    const pool = new ListPool();
    const before = add(pool, 1, [1, 2]);
    const copy = pool.copy();
    expect(add(copy, 1, [1, 2, 3]).list).toBe(before.list);
    expectHeld(copy, before);
    expect(add(pool, 1, [1, 2, 4]).list).toBe(before.list);
    expectHeld(pool, before);
    expect([...copy.view(before.list, 3)]).toEqual([1, 2, 3]);
  });
});
