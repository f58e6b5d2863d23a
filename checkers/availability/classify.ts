/**
 * CP-like, AP-like, neither or unknown? From what availability showed and whether the other checkers found the system
 * consistent. The words end in "-like" because a finite run shows behaviour, not design.
 */
import type { Valid } from "../../src/core/checker.js";
import { type Answer, FEWEST_TRIES, type KindEvidence } from "./evidence.js";

export type AvailabilityClass = "CP-like" | "AP-like" | "neither" | "unknown";

export interface KindClass {
  readonly class: AvailabilityClass;
  readonly reason: string;
}

export interface Classification extends KindClass {
  /** By f. */
  readonly kinds: Readonly<Record<string, KindClass>>;
}

/**
 * Classifies a run. AP-like: every side was served throughout, after a grace. CP-like: consistent, the majority side served
 * after a grace, the minority side refused. neither: both are ruled out. unknown: anything else.
 */
export function classify(evidence: readonly KindEvidence[], consistent: Valid): Classification {
  const kinds: Record<string, KindClass> = {};
  for (const kind of evidence) kinds[kind.f] = classifyKind(kind, consistent);
  return { ...overall(kinds, hardlySeen(evidence, consistent)), kinds };
}

/**
 * Kinds of op that leave the class open only because too few of them met the minority side, none of which was answered: a
 * rare kind (3 compare-and-sets among 500 ops) must not hide what all the others show. What was answered once, or is open
 * for any other reason, still counts.
 */
function hardlySeen(evidence: readonly KindEvidence[], consistent: Valid): readonly string[] {
  return evidence
    .filter(
      ({ hasMajority, majorityServed, minorityRefused, refusedTried, refusedAnswered }) =>
        consistent === true &&
        (!hasMajority || majorityServed === "yes") &&
        minorityRefused === "unknown" &&
        refusedTried <= FEWEST_TRIES &&
        refusedAnswered === 0,
    )
    .map(({ f }) => f);
}

function classifyKind(kind: KindEvidence, consistent: Valid): KindClass {
  const ap = kind.everySideServed;
  const cp = and([
    consistent === true ? "yes" : consistent === false ? "no" : "unknown",
    kind.hasMajority ? kind.majorityServed : "yes",
    kind.hasMinority ? kind.minorityRefused : "yes",
  ]);
  const facts = factsOf(kind, consistent).join("; ");
  if (ap === "yes" && !kind.hasMinority && cp !== "no") {
    return {
      class: "unknown",
      reason: `every node could reach a majority, so serving everywhere tells nothing; ${facts}`,
    };
  }
  if (ap === "yes") return { class: "AP-like", reason: facts };
  if (cp === "yes") return { class: "CP-like", reason: facts };
  if (ap === "no" && cp === "no") return { class: "neither", reason: facts };
  return { class: "unknown", reason: facts };
}

function and(answers: readonly Answer[]): Answer {
  if (answers.includes("no")) return "no";
  return answers.includes("unknown") ? "unknown" : "yes";
}

/** What was seen, in words. */
function factsOf(kind: KindEvidence, consistent: Valid): string[] {
  const facts = [consistent === true ? "consistent" : consistent === false ? "not consistent" : "consistency unknown"];
  if (kind.hasMajority) facts.push(majorityFact(kind));
  if (kind.hasMinority) facts.push(minorityFact(kind));
  return facts;
}

function majorityFact({ majorityServed, majorityTried, failoverMs }: KindEvidence): string {
  if (majorityTried === 0) return "nothing was tried on the majority side";
  if (majorityServed === "yes" && failoverMs === 0) return "the majority side served throughout";
  if (majorityServed === "yes") return `the majority side served, after ${seconds(failoverMs ?? 0)} at most`;
  if (majorityServed === "no") return "the majority side did not serve";
  return failoverMs === null
    ? "no cut was long enough to see the majority side serve"
    : "too little was tried on the majority side";
}

function minorityFact(kind: KindEvidence): string {
  const { minorityTried, everySideServed, minorityRefused, refusedTried, refusedAnswered, refusedAfterMs } = kind;
  if (minorityTried === 0) return "nothing was tried on the minority side";
  if (everySideServed === "yes") return "the minority side served as well";
  if (minorityRefused === "yes") {
    const after = refusedAfterMs === null ? "" : `, after ${seconds(refusedAfterMs)} at most`;
    return `the minority side refused (${refusedAnswered} of ${refusedTried} ops answered${after})`;
  }
  if (minorityRefused === "no") return `the minority side answered ${refusedAnswered} of ${refusedTried} ops`;
  return "too little was seen of the minority side";
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function overall(kinds: Readonly<Record<string, KindClass>>, few: readonly string[]): KindClass {
  const entries = Object.entries(kinds);
  const named = (wanted: AvailabilityClass): string[] =>
    entries.filter(([, { class: found }]) => found === wanted).map(([f]) => f);
  const tell = (f: string | undefined): string => (f === undefined ? "" : (kinds[f]?.reason ?? ""));
  const [neither, unknown, cp, ap] = [named("neither"), named("unknown"), named("CP-like"), named("AP-like")];
  if (entries.length === 0) return { class: "unknown", reason: "no op was tried" };
  if (neither.length > 0) return { class: "neither", reason: `${neither.join(", ")}: ${tell(neither[0])}` };
  if (cp.length > 0 && ap.length > 0) {
    return { class: "neither", reason: `${cp.join(", ")} CP-like but ${ap.join(", ")} AP-like: ${tell(ap[0])}` };
  }
  if (cp.length > 0 && unknown.length > 0 && unknown.every((f) => few.includes(f))) {
    return { class: "CP-like", reason: `${tell(cp[0])}; too little was seen of ${unknown.join(", ")} there` };
  }
  if (unknown.length > 0) return { class: "unknown", reason: `${unknown.join(", ")}: ${tell(unknown[0])}` };
  return cp.length > 0 ? { class: "CP-like", reason: tell(cp[0]) } : { class: "AP-like", reason: tell(ap[0]) };
}
