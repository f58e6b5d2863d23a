/**
 * Was there service during a stretch of time, from when on, and when did it stop? Ops are counted in slices of 100 ms; what
 * a stuck client could not issue is counted too, as if issued on time and answered together with the op it was stuck in.
 */

/** "Within 1 s": the deadline that decides between served and not. */
export const DEADLINE_NS = 1e9;

const SLICE_NS = 1e8;

/** Slices in a second: service and refusal are claimed for whole seconds. */
const SPAN = 10;

/** Served: at least this share of the ops succeeded within the deadline. */
export const SERVED_SHARE = 0.9;

/** Refused: at most this share of the ops succeeded at all. (A fail-over's last answers may straggle in.) */
export const REFUSED_SHARE = 0.05;

/** One op to be counted. Times in ns. */
export interface Sample {
  readonly invokeNs: number;
  /** The end, or the end of the history for an op that never ended. */
  readonly endNs: number;
  readonly ended: boolean;
  /** Ended with an answer. */
  readonly answered: boolean;
  /** Ops that could not be issued meanwhile, and how far apart they would have been. */
  readonly missed: number;
  readonly cadenceNs: number;
}

/** Counts of ops in slices of a stretch [fromNs, toNs). */
export class Slices {
  readonly tried: Float64Array;
  /** Answered within the deadline. */
  readonly good: Float64Array;
  /** Answered before the stretch ended. */
  readonly answered: Float64Array;

  constructor(
    readonly fromNs: number,
    readonly toNs: number,
  ) {
    const count = Math.max(1, Math.ceil((toNs - fromNs) / SLICE_NS));
    this.tried = new Float64Array(count);
    this.good = new Float64Array(count);
    this.answered = new Float64Array(count);
  }

  /**
   * Counts an op, and what its client missed by `missedWeight` each. An op under way when the stretch began counts from
   * there.
   */
  add(sample: Sample, missedWeight: number): void {
    const { invokeNs, missed, cadenceNs } = sample;
    if (invokeNs < this.toNs && sample.endNs >= this.fromNs) this.one(sample, Math.max(invokeNs, this.fromNs), 1);
    for (let k = 1; k <= missed; k++) {
      const at = invokeNs + k * cadenceNs;
      if (at >= this.toNs) break;
      if (at >= this.fromNs) this.one(sample, at, missedWeight);
    }
  }

  addAll(other: Slices): void {
    for (let i = 0; i < this.tried.length; i++) {
      this.tried[i] = (this.tried[i] as number) + (other.tried[i] as number);
      this.good[i] = (this.good[i] as number) + (other.good[i] as number);
      this.answered[i] = (this.answered[i] as number) + (other.answered[i] as number);
    }
  }

  private one({ endNs, ended, answered }: Sample, at: number, weight: number): void {
    const inTime = ended && endNs <= this.toNs;
    // Issued so late that it could not be told before the stretch ended: no evidence either way. Without this, an op that
    // a healed minority answers just after the cut would count as served during it.
    if (!inTime && this.toNs - at < DEADLINE_NS) return;
    const slice = Math.min(this.tried.length - 1, Math.floor((at - this.fromNs) / SLICE_NS));
    this.tried[slice] = (this.tried[slice] as number) + weight;
    if (answered && endNs - at <= DEADLINE_NS) this.good[slice] = (this.good[slice] as number) + weight;
    if (answered && inTime) this.answered[slice] = (this.answered[slice] as number) + weight;
  }
}

/** What a stretch shows. Offsets in ms since it began; null: never. */
export interface Service {
  readonly tried: number;
  /** From here on there was service to the end of the stretch (or, if that never was, for one second at least). */
  readonly servedFromMs: number | null;
  /** Did it hold from there to the end? */
  readonly served: boolean;
  /** Ops from there on (from the beginning where it never was), and those served within the deadline. */
  readonly servedTried: number;
  readonly servedGood: number;
  /** From here on nothing was answered to the end of the stretch (or, if that never was, for one second at least). */
  readonly refusedFromMs: number | null;
  readonly refused: boolean;
  readonly refusedTried: number;
  readonly refusedAnswered: number;
}

/**
 * Finds when service began for good. The first second whose ops were served is not enough: an op that was under way when
 * the cut came may be answered at once, alone in its second, before a fail-over of 3 s. So the earliest second is taken
 * from which on the whole rest was served; failing that, the earliest served second. `graceMs` bounds the wait: what
 * takes longer is an outage, not a fail-over.
 */
export function serviceOf(slices: Slices, graceMs: number): Service {
  const tried = sums(slices.tried);
  const good = sums(slices.good);
  const answered = sums(slices.answered);
  const total = tried[tried.length - 1] as number;
  const isServed = (from: number, to: number): boolean => {
    const asked = between(tried, from, to);
    return asked > 0 && between(good, from, to) >= SERVED_SHARE * asked;
  };
  const isRefused = (from: number, to: number, most: number): boolean => {
    const asked = between(tried, from, to);
    return asked > 0 && between(answered, from, to) <= most * asked;
  };
  const end = slices.tried.length;
  const last = Math.min(end - SPAN, Math.floor((graceMs * 1e6) / SLICE_NS));
  const first = {
    serving: earliest(
      last,
      (i) => isServed(i, i + SPAN),
      (i) => isServed(i, end),
    ),
    refusing: earliest(
      last,
      (i) => isRefused(i, i + SPAN, 0),
      (i) => isRefused(i, end, REFUSED_SHARE),
    ),
  };
  // Nothing failed (or was answered) for some slices before that second: it began there, only nobody asked often enough.
  const serving = settled(first.serving, (i) => (slices.tried[i] as number) > (slices.good[i] as number));
  const refusing = settled(first.refusing, (i) => (slices.answered[i] as number) > 0);
  const servedFrom = Math.max(0, serving.at);
  const refusedFrom = Math.max(0, refusing.at);
  const offset = (slice: number): number | null => (slice === -1 ? null : (slice * SLICE_NS) / 1e6);
  return {
    tried: total,
    servedFromMs: offset(serving.at),
    served: serving.holds,
    servedTried: between(tried, servedFrom, end),
    servedGood: between(good, servedFrom, end),
    refusedFromMs: offset(refusing.at),
    refused: refusing.holds,
    refusedTried: between(tried, refusedFrom, end),
    refusedAnswered: between(answered, refusedFrom, end),
  };
}

/** The first slice up to `last` where both hold; failing that the first where `second` does; -1. */
function earliest(
  last: number,
  second: (slice: number) => boolean,
  rest: (slice: number) => boolean,
): { at: number; holds: boolean } {
  let fallback = -1;
  for (let i = 0; i <= last; i++) {
    if (!second(i)) continue;
    if (rest(i)) return { at: i, holds: true };
    if (fallback === -1) fallback = i;
  }
  return { at: fallback, holds: false };
}

/** Moves a beginning back over slices in which nothing spoke against it. */
function settled(found: { at: number; holds: boolean }, against: (slice: number) => boolean): typeof found {
  let { at } = found;
  while (at > 0 && !against(at - 1)) at--;
  return { at, holds: found.holds };
}

/** Prefix sums: sums[i] is the sum of the first i entries. */
function sums(column: Float64Array): Float64Array {
  const out = new Float64Array(column.length + 1);
  for (let i = 0; i < column.length; i++) out[i + 1] = (out[i] as number) + (column[i] as number);
  return out;
}

const between = (prefix: Float64Array, from: number, to: number): number =>
  (prefix[to] as number) - (prefix[from] as number);
