/** What a comparison of systems is: one observation a run, summed up by system. This is compare.json. */
import type { ServiceTimeline } from "../../checkers/availability/timeline.js";
import type { AvailabilityClass } from "../../checkers/availability.js";
import type { Valid } from "../../src/core/checker.js";

/** Figures of a run, or of all runs of a system. Times in ms; null: not measured, which is never good news. */
export interface Figures {
  /** Acknowledged writes. */
  readonly acknowledged: number | null;
  /** Of those: gone in the end. null also where nobody could look. */
  readonly lost: number | null;
  readonly lostFraction: number | null;
  /** Stale reads. */
  readonly stale: number | null;
  /** Share of ops answered during cuts, by side. */
  readonly minorityYield: number | null;
  readonly majorityYield: number | null;
  /** Until the majority side was served again, and the longest time it got no answer at all. */
  readonly failoverMs: number | null;
  readonly gapMs: number | null;
  /** From the proved heal until every side was served again. */
  readonly recoveryMs: number | null;
  /** Latencies without a fault, and during one. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly p99FaultMs: number | null;
}

/** A violation in words, and where it was seen. */
export interface ViolationWords {
  readonly checker: string;
  readonly text: string;
  readonly run: number;
}

/** Did the faults bite, and was anything tried while they did? */
export interface Bite {
  readonly applied: number;
  readonly proved: number;
  readonly opsTried: number;
}

/** One run of one system. */
export interface ComparedRun extends Figures {
  /** From 1. */
  readonly run: number;
  readonly seed: number;
  readonly valid: Valid;
  /** What all checkers of consistency say together. */
  readonly consistent: Valid;
  /** "linearizable", "not linearizable", "causal", …; what was observed of consistency. */
  readonly consistency: string;
  readonly class: AvailabilityClass;
  readonly reason: string;
  readonly bite: Bite;
  readonly violations: readonly ViolationWords[];
  readonly ops: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly summary: string;
  /** How it ended, where not by its time limit. */
  readonly ended?: string;
  readonly dir: string;
  /** Its own page, relative to the comparison's folder. */
  readonly report: string;
  readonly repeat: string;
  readonly timeline: ServiceTimeline;
}

/** A system's row. Figures are of its worst run; `acknowledged` and `lost` are sums. */
export interface ComparedSystem extends Figures {
  /** As asked for: "etcd", "etcd:serializable=true". */
  readonly system: string;
  readonly promises: string;
  readonly runtime: string;
  readonly nodes: number;
  readonly valid: Valid;
  readonly consistent: Valid;
  readonly consistency: string;
  readonly class: AvailabilityClass;
  readonly reason: string;
  readonly bite: Bite;
  /** The first witness of each checker that found something. */
  readonly violations: readonly ViolationWords[];
  /** One sentence. */
  readonly summary: string;
  /** Why it was not run, or not to its end. */
  readonly error?: string;
  /** The folder of its first run; "" where there is none. */
  readonly dir: string;
  readonly runs: readonly ComparedRun[];
}

export const CRITERIA = ["consistency", "availability", "latency"] as const;
export type Criterion = (typeof CRITERIA)[number];
export type Weights = Readonly<Record<Criterion, number>>;

/** A score of 0 … 1 and what it came from. */
export interface Score {
  readonly score: number;
  readonly reason: string;
}

export interface Ranked extends Readonly<Record<Criterion, Score>> {
  /** From 1. */
  readonly place: number;
  readonly system: string;
  /** The weighted mean, 0 … 1. */
  readonly score: number;
}

export interface Ranking {
  readonly weights: Weights;
  /** Best first; systems without a run are not in it. */
  readonly order: readonly Ranked[];
  /** The systems that kept consistency best, unless each lost data or proved nothing. */
  readonly mostConsistent: readonly string[];
}

export interface Comparison {
  readonly seed: number;
  readonly workload: string;
  readonly nemesis: string;
  readonly timeLimitMs: number;
  readonly nemesisIntervalMs: number;
  readonly concurrency: string;
  /** Ops per second; 0: as fast as they can. */
  readonly rate: number;
  readonly repeat: number;
  readonly startedAt: string;
  readonly version: string;
  /** The command line that does all this again. */
  readonly command: string;
  /** Cut short by the user: what there is was compared. */
  readonly interrupted: boolean;
  /** The comparison's own folder. */
  readonly dir: string;
  readonly systems: readonly ComparedSystem[];
  readonly ranking: Ranking;
}
