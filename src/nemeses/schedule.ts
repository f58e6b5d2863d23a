/**
 * The schedule most faults share: begin, wait, end, wait, for ever. It is drawn from the seed alone and kept by the clock, not
 * by what the clients or the nodes do, so that runs of one seed are hurt alike whatever system is tested: only then can
 * systems be compared.
 */
import type { Generator, Next } from "../core/generator.js";
import type { Rhythm } from "../core/nemesis.js";
import { type Rng, rng } from "../core/rng.js";
import { nemesis } from "../generators/index.js";

/** A gap is as long as asked for, give or take this much. */
const JITTER_PERCENT = 20;

interface Place {
  /** How many ops were asked for. */
  readonly count: number;
  /** When the next one is due, ns since the run began. */
  readonly dueNs: number;
  /** When it comes by the plan, however long the ops before it took. */
  readonly plannedNs: number;
  readonly busy: boolean;
}

/** How long a fault lasts, and how long after its end the next one begins, about. */
export interface Pace {
  readonly intervalMs: number;
  readonly lastsMs: number;
  readonly rhythm?: Rhythm | undefined;
}

/** Alternates between the two ops; `value(random, nth)` makes the nth begin op's value (from 0). */
export function beginAndEnd(
  name: string,
  begin: string,
  end: string,
  { intervalMs, lastsMs, rhythm: { moves = 0, burst } = {} }: Pace,
  value: (random: Rng, nth: number) => unknown,
): Generator {
  const cycle = moves + 2;
  /** Before the nth fault. */
  const restMs = (nth: number): number => (burst !== undefined && nth % burst.faults === 0 ? burst.restMs : intervalMs);
  const gapNs = (seed: number, count: number): number => {
    const meanMs = count % cycle === 0 ? restMs(count / cycle) : lastsMs;
    const spanNs = Math.round((meanMs * 1_000_000 * JITTER_PERCENT) / 100);
    const jitterNs = spanNs === 0 ? 0 : rng(seed, `gap-${name}`, count).below(2 * spanNs) - spanNs;
    return Math.round(meanMs * 1_000_000) + jitterNs;
  };
  const first = (seed: number): Place => {
    const gap = gapNs(seed, 0);
    return { count: 0, dueNs: gap, plannedNs: gap, busy: false };
  };
  const nthOf = (count: number): number => Math.floor(count / cycle) * (moves + 1) + (count % cycle);
  const faultLabel = `fault-${name}`;
  const build = (place: Place | undefined): Generator => {
    // Asked at every step of the run, and the same until the fault is due.
    let made: { readonly seed: number; readonly value: unknown } | undefined;
    const drawn = (seed: number, count: number): unknown => {
      if (made?.seed !== seed) made = { seed, value: value(rng(seed, faultLabel, count), nthOf(count)) };
      return made.value;
    };
    return {
      next(context): Next {
        const [thread] = context.free;
        if (place?.busy === true || thread === undefined) return "pending";
        const { count, dueNs, plannedNs } = place ?? first(context.seed);
        const begins = count % cycle <= moves;
        const op = {
          f: begins ? begin : end,
          value: begins ? drawn(context.seed, count) : null,
          thread,
          atNs: Math.max(dueNs, context.nowNs),
        };
        return { op, rest: build({ count: count + 1, dueNs, plannedNs, busy: true }) };
      },
      update(context, { op }): Generator {
        if (place?.busy !== true || op.type === "invoke" || (op.f !== begin && op.f !== end)) return this;
        const gap = gapNs(context.seed, place.count);
        const plannedNs = place.plannedNs + gap;
        // A cut that took long to prove may not be healed at once, or it would show nothing: half its time it lasts.
        const dueNs = Math.max(plannedNs, context.nowNs + Math.round(gap / 2));
        return build({ ...place, dueNs, plannedNs, busy: false });
      },
    };
  };
  return nemesis(build(undefined));
}
