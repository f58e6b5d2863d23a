/**
 * The A of CAP, measured: who was served during a cut, on which side of it, how soon, and how soon again after healing; and
 * from that and the other checkers' verdicts the observed class. Formally (Gilbert and Lynch 2002) every request to a
 * non-failing node must get a response; on a finite run we say within which deadline it did.
 */
import type { CheckContext, Valid, Verdict } from "../src/core/checker.js";
import { worstOf } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type AvailabilityClass, type Classification, classify, type KindClass } from "./availability/classify.js";
import { type CutReport, cutReports, evidenceOf, type KindEvidence, notJudged } from "./availability/evidence.js";
import { Gaps } from "./availability/gaps.js";
import { harvest } from "./availability/harvest.js";
import { measure, triedDuring } from "./availability/measure.js";
import { type Plan, planOf } from "./availability/plan.js";
import { type AvailabilityRow, nodeRows, sideRows, yieldOf } from "./availability/table.js";
import { type Calls, callsOf, FAIL, OK } from "./calls.js";
import type { ConcludingChecker } from "./compose.js";

export { type AvailabilityClass, type Classification, classify } from "./availability/classify.js";
export type { CutReport, KindEvidence } from "./availability/evidence.js";
export type { AvailabilityRow } from "./availability/table.js";

export interface AvailabilityOptions {
  /** Errors of `fail` that are answers rather than refusals. Default: "mismatch", "conflict", "held", "not held", "stale token", "empty". */
  readonly answers?: readonly string[];
  /** Checkers whose verdicts say nothing about consistency. Default: availability, stats, perf, faults, harness. */
  readonly informative?: readonly string[];
}

export interface AvailabilityVerdict extends Verdict {
  readonly class: AvailabilityClass;
  readonly reason: string;
  /** The class by f. */
  readonly kinds: Readonly<Record<string, KindClass>>;
  /** What the class was drawn from, by f. */
  readonly evidence: readonly KindEvidence[];
  /** Did the other checkers find the system consistent? */
  readonly consistent: Valid;
  /** Answered / (issued + not issued because clients were stuck), during cuts, by side. null: nothing tried there. */
  readonly minorityYield: number | null;
  readonly majorityYield: number | null;
  /** The longest fail-over of a judged cut: until the majority side was served for good. null: not seen. */
  readonly failoverMs: number | null;
  /** The longest recovery: from a proved heal until every side was served for good. null: not seen. */
  readonly recoveryMs: number | null;
  /** By side x f x phase. */
  readonly sides: readonly AvailabilityRow[];
  /** By side x node x f x phase. */
  readonly table: readonly AvailabilityRow[];
  /** The cuts, at most 50. */
  readonly cuts: readonly CutReport[];
  readonly cutsTotal: number;
}

/** Errors of `fail` that are answers rather than refusals. */
export const ANSWERS: readonly string[] = ["mismatch", "conflict", "held", "not held", "stale token", "empty"];
/** Checkers whose verdicts say nothing about consistency. */
export const INFORMATIVE: readonly string[] = ["availability", "stats", "perf", "faults", "harness"];

/**
 * The availability checker. Its `valid` only says whether it could measure: true without any partition (class "unknown":
 * there was no cut to be judged by) and after a cut during which ops were tried; unknown where there was no op at all, or
 * cuts of which none was proved, or none met an op. Never false. `compose` calls `conclude` with the other verdicts.
 */
export function availabilityChecker(options: AvailabilityOptions = {}): ConcludingChecker {
  return {
    name: "availability",
    holds: (history, context) => holds(history, context),
    check: (history, context) => check(history, context, new Set(options.answers ?? ANSWERS)),
    conclude: (own, verdicts) => conclude(own as AvailabilityVerdict, verdicts, options.informative ?? INFORMATIVE),
  };
}

function holds(history: History, context: CheckContext): boolean {
  const calls = callsOf(history);
  const plan = planOf(calls, context);
  return couldMeasure(calls, plan, triedDuring(calls, plan));
}

function couldMeasure(calls: Calls, plan: Plan, tried: boolean): boolean {
  return calls.length > 0 && (plan.cuts.length === 0 || (provedOne(plan) && tried));
}

function check(history: History, context: CheckContext, answers: ReadonlySet<string>): AvailabilityVerdict {
  const calls = callsOf(history);
  const plan = planOf(calls, context);
  const measured = measure(calls, plan, answers);
  harvest(history, calls, measured);
  const gaps = new Gaps(calls, plan, measured.cells, measured.cellOf, (call) => isAnswered(calls, call, answers));
  const cuts = cutReports(plan, measured);
  const evidence = evidenceOf(plan, measured);
  const tried = triedDuring(calls, plan);
  const judged = cuts.filter((cut) => cut.judged);
  return classified(
    {
      valid: couldMeasure(calls, plan, tried) ? true : "unknown",
      summary: "",
      evidence,
      minorityYield: yieldOf(measured.cells, "minority", "during"),
      majorityYield: yieldOf(measured.cells, "majority", "during"),
      failoverMs: longest(judged.map(({ failoverMs }) => failoverMs)),
      recoveryMs: longest(cuts.map(({ recoveryMs }) => recoveryMs)),
      sides: sideRows(measured.cells, gaps),
      table: nodeRows(measured.cells, gaps, plan.nodes),
      cuts: cuts.slice(0, 50),
      cutsTotal: cuts.length,
    },
    "unknown",
    classOf(plan, evidence, tried, "unknown"),
  );
}

const provedOne = (plan: Plan): boolean => plan.cuts.some(({ window }) => window.proved);

/** The class, or "unknown" with the reason why no class can be told. */
function classOf(plan: Plan, evidence: readonly KindEvidence[], tried: boolean, consistent: Valid): Classification {
  const why = noClass(plan, tried);
  return why === undefined ? classify(evidence, consistent) : { class: "unknown", reason: why, kinds: {} };
}

function noClass(plan: Plan, tried: boolean): string | undefined {
  if (plan.cuts.length === 0) return "no partition in this run";
  if (!provedOne(plan)) return "no cut was proved to bite";
  if (!tried) return "no op was tried during a cut";
  const whys = plan.cuts.map(notJudged);
  return whys.every((why) => why !== undefined) ? `no cut can be judged: ${whys[0]}` : undefined;
}

type Measurements = Omit<AvailabilityVerdict, "class" | "reason" | "kinds" | "consistent">;

function classified(measurements: Measurements, consistent: Valid, found: Classification): AvailabilityVerdict {
  return {
    ...measurements,
    summary: `${found.class}: ${found.reason}`,
    class: found.class,
    reason: found.reason,
    kinds: found.kinds,
    consistent,
  };
}

/** The second stage: consistent is what all checkers say together that judge consistency. */
function conclude(
  own: AvailabilityVerdict,
  verdicts: Readonly<Record<string, Verdict>>,
  informative: readonly string[],
): AvailabilityVerdict {
  // The first stage may have failed, or found that no class can be told.
  if (own.evidence === undefined || Object.keys(own.kinds).length === 0) return own;
  const judging = Object.entries(verdicts).filter(([name]) => !informative.includes(name));
  const consistent = judging.length === 0 ? "unknown" : worstOf(judging.map(([, { valid }]) => valid));
  return classified(own, consistent, classify(own.evidence, consistent));
}

function isAnswered(calls: Calls, call: number, answers: ReadonlySet<string>): boolean {
  if (calls.type[call] === OK) return true;
  const error = calls.errors[calls.error[call] as number];
  return calls.type[call] === FAIL && error !== undefined && answers.has(error);
}

const longest = (times: readonly (number | null)[]): number | null =>
  times.reduce((most, ms) => (ms === null ? most : Math.max(most ?? 0, ms)), null);
