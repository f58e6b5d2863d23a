/** Whether a queue can have been empty, against every moment and every way of taking what nobody took for sure. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neverEmpty } from "./never-empty.js";
import { Stays } from "./stays.js";
import type { Transit } from "./transits.js";

interface Case {
  readonly windows: readonly (readonly [number, number])[];
  /** Of values that nobody took for sure: where their puts ended, and by when they have to be gone, if at all. */
  readonly left: readonly { readonly from: number; readonly by: number | undefined }[];
  readonly begins: readonly number[];
  /** Of values that were taken for sure: where their puts ended and their takes began. */
  readonly stays: readonly (readonly [number, number])[];
}

const END = 1000;

/** Positions are all different, as those of calls are: a shuffled list of them is dealt out. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    order: fc.shuffledSubarray([...Array(34).keys()], { minLength: 34 }),
    windows: fc.integer({ min: 1, max: 3 }),
    left: fc.nat(6),
    due: fc.nat(6),
    begins: fc.nat(8),
    stays: fc.nat(2),
  })
  .map(({ order, ...counts }) => {
    const deal = [...order];
    const one = (): number => deal.pop() as number;
    const pair = (): readonly [number, number] => {
      const [a, b] = [one(), one()];
      return a < b ? [a, b] : [b, a];
    };
    const list = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
    return {
      windows: list(counts.windows, pair),
      left: list(counts.left, (i) => {
        if (i >= counts.due) return { from: one(), by: undefined };
        const [from, by] = pair();
        return { from, by };
      }),
      begins: list(counts.begins, one).sort((a, b) => a - b),
      stays: list(counts.stays, pair),
    };
  });

/** Do crashed dequeues suffice, each for one value, begun by the deadline of that? */
function isEnough(deadlines: readonly number[], begins: readonly number[]): boolean {
  const [first, ...others] = deadlines;
  if (first === undefined) return true;
  return begins.some((begin, i) => begin <= first && isEnough(others, begins.toSpliced(i, 1)));
}

/** Was it empty at a moment: no stay there, and whatever had gone in before taken by then, other deadlines met? */
function isEmptyAt(moment: number, { left, begins, stays }: Case): boolean {
  if (stays.some(([from, to]) => from < moment && moment < to)) return false;
  const deadlines = left.flatMap(({ from, by }) => {
    const gone = from < moment ? Math.min(moment, by ?? END) : by;
    return gone === undefined ? [] : [gone];
  });
  return isEnough(deadlines, begins);
}

const transitOf = ([putRet, takeInv]: readonly [number, number]): Transit => ({
  value: 0,
  put: 0,
  putInv: putRet,
  putRet,
  take: 1,
  takeInv,
  takeRet: takeInv,
});

describe("an empty dequeue", () => {
  it("is possible exactly where some moment of it is", () => {
    let [possible, impossible] = [0, 0];
    fc.assert(
      fc.property(cases, (given) => {
        const { windows, left, begins } = given;
        const stays = new Stays(given.stays.map(transitOf));
        const due = left
          .flatMap(({ from, by }) => (by === undefined ? [] : [{ from, by }]))
          .sort((a, b) => a.by - b.by);
        // What the queue's method has made sure of before it asks: what was taken for sure leaves moments, deadlines can be met.
        fc.pre(windows.every(([from, to]) => stays.freeFrom(from) < to));
        fc.pre(
          isEnough(
            due.map(({ by }) => by),
            begins,
          ),
        );
        const wanted = windows.some(([from, to]) => {
          const moments = Array.from({ length: to - from }, (_, i) => from + i);
          return !moments.some((moment) => isEmptyAt(moment, given));
        });
        if (wanted) impossible++;
        else possible++;
        const goneBy = left.map(({ from }) => from);
        expect(neverEmpty(windows, goneBy, due, begins, stays)).toBe(wanted);
      }),
      { numRuns: Math.max(1500, Number(process.env["FUZZ_RUNS"] ?? 0)) },
    );
    expect(Math.min(possible, impossible)).toBeGreaterThan(0);
  });
});
