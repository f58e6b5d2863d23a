/** Sums the runs of a system up: losses add, every other figure is that of the worst run. */
import type { AvailabilityClass } from "../../checkers/availability.js";
import { share } from "../../checkers/numbers.js";
import { worstOf } from "../../src/core/checker.js";
import { percent, plural } from "../format.js";
import type { ComparedRun, ComparedSystem, Figures, ViolationWords } from "./model.js";

export interface SystemToGather {
  readonly system: string;
  readonly promises: string;
  readonly runtime: string;
  readonly nodes: number;
  readonly runs: readonly ComparedRun[];
  /** Why it was not run, or not to its end. */
  readonly error?: string;
}

export function gather({ system, promises, runtime, nodes, runs, error }: SystemToGather): ComparedSystem {
  const base = { system, promises, runtime, nodes, runs, ...(error === undefined ? {} : { error }) };
  const [first] = runs;
  if (first === undefined) return { ...base, ...NOTHING, summary: `not run: ${error ?? "interrupted"}` };
  const consistent = worstOf(runs.map((run) => run.consistent));
  const worst = runs.find((run) => run.consistent === consistent) ?? first;
  const { found, reason } = classOf(runs);
  const figures = figuresOf(runs);
  return {
    ...base,
    ...figures,
    valid: worstOf(runs.map((run) => run.valid)),
    consistent,
    consistency: worst.consistency,
    class: found,
    reason,
    bite: {
      applied: sum(runs.map(({ bite }) => bite.applied)),
      proved: sum(runs.map(({ bite }) => bite.proved)),
      opsTried: sum(runs.map(({ bite }) => bite.opsTried)),
    },
    violations: firstOfEach(runs),
    summary: [worst.consistency, lossWords(figures), found === "unknown" ? "class unknown" : found].join("; "),
    dir: first.dir,
  };
}

const NOTHING = {
  acknowledged: null,
  lost: null,
  lostFraction: null,
  stale: null,
  minorityYield: null,
  majorityYield: null,
  failoverMs: null,
  gapMs: null,
  recoveryMs: null,
  p50Ms: null,
  p99Ms: null,
  p99FaultMs: null,
  valid: "unknown",
  consistent: "unknown",
  consistency: "not known",
  class: "unknown",
  reason: "it was not run",
  bite: { applied: 0, proved: 0, opsTried: 0 },
  violations: [],
  dir: "",
} as const;

/** "82 of 3,404 acknowledged writes lost (2.4 %)". */
export function lossWords({ acknowledged, lost, lostFraction }: Figures): string {
  if (lost === null) return "losses not known";
  if (acknowledged === null || lostFraction === null) return `${lost} lost`;
  if (lost === 0) return `nothing lost of ${plural(acknowledged, "acknowledged write")}`;
  return `${plural(lost, "write")} of ${plural(acknowledged, "acknowledged one", "acknowledged ones")} lost (${percent(lostFraction)})`;
}

/**
 * The class over several runs. A run that could not tell says nothing; runs that disagree rule both classes out; and a
 * system that was inconsistent in any run is no CP system, although it may have looked like one in another.
 */
function classOf(runs: readonly ComparedRun[]): { found: AvailabilityClass; reason: string } {
  const told = runs.filter((run) => run.class !== "unknown");
  const [first] = told;
  if (first === undefined) return { found: "unknown", reason: runs[0]?.reason ?? "" };
  const neither = told.find((run) => run.class === "neither");
  if (neither !== undefined) return { found: "neither", reason: neither.reason };
  const other = told.find((run) => run.class !== first.class);
  if (other !== undefined) {
    const reason = `${first.class} in run ${first.run} but ${other.class} in run ${other.run}: ${other.reason}`;
    return { found: "neither", reason };
  }
  const broken = runs.find((run) => run.consistent === false);
  if (first.class === "CP-like" && broken !== undefined) {
    return { found: "neither", reason: `CP-like in run ${first.run}, but not consistent in run ${broken.run}` };
  }
  const silent = runs.length - told.length;
  return {
    found: first.class,
    reason: silent === 0 ? first.reason : `${first.reason} (${silent} of ${runs.length} runs could not tell)`,
  };
}

function figuresOf(runs: readonly ComparedRun[]): Figures {
  const highest = (name: keyof Figures): number | null => extreme(runs, name, Math.max);
  const lowest = (name: keyof Figures): number | null => extreme(runs, name, Math.min);
  const known = runs.filter((run) => run.lost !== null);
  const lost = known.length === 0 ? null : sum(known.map((run) => run.lost ?? 0));
  // A loss in one run counts though another could not look; "nothing lost" needs that every run looked.
  const sure = lost !== null && (lost > 0 || known.length === runs.length);
  const acknowledged = sum((sure ? known : runs).map((run) => run.acknowledged ?? 0));
  return {
    acknowledged: runs.every((run) => run.acknowledged === null) ? null : acknowledged,
    lost: sure ? lost : null,
    lostFraction: sure ? share(lost ?? 0, acknowledged) : null,
    stale: runs.some((run) => run.stale === null) ? null : sum(runs.map((run) => run.stale ?? 0)),
    minorityYield: lowest("minorityYield"),
    majorityYield: lowest("majorityYield"),
    failoverMs: highest("failoverMs"),
    gapMs: highest("gapMs"),
    recoveryMs: highest("recoveryMs"),
    p50Ms: highest("p50Ms"),
    p99Ms: highest("p99Ms"),
    p99FaultMs: highest("p99FaultMs"),
  };
}

function extreme(
  runs: readonly ComparedRun[],
  name: keyof Figures,
  pick: (...values: number[]) => number,
): number | null {
  const known = runs.map((run) => run[name]).filter((value): value is number => value !== null);
  return known.length === 0 ? null : pick(...known);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function firstOfEach(runs: readonly ComparedRun[]): ViolationWords[] {
  const first = new Map<string, ViolationWords>();
  for (const violation of runs.flatMap((run) => run.violations)) {
    if (!first.has(violation.checker)) first.set(violation.checker, violation);
  }
  return [...first.values()];
}
