/**
 * What became of each element of a grow-only set, with Jepsen's meaning (checker/set-full): was it visible for good from
 * some time on (stable), visible or acknowledged and then gone (lost), or never read; and how long did that take?
 */
import type { CheckContext, Checker, Valid, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type Calls, callsOf } from "./calls.js";
import { counted, type Quantiles, quantilesMs, toMs } from "./numbers.js";
import { type Timeline, timelineOf } from "./set-full/timeline.js";
import { brief, shortened } from "./shorten.js";

export interface SetFullOptions {
  /** Must an element be visible to every read that begins after it was known? Then stale elements are invalid. Default false. */
  readonly linearizable?: boolean;
  /** How many elements each list names. Default 20. */
  readonly limit?: number;
}

/** An element and how long it took to be visible for good. */
export interface StaleElement {
  readonly element: unknown;
  /** When it was known: acknowledged, or first seen. ms since the run began. */
  readonly knownAtMs: number;
  /** The last read that missed it was invoked so long after. */
  readonly stableLatencyMs: number;
}

export interface LostElement {
  readonly element: unknown;
  readonly knownAtMs: number;
  /** From known to the last sighting; 0 where it was never seen. */
  readonly lostLatencyMs: number;
}

export interface SetFullVerdict extends Verdict {
  /** Elements somebody tried to add. */
  readonly attempts: number;
  readonly reads: number;
  readonly stable: number;
  readonly lost: number;
  readonly neverRead: number;
  /** Stable elements that some read missed although they were known when it began. */
  readonly stale: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly stableLatency: Quantiles;
  readonly lostLatency: Quantiles;
  readonly worstStale: readonly StaleElement[];
  readonly lostElements: readonly LostElement[];
  readonly neverReadElements: readonly unknown[];
  readonly duplicatedElements: readonly { readonly element: unknown; readonly times: number }[];
  readonly unexpectedElements: readonly unknown[];
}

/**
 * The set-full checker. false: an element was lost, listed more than once by one read, or read though nobody had added it;
 * with `linearizable` also: stale. unknown: no element is stable, so nothing was shown. Sets of several keys are not told
 * apart; give it one.
 */
export function setFullChecker(options: SetFullOptions = {}): Checker {
  return { name: "set-full", check: (history, context) => check(history, context, options) };
}

function check(history: History, _context: CheckContext, options: SetFullOptions): SetFullVerdict {
  const calls = callsOf(history);
  const timeline = timelineOf(history, calls);
  const fates = fatesOf(calls, timeline);
  const limit = options.limit ?? 20;
  const stale = fates.stale.sort((a, b) => b.latencyNs - a.latencyNs || a.element - b.element);
  const lost = fates.lost.sort((a, b) => b.latencyNs - a.latencyNs || a.element - b.element);
  const counts = {
    attempts: timeline.length,
    reads: timeline.reads,
    stable: fates.stable.length,
    lost: lost.length,
    neverRead: fates.neverRead.length,
    stale: stale.length,
    duplicated: timeline.duplicates.size,
    unexpected: timeline.unexpected.length,
  };
  const witnesses = lost.slice(0, 3).map(({ element }) => lostWitness(history, calls, timeline, element));
  const knownAtMs = (element: number): number => toMs(timeline.knownNs[element] as number);
  return {
    ...judge(counts, options.linearizable === true),
    ...counts,
    stableLatency: quantilesMs(Float64Array.from(fates.stable, ({ latencyNs }) => latencyNs)),
    lostLatency: quantilesMs(Float64Array.from(lost, ({ latencyNs }) => latencyNs)),
    worstStale: stale.slice(0, limit).map(({ element, latencyNs }) => ({
      element: timeline.values[element],
      knownAtMs: knownAtMs(element),
      stableLatencyMs: toMs(latencyNs),
    })),
    lostElements: lost.slice(0, limit).map(({ element, latencyNs }) => ({
      element: timeline.values[element],
      knownAtMs: knownAtMs(element),
      lostLatencyMs: toMs(latencyNs),
    })),
    neverReadElements: fates.neverRead.slice(0, limit).map((element) => timeline.values[element]),
    duplicatedElements: [...timeline.duplicates]
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit)
      .map(([element, times]) => ({ element: timeline.values[element], times })),
    unexpectedElements: timeline.unexpected.slice(0, limit),
    ...(witnesses.length === 0 ? {} : { witnesses }),
  };
}

interface Fate {
  readonly element: number;
  readonly latencyNs: number;
}

interface Fates {
  readonly stable: Fate[];
  readonly stale: Fate[];
  readonly lost: Fate[];
  readonly neverRead: number[];
}

/**
 * Jepsen's three outcomes. Reads count by their invocations: of two reads that overlap, the one that asked later decides.
 * stable: seen by a read that asked later than every read that missed it. lost: missed by a read that asked later than
 * every sighting and after the element was known. Everything else was never read.
 *
 * stale: stable, yet missed by a read that asked after it was known. (Jepsen cuts the latency down to whole milliseconds
 * and so overlooks staleness below one; positions in the history do not.)
 */
function fatesOf(calls: Calls, timeline: Timeline): Fates {
  const fates: Fates = { stable: [], stale: [], lost: [], neverRead: [] };
  const askedAt = (read: number): number => (read === -1 ? -1 : (calls.invokePos[read] as number));
  const sinceNs = (read: number, element: number): number =>
    read === -1 ? 0 : Math.max(0, (calls.invokeNs[read] as number) + 1 - (timeline.knownNs[element] as number));
  for (let element = 0; element < timeline.length; element++) {
    const present = timeline.lastPresent[element] as number;
    const absent = timeline.lastAbsent[element] as number;
    const known = timeline.known[element] as number;
    if (present !== -1 && askedAt(absent) < askedAt(present)) {
      const fate = { element, latencyNs: sinceNs(absent, element) };
      fates.stable.push(fate);
      if (askedAt(absent) > known) fates.stale.push(fate);
    } else if (known !== -1 && askedAt(absent) > Math.max(askedAt(present), known)) {
      fates.lost.push({ element, latencyNs: sinceNs(present, element) });
    } else fates.neverRead.push(element);
  }
  return fates;
}

type Counts = Pick<SetFullVerdict, "attempts" | "reads" | "stable" | "lost" | "stale" | "duplicated" | "unexpected">;

function judge(counts: Counts, linearizable: boolean): { valid: Valid; summary: string } {
  const { attempts, reads, stable, lost, stale, duplicated, unexpected } = counts;
  const faults: string[] = [];
  if (lost > 0) faults.push(`${counted(lost, "element")} lost after being acknowledged or seen`);
  if (duplicated > 0) faults.push(`${counted(duplicated, "element")} listed more than once`);
  if (unexpected > 0) faults.push(`${counted(unexpected, "element")} read that nobody had added`);
  if (linearizable && stale > 0) faults.push(`${counted(stale, "element")} stale`);
  if (faults.length > 0) return { valid: false, summary: faults.join("; ") };
  if (attempts === 0) return { valid: "unknown", summary: "nothing was added" };
  if (reads === 0) return { valid: "unknown", summary: "no read succeeded" };
  if (stable === 0) return { valid: "unknown", summary: `none of ${counted(attempts, "element")} was ever read` };
  const late = stale === 0 ? "" : `; ${stale} were missed by some read at first (stale)`;
  return { valid: true, summary: `${stable} of ${counted(attempts, "element")} stable, none lost${late}` };
}

/** The add, the last sighting where there is one, and the read that missed it after that; lists cut short. */
function lostWitness(history: History, calls: Calls, timeline: Timeline, element: number): Witness {
  const involved = [timeline.add[element], timeline.lastPresent[element], timeline.lastAbsent[element]] as number[];
  const positions = new Set<number>([timeline.known[element] as number]);
  for (const call of involved) {
    if (call === -1) continue;
    positions.add(calls.invokePos[call] as number);
    if (calls.endPos[call] !== -1) positions.add(calls.endPos[call] as number);
  }
  const ops = [...positions].sort((a, b) => a - b).map((position) => shortened(history.op(position)));
  const absent = timeline.lastAbsent[element] as number;
  const at = calls.nodes[calls.node[absent] as number];
  const knownMs = Math.round(toMs(timeline.knownNs[element] as number));
  const missedMs = Math.round(toMs(calls.invokeNs[absent] as number));
  const name = brief(timeline.values[element]);
  const text = `element ${name} was known at ${knownMs} ms, but the read at ${missedMs} ms${at === undefined ? "" : ` on ${at}`} misses it, and no later one shows it`;
  return { text, ops };
}
