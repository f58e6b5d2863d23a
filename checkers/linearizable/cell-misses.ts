/**
 * Places the cas calls that failed with "mismatch" in an order that was found for all others.
 *
 * Each link (value) takes effect at a point p; the register holds it from p until the next link's point. A miss on value u
 * that was open in [a, b] fits iff u was not there all the time: p(u) >= a, or p(next) < b. The points begin as early as the
 * other calls allow. A miss that does not fit then has p(next) too late for it whatever happens, for points only ever move
 * to later; so u's point must move behind a, and this again for all misses until nothing moves. That is exact for the given
 * order of links. Where it fails, another order (or a crashed write that nobody saw) may still do: only the search can tell.
 */
import type { Part } from "./calls.js";
import { type CellSweep, NO } from "./cell-fast.js";
import { deniedText } from "./cell-words.js";
import { MISS } from "./cells.js";
import type { FastOutcome } from "./family.js";

/** After so many rounds of moving points, leave it to the search. */
const ROUNDS = 16;

export function placeMisses(sweep: CellSweep, part: Part): FastOutcome {
  const { cells } = sweep;
  const { inv, ret } = cells.calls;
  const misses: number[] = [];
  const linkOfMiss: number[] = [];
  for (const call of part.calls) {
    if (cells.kinds[call] !== MISS) continue;
    const link = sweep.link(cells.from[call] as number);
    // Nobody wrote it for sure, so it need never have been there.
    if (link === NO || !sweep.happened(link)) continue;
    const a = inv[call] as number;
    const b = ret[call] as number;
    if ((sweep.ends[link] as number) < a && b < (sweep.begins[link] as number)) {
      const first = link === 0 && sweep.ends[0] === -1 ? NO : (sweep.endCall[link] as number);
      const last = sweep.beginCall[link] as number;
      const shown = first === NO ? [last] : [first, last];
      return { text: () => deniedText(cells, call, first, last), calls: [call, ...sweep.supported(shown)] };
    }
    misses.push(call);
    linkOfMiss.push(link);
  }
  if (misses.length === 0) return "valid";
  const points = new Points(sweep);
  for (let round = 0; round < ROUNDS; round++) {
    if (!points.settle()) return "no";
    let moved = false;
    for (let i = 0; i < misses.length; i++) {
      const call = misses[i] as number;
      const link = linkOfMiss[i] as number;
      const a = inv[call] as number;
      if (points.at(link) >= a || points.afterwards(link) < (ret[call] as number)) continue;
      if (link === 0) return "no";
      points.raise(link, a);
      moved = true;
    }
    if (!moved) return "valid";
  }
  return "no";
}

/** When each link takes effect. A point x means: between position x and the next. */
class Points {
  /** Links in order. */
  private readonly sequence: Int32Array;
  private readonly place: Int32Array;
  private readonly points: Int32Array;
  private readonly floor: Int32Array;
  private count = 0;

  constructor(private readonly sweep: CellSweep) {
    const { links, order, chainHead, after, writer, cells } = sweep;
    this.sequence = new Int32Array(links);
    this.place = new Int32Array(links);
    this.points = new Int32Array(links);
    this.floor = new Int32Array(links);
    for (const chain of order) {
      for (let link = chainHead[chain] as number; link !== NO; link = after[link] as number) {
        this.place[link] = this.count;
        this.sequence[this.count++] = link;
        this.floor[link] = link === 0 ? -1 : (cells.calls.inv[writer[link] as number] as number);
      }
    }
  }

  at(link: number): number {
    return this.points[link] as number;
  }

  /** When the next link takes effect: Infinity where there is none. */
  afterwards(link: number): number {
    const place = (this.place[link] as number) + 1;
    return place === this.count ? Number.POSITIVE_INFINITY : (this.points[this.sequence[place] as number] as number);
  }

  raise(link: number, floor: number): void {
    if (floor > (this.floor[link] as number)) this.floor[link] = floor;
  }

  /** The earliest points above all floors; false where some link would take effect after it was seen. */
  settle(): boolean {
    const { sequence, floor, points, sweep, count } = this;
    let now = -1;
    for (let i = 0; i < count; i++) {
      const link = sequence[i] as number;
      if ((floor[link] as number) > now) now = floor[link] as number;
      if (link !== 0 && now >= (sweep.ends[link] as number)) return false;
      points[link] = now;
      // Whatever belongs to this link must have begun before the next takes its place.
      if ((sweep.begins[link] as number) > now) now = sweep.begins[link] as number;
    }
    return true;
  }
}
