/**
 * Can a queue have been empty when a dequeue found it so, though crashed dequeues must then have taken what nobody else did?
 * At a moment q every value that was in for sure has to be gone: if c of them nobody took for sure, c crashed dequeues must
 * have begun by q, and those that go in later still have their deadlines. In O(n log n): moments are looked at in order, and a
 * tree keeps, over the deadlines, how many dequeues each leaves to spare.
 */
import type { Stays } from "./stays.js";

/** A value that went in by `from` and has to be gone by `by`. */
export interface Due {
  readonly from: number;
  readonly by: number;
}

/**
 * Is there an empty dequeue, given by its `[invocation, return]`, with no such moment?
 * @param left where the puts of values ended that nobody took for sure
 * @param due the deadlines among them, soonest first
 * @param begins where crashed dequeues begin, ascending
 * @param stays of the values that were taken for sure
 */
export function neverEmpty(
  windows: readonly (readonly [number, number])[],
  left: readonly number[],
  due: readonly Due[],
  begins: readonly number[],
  stays: Stays,
): boolean {
  // It gets easier only where one more crashed dequeue has begun; so the first moment of a gap, and each such begin in it.
  const common = [...stays.gapStarts, ...begins.filter((begin) => stays.freeFrom(begin) === begin)].sort(ascending);
  const first = windows.map(([from]) => stays.freeFrom(from));
  const moments = [...new Set([...common, ...first])].sort(ascending);
  const good = possibleAt(moments, left, due, begins);
  // Of the common moments up to each: how many are possible.
  const goodBefore = new Int32Array(common.length + 1);
  for (const [i, moment] of common.entries()) {
    goodBefore[i + 1] = (goodBefore[i] as number) + (good[placeOf(moments, moment)] as number);
  }
  return windows.some(([, to], i) => {
    const begin = first[i] as number;
    if (good[placeOf(moments, begin)] === 1) return false;
    return goodBefore[placeOf(common, to)] === goodBefore[placeOf(common, begin)];
  });
}

const ascending = (a: number, b: number): number => a - b;

/** The place of the first item that is not below `value`. */
function placeOf(items: readonly number[], value: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ascending moments -> 1 where crashed dequeues can have taken all that was in by then, and keep the later deadlines. */
function possibleAt(
  moments: readonly number[],
  left: readonly number[],
  due: readonly Due[],
  begins: readonly number[],
): Uint8Array {
  const good = new Uint8Array(moments.length);
  const puts = [...left].sort(ascending);
  // To spare at a deadline: crashed dequeues begun by then, less the deadlines up to it.
  const spare = new Spare(due.map(({ by }, i) => placeOf(begins, by + 1) - (i + 1)));
  const byPut = [...due.keys()].sort((a, b) => (due[a] as Due).from - (due[b] as Due).from);
  let dropped = 0;
  for (const [i, moment] of moments.entries()) {
    const gone = placeOf(puts, moment);
    const begun = placeOf(begins, moment + 1);
    for (; dropped < byPut.length && (due[byPut[dropped] as number] as Due).from < moment; dropped++) {
      spare.drop(byPut[dropped] as number);
    }
    if (begun >= gone && spare.least() >= gone) good[i] = 1;
  }
  return good;
}

/** The least of some numbers, where dropping one adds one to all behind it: a tree of minima. */
class Spare {
  private readonly size: number;
  /** Node -> the least below it, without what its ancestors add; and what it adds. */
  private readonly least_: Float64Array;
  private readonly add: Float64Array;

  constructor(numbers: readonly number[]) {
    this.size = 1;
    while (this.size < numbers.length) this.size *= 2;
    this.least_ = new Float64Array(2 * this.size).fill(Number.POSITIVE_INFINITY);
    this.add = new Float64Array(2 * this.size);
    for (const [i, number] of numbers.entries()) this.least_[this.size + i] = number;
    for (let node = this.size - 1; node > 0; node--) this.pull(node);
  }

  least(): number {
    return this.least_[1] as number;
  }

  /** Takes a number away. */
  drop(index: number): void {
    let node = this.size + index;
    this.least_[node] = Number.POSITIVE_INFINITY;
    for (; node > 1; node >>= 1) {
      // What lies to the right, as a whole.
      if ((node & 1) === 0) {
        const right = node + 1;
        this.least_[right] = (this.least_[right] as number) + 1;
        this.add[right] = (this.add[right] as number) + 1;
      }
      this.pull(node >> 1);
    }
  }

  private pull(node: number): void {
    const below = Math.min(this.least_[2 * node] as number, this.least_[2 * node + 1] as number);
    this.least_[node] = below + (this.add[node] as number);
  }
}
