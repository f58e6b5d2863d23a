import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NEVER } from "./calls.js";
import { Arrangement, type Misses, type Slots } from "./cell-arrangement.js";

/** A value: where its write begins (-1: there from the start), its first call ends and its last one begins. */
interface Value {
  readonly wrote: number;
  readonly ends: number;
  readonly begins: number;
  /** Made by a cas from the value before it in the list. */
  readonly follows: boolean;
}

interface Miss {
  readonly value: number;
  readonly begin: number;
  readonly end: number;
}

interface Case {
  readonly values: readonly Value[];
  /** Where crashed writes that nobody saw begin. */
  readonly spares: readonly number[];
  readonly misses: readonly Miss[];
}

const INITIAL: Value = { wrote: -1, ends: -1, begins: -1, follows: false };

/** The values, then the spare ones, as slots of register 0. */
function slotsOf({ values, spares }: Case): Slots {
  const all = [...values, ...spares.map((wrote) => ({ wrote, ends: NEVER, begins: wrote, follows: false }))];
  return {
    writer: Int32Array.from(all, ({ wrote }) => wrote + 1),
    ends: Int32Array.from(all, ({ ends }) => ends),
    begins: Int32Array.from(all, ({ begins }) => begins),
    after: Int32Array.from(all, (_, i) => (all[i + 1]?.follows === true ? i + 2 : 0)),
    spares: () => spares.map((_, i) => values.length + i),
  };
}

function missesOf({ misses }: Case): Misses {
  return {
    count: misses.length,
    slots: Int32Array.from(misses, ({ value }) => value),
    begins: Int32Array.from(misses, ({ begin }) => begin),
    ends: Int32Array.from(misses, ({ end }) => end),
  };
}

/** The chains of cas, each a list of slots. */
function chainsOf({ values }: Case): number[][] {
  const chains: number[][] = [];
  for (const [slot, { follows }] of values.entries()) {
    if (follows) chains.at(-1)?.push(slot);
    else chains.push([slot]);
  }
  return chains;
}

type Points = ReadonlyMap<number, number>;

/** The earliest points of slots in an order, from the definition; undefined where one comes after its value was seen. */
function pointsOf(slots: Slots, order: readonly number[], floors: Points = new Map()): Points | undefined {
  const points = new Map<number, number>();
  let now = -1;
  for (const slot of order) {
    const wrote = (slots.writer[slot] as number) - 1;
    now = Math.max(now, wrote, floors.get(slot) ?? -1);
    if (wrote >= 0 && now >= (slots.ends[slot] as number)) return undefined;
    points.set(slot, now);
    now = Math.max(now, slots.begins[slot] as number);
  }
  return points;
}

/** The misses that do not fit: the value was there for as long as the miss took. */
function unfit({ misses }: Case, order: readonly number[], points: Points): number[] {
  return [...misses.keys()].filter((i) => {
    const { value, begin, end } = misses[i] as Miss;
    if (value === -1) return false;
    const next = order[order.indexOf(value) + 1];
    const replaced = next === undefined ? NEVER : (points.get(next) as number);
    return (points.get(value) as number) < begin && replaced >= end;
  });
}

function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length === 0) yield [];
  for (const [i, first] of list.entries()) {
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [first, ...rest];
  }
}

function* subsets<T>(list: readonly T[]): Generator<T[]> {
  for (let bits = 0; bits < 1 << list.length; bits++) yield list.filter((_, i) => (bits & (1 << i)) !== 0);
}

/** Is there any order, with any spare writes in it and any values delayed, that all misses fit? */
function possible(given: Case): boolean {
  const slots = slotsOf(given);
  const [first = [], ...chains] = chainsOf(given);
  const all = given.misses.keys();
  const delays = [...subsets([...all])];
  for (const spares of subsets(slots.spares(0))) {
    for (const chosen of permutations([...chains, ...spares.map((slot) => [slot])])) {
      const order = [...first, ...chosen.flat()];
      for (const delayed of delays) {
        const floors = new Map<number, number>();
        for (const i of delayed) {
          const { value, begin } = given.misses[i] as Miss;
          // What was there from the start cannot come later.
          if (value !== 0) floors.set(value, Math.max(begin, floors.get(value) ?? -1));
        }
        const points = pointsOf(slots, order, floors);
        if (points !== undefined && unfit(given, order, points).length === 0) return true;
      }
    }
  }
  return false;
}

/** Does one change make all misses fit, of which one does not: its value later, another chain or a spare write behind it? */
function smallChange(given: Case, order: readonly number[], points: Points, { value, begin, end }: Miss): boolean {
  const slots = slotsOf(given);
  const works = (changed: readonly number[], floors: Points = new Map()): boolean => {
    const found = pointsOf(slots, changed, floors);
    return found !== undefined && unfit(given, changed, found).length === 0;
  };
  if (value !== 0 && works(order, new Map([[value, begin]]))) return true;
  // Within a chain nothing can come between two values.
  if (slots.after[value] !== 0) return false;
  const spare = slots.spares(0).findLast((slot) => (slots.writer[slot] as number) - 1 < end);
  const behind = (chain: readonly number[]): number[] =>
    order.filter((slot) => !chain.includes(slot)).flatMap((slot) => (slot === value ? [slot, ...chain] : [slot]));
  const moved = chainsOf(given).filter((chain) => {
    if (chain[0] === 0 || chain.includes(value)) return false;
    // Only chains are tried that could come there as things stand.
    return (slots.ends[chain[0] as number] as number) > (points.get(value) as number);
  });
  return [...moved, ...(spare === undefined ? [] : [[spare]])].some((chain) => works(behind(chain)));
}

const position = fc.nat(30);
const value = fc
  .tuple(position, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 12 }), fc.nat(3))
  .map(([wrote, ends, begins, kind]): Value => {
    return { wrote, ends: kind === 0 ? NEVER - 1 : wrote + ends, begins: wrote + begins, follows: kind === 3 };
  });
const miss = fc
  .tuple(fc.integer({ min: -1, max: 4 }), position, fc.integer({ min: 1, max: 9 }))
  .map(([value, begin, length]): Miss => ({ value, begin, end: begin + length }));

/** Cases whose chains, in the order of their zones, are an order that all calls but the misses allow. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    values: fc.array(value, { minLength: 1, maxLength: 4 }),
    spares: fc.array(position, { maxLength: 2 }),
    misses: fc.array(miss, { minLength: 1, maxLength: 3 }),
    start: fc.integer({ min: -1, max: 12 }),
  })
  .map(({ values, spares, misses, start }) => {
    const sorted = values
      .map((value, i) => ({ ...value, follows: value.follows && i > 0 }))
      .toSorted((a, b) => Math.min(a.ends, a.begins) - Math.min(b.ends, b.begins));
    const all = [{ ...INITIAL, begins: start }, ...sorted];
    const known = misses.filter(({ value }) => value < all.length);
    return { values: all, spares: spares.toSorted((a, b) => a - b), misses: known };
  });

function arranged(given: Case): { left: readonly number[]; before: readonly number[]; simple: boolean } | undefined {
  const slots = slotsOf(given);
  const order = chainsOf(given).flat();
  const points = pointsOf(slots, order);
  const arrangement = new Arrangement(slots, 1);
  const appended = chainsOf(given).map(([head = 0]) => arrangement.append(head, 0));
  expect(appended.every(Boolean)).toBe(points !== undefined);
  if (points === undefined) return undefined;
  const left = arrangement.fitAll(missesOf(given), () => 0);
  const before = unfit(given, order, points);
  const only = given.misses[before[0] as number];
  const simple = before.length === 1 && only !== undefined && smallChange(given, order, points, only);
  return { left, before, simple };
}

describe("an arrangement of values against every one there is", () => {
  it("fits misses in only where some order has room for all of them, and harms none that fitted", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const found = arranged(given);
        if (found === undefined) return;
        expect(found.before).toEqual(expect.arrayContaining([...found.left]));
        if (found.left.length === 0) expect(possible(given)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("gives few up for which there is room", () => {
    let [fitted, givenUp] = [0, 0];
    for (const given of fc.sample(cases, { seed: 1, numRuns: 4000 })) {
      const found = arranged(given);
      if (found === undefined || found.before.length === 0) continue;
      if (found.left.length === 0) fitted++;
      else if (possible(given)) givenUp++;
    }
    // It may take more than one change at once, which is not tried.
    expect(fitted).toBeGreaterThanOrEqual(453);
    expect(givenUp).toBeLessThanOrEqual(2);
  });

  it("finds the one small change that helps", () => {
    let helped = 0;
    fc.assert(
      fc.property(cases, (given) => {
        const found = arranged(given);
        if (found?.simple !== true) return;
        helped++;
        expect(found.left).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(helped).toBeGreaterThan(20);
  });
});
