/**
 * Which values may crashed pops have taken from a stack? A guess: that it can be right is for the caller to see, who orders
 * the calls with it. What makes the guess a good one: a value x that nobody popped for sure must be gone
 * - before the pop of y ends, for every y below it: pushed for sure before x was, and not popped for sure until x was there;
 * - before a pop ends that found the stack empty, and began when x was there for sure.
 * The soonest of these is its deadline. A crashed pop may take effect at any time from its begin on, for ever: the earlier it
 * began, the more it can do, and of the values the one due first has the first choice (earliest deadline first).
 */
import type { Transit } from "./transits.js";

/** Answered pops that found nothing, as `[invocation, return]`; and crashed pops, in order of invocation. */
export interface OtherPops {
  readonly empties: readonly (readonly [number, number])[];
  readonly crashed: readonly { readonly call: number; readonly inv: number }[];
}

/** The values, those that have a deadline with a crashed pop each; undefined where one is due before any pop is left. */
export function withCrashedPops(
  transits: readonly Transit[],
  { empties, crashed }: OtherPops,
): readonly Transit[] | undefined {
  const due = deadlinesOf(transits, empties);
  const soonestFirst = [...due].sort(([, a], [, b]) => a - b);
  const taken = new Map<Transit, Transit>();
  for (const [i, [transit, by]] of soonestFirst.entries()) {
    const pop = crashed[i];
    if (pop === undefined || pop.inv > by) return undefined;
    taken.set(transit, takenBy(transit, pop));
  }
  return transits.map((transit) => taken.get(transit) ?? transit);
}

/** The value, taken by a crashed pop. */
function takenBy(transit: Transit, { call, inv }: OtherPops["crashed"][number]): Transit {
  return { ...transit, take: call, takeInv: inv };
}

/** The values that nobody popped for sure and that have to be gone by some position. */
function deadlinesOf(transits: readonly Transit[], empties: OtherPops["empties"]): Map<Transit, number> {
  const popped = transits.filter(({ take }) => take !== -1).sort((a, b) => a.putRet - b.putRet);
  const left = transits.filter(({ take }) => take === -1).sort((a, b) => a.putInv - b.putInv);
  // Pops that began after a position: the end that comes first. Filled as pushes that had ended come in.
  const pops = new LaterEnds(popped.map(({ takeInv }) => takeInv));
  const found = new LaterEnds(empties.map(([from]) => from));
  for (const [from, to] of empties) found.add(from, to);
  const due = new Map<Transit, number>();
  let next = 0;
  for (const x of left) {
    for (; next < popped.length && (popped[next] as Transit).putRet < x.putInv; next++) {
      const { takeInv, takeRet } = popped[next] as Transit;
      pops.add(takeInv, takeRet);
    }
    const by = Math.min(pops.after(x.putRet), found.after(x.putRet));
    if (by !== Number.POSITIVE_INFINITY) due.set(x, by);
  }
  return due;
}

/** Calls by where they begin: of those that begin after a position, the first end. A tree of suffix minima (Fenwick 1994). */
class LaterEnds {
  private readonly begins: Float64Array;
  private readonly ends: Float64Array;

  /** `begins`: of all calls that may be added. */
  constructor(begins: readonly number[]) {
    this.begins = Float64Array.from(begins).sort();
    this.ends = new Float64Array(begins.length + 1).fill(Number.POSITIVE_INFINITY);
  }

  add(begin: number, end: number): void {
    const { ends } = this;
    for (let at = this.countFrom(begin); at < ends.length; at += at & -at) {
      ends[at] = Math.min(ends[at] as number, end);
    }
  }

  /** The first end of a call added that began after `position`. */
  after(position: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let at = this.countFrom(position + 1); at > 0; at -= at & -at) {
      least = Math.min(least, this.ends[at] as number);
    }
    return least;
  }

  /** How many calls begin at `position` or later. */
  private countFrom(position: number): number {
    const { begins } = this;
    let low = 0;
    let high = begins.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((begins[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return begins.length - low;
  }
}
