/** What a sweep is asked for, what one of its seeds tells, and the file it leaves behind. */
import type { Valid } from "../../core/checker.js";
import type { RunRequest } from "../plan.js";

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Which seeds: `seeds` of them from `firstSeed` on, or the shard's share of those. */
export interface SeedRange {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly shard?: Shard;
}

/** A request without its seed. Plain data: it crosses to worker threads. */
export type SweepRequest = Omit<RunRequest, "seed">;

/** A checker that did not say true. */
export interface Finding {
  readonly checker: string;
  readonly summary: string;
}

/** What is kept of one run; its history is not. */
export interface SeedResult {
  readonly seed: number;
  readonly valid: Valid;
  /** The checkers that decided a verdict other than true, in their order. */
  readonly findings: readonly Finding[];
  readonly ops: { readonly ok: number; readonly fail: number; readonly info: number };
  /** The command that repeats it. */
  readonly replay: string;
}

export interface SweepFailure {
  readonly seed: number;
  /** The first checker that found a violation. */
  readonly checker: string;
  readonly summary: string;
  /** A minimal plan that still fails; null where this seed was not shrunk. */
  readonly plan: string | null;
  /** The command that repeats the seed's run as it was. */
  readonly replay: string;
  /** The stored run, where it was kept. */
  readonly dir?: string;
}

export interface SweepUnknown {
  readonly seed: number;
  readonly checker: string;
  /** Why nothing was proved. */
  readonly summary: string;
  readonly replay: string;
}

/** sweep.json, and what `sweep --json` prints. */
export interface SweepResult {
  /** Runs judged; fewer than asked for where the sweep was stopped. */
  readonly runs: number;
  readonly valid: number;
  readonly invalid: number;
  readonly unknown: number;
  /** By seed. */
  readonly failures: readonly SweepFailure[];
  /** By seed. */
  readonly unknowns: readonly SweepUnknown[];
  /** How many runs each checker called invalid. */
  readonly found: Readonly<Record<string, number>>;
  readonly ops: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  /** What was asked for in each run; sweeps of other requests are not merged with this one. */
  readonly request: SweepRequest;
  /** The seeds asked for: one range, several after a merge. */
  readonly ranges: readonly SeedRange[];
  /** Why it ended early: "interrupted", "stopped at a failure". */
  readonly ended?: string;
  /** Wall time. */
  readonly durationMs: number;
}
