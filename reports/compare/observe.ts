/** From a run's verdicts to what a comparison shows of it. Verdicts are read with care: checkers come and go. */
import type { ServiceTimeline } from "../../checkers/availability/timeline.js";
import { type AvailabilityClass, INFORMATIVE } from "../../checkers/availability.js";
import { type Valid, type Verdict, worstOf } from "../../src/core/checker.js";
import type { RunResults, TestSpec } from "../../src/core/run.js";
import { type Fields, fieldsOf, listIn, numberIn, rowsIn, textIn, validOf } from "../read.js";
import { clip } from "../show.js";
import { sortedParts, witnessesOf } from "../witnesses.js";
import type { Bite, ComparedRun, Figures, ViolationWords } from "./model.js";

export interface RunToObserve {
  /** From 1. */
  readonly run: number;
  readonly spec: TestSpec;
  readonly results: RunResults;
  readonly timeline: ServiceTimeline;
  /** The run's page, relative to the comparison's folder. */
  readonly report: string;
}

type Checkers = Readonly<Record<string, Verdict>>;

/** Checkers that measure how weak a system is, without a promise to judge it by. */
const MEASURING = ["levels", "sessions", "staleness"];
const CLASSES: readonly string[] = ["CP-like", "AP-like", "neither"];

export function observe({ run, spec, results, timeline, report }: RunToObserve): ComparedRun {
  const checkers = fieldsOf(results.checkers) as Checkers;
  const availability = fieldsOf(checkers["availability"]);
  const found = textIn(availability, "class") ?? "";
  return {
    run,
    seed: spec.seed,
    valid: validOf(results),
    consistent: consistentBy(checkers),
    consistency: consistencyWords(checkers),
    class: CLASSES.includes(found) ? (found as AvailabilityClass) : "unknown",
    reason: textIn(availability, "reason") ?? "availability was not measured",
    ...figuresOf(checkers),
    bite: biteOf(fieldsOf(checkers["faults"])),
    violations: violationsOf(checkers, run),
    ops: results.ops,
    summary: results.summary,
    ...(results.ended === undefined ? {} : { ended: results.ended }),
    dir: results.dir,
    report,
    repeat: spec.repeat,
    timeline,
  };
}

function judging(checkers: Checkers): readonly (readonly [string, Verdict])[] {
  return Object.entries(checkers).filter(([name]) => !INFORMATIVE.includes(name) && !MEASURING.includes(name));
}

function consistentBy(checkers: Checkers): Valid {
  const all = judging(checkers).map(([, verdict]) => validOf(verdict));
  return all.length === 0 ? "unknown" : worstOf(all);
}

/** The strongest thing that can be said of consistency, in a few words. */
function consistencyWords(checkers: Checkers): string {
  const level = MEASURING.map((name) => textIn(fieldsOf(checkers[name]), "level")).find((text) => text !== undefined);
  const linearizable = checkers["linearizable"];
  if (linearizable !== undefined) {
    const valid = validOf(linearizable);
    if (valid === true) return "linearizable";
    if (valid === "unknown") return "not known";
    return level === undefined ? "not linearizable" : `not linearizable; ${level}`;
  }
  if (level !== undefined) return level;
  const broken = judging(checkers).flatMap(([, verdict]) => listIn(fieldsOf(verdict), "not"));
  if (typeof broken[0] === "string") return `not ${broken[0]}`;
  const all = consistentBy(checkers);
  return all === "unknown" ? "not known" : all ? "consistent" : "not consistent";
}

function figuresOf(checkers: Checkers): Figures {
  const availability = fieldsOf(checkers["availability"]);
  const perf = fieldsOf(checkers["perf"]);
  const number = (fields: Fields, name: string): number | null => numberIn(fields, name) ?? null;
  const staleness = MEASURING.map((name) => numberIn(fieldsOf(checkers[name]), "staleReads"));
  return {
    ...losses(checkers["lost-writes"]),
    stale: staleness.find((n) => n !== undefined) ?? null,
    minorityYield: number(availability, "minorityYield"),
    majorityYield: number(availability, "majorityYield"),
    failoverMs: number(availability, "failoverMs"),
    gapMs: longestGap(availability),
    recoveryMs: number(availability, "recoveryMs"),
    p50Ms: number(perf, "p50Ms"),
    p99Ms: number(perf, "p99Ms"),
    p99FaultMs: number(perf, "p99FaultMs"),
  };
}

/** "0 lost" from a checker that could not look is no zero. */
function losses(verdict: Verdict | undefined): Pick<Figures, "acknowledged" | "lost" | "lostFraction"> {
  const fields = fieldsOf(verdict);
  const acknowledged = numberIn(fields, "acknowledged") ?? null;
  const lost = numberIn(fields, "lost") ?? null;
  if (verdict === undefined || lost === null || (lost === 0 && validOf(verdict) === "unknown"))
    return { acknowledged, lost: null, lostFraction: null };
  const fraction = numberIn(fields, "lostFraction") ?? (acknowledged ? lost / acknowledged : 0);
  return { acknowledged, lost, lostFraction: fraction };
}

/** The longest time without any answer on the side with the majority, over all kinds of op. */
function longestGap(availability: Fields): number | null {
  const gaps = rowsIn(availability, "sides")
    .filter((row) => row["side"] === "majority" && row["phase"] === "during")
    .map((row) => numberIn(row, "longestGapMs") ?? 0);
  return gaps.length === 0 ? null : Math.max(...gaps);
}

function biteOf(faults: Fields): Bite {
  const tried = rowsIn(faults, "windows").map((row) => numberIn(row, "opsTried") ?? 0);
  return {
    applied: numberIn(faults, "applied") ?? 0,
    proved: numberIn(faults, "proved") ?? 0,
    opsTried: tried.reduce((sum, n) => sum + n, 0),
  };
}

function violationsOf(checkers: Checkers, run: number): ViolationWords[] {
  return sortedParts({ valid: true, summary: "", parts: checkers })
    .filter(([, verdict]) => validOf(verdict) === false)
    .map(([checker, verdict]) => {
      const [first] = witnessesOf(verdict);
      const text = typeof first?.["text"] === "string" && first["text"] !== "" ? first["text"] : verdict.summary;
      return { checker, text: clip(String(text ?? ""), 600), run };
    });
}
