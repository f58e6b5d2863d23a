/**
 * One run against what was expected of it. The rules, in the order of their weight:
 * - a violation where none may be is broken, whatever else is unclear: a witness stays a witness;
 * - what holds is kept only if the run proved anything: all faults proved, the harness itself kept up;
 * - a checker that the contract does not name must not be violated either, unless the contract documents a weakness.
 */
import type { Valid, Verdict } from "../core/checker.js";
import type { Observation } from "../core/contract.js";
import type { RunResults } from "../core/run.js";
import { asksForMore, brokenBound } from "./bounds.js";
import { type Expectation, mustFind, WHOLE_RUN } from "./expect.js";
import { numberAt, placeOf } from "./numbers.js";

/** kept; broken for good; not found (yet); nothing proved (this time). */
export type Status = "kept" | "broken" | "not found" | "unproved";

export interface JudgedRun {
  readonly status: Status;
  readonly observed: Readonly<Record<string, Observation>>;
  /** One line: the finding that decided. */
  readonly why: string;
}

interface Finding {
  readonly name: string;
  readonly status: Status;
  readonly observed: Observation;
  readonly why: string;
}

type Judged = Pick<RunResults, "valid" | "checkers" | "summary">;

/** Checkers that say whether the run proves anything at all. */
const PROOFS = ["faults", "harness", "plugins"];
const WEIGHT: readonly Status[] = ["broken", "not found", "unproved", "kept"];

export function judgeRun(results: Judged, expectations: readonly Expectation[]): JudgedRun {
  const wanted: readonly Expectation[] =
    expectations.length === 0 ? [{ kind: "verdict", name: WHOLE_RUN, wanted: true }] : expectations;
  const doubt = doubtOf(results, wanted);
  const findings = wanted.map((one) => judgeOne(one, results, doubt, mustFind(wanted)));
  const status = WEIGHT.find((each) => findings.some((finding) => finding.status === each)) ?? "kept";
  const unnamed = status === "broken" ? undefined : unnamedViolation(results, wanted);
  const observed = Object.fromEntries(findings.map((finding) => [finding.name, finding.observed]));
  if (unnamed !== undefined) {
    const [name, { summary }] = unnamed;
    const why = `${name} is violated, and the contract does not allow it (\`${name}: any\` would): ${clean(summary)}`;
    return { status: "broken", observed: { ...observed, [name]: false }, why };
  }
  const deciding = findings.filter((finding) => finding.status === status);
  return { status, observed, why: deciding.map(({ why }) => why).join("; ") };
}

/** Why nothing that holds is proved by this run; undefined where there is no doubt. */
function doubtOf({ checkers }: Judged, wanted: readonly Expectation[]): string | undefined {
  const waived = (name: string): boolean => wanted.some((one) => one.kind === "verdict" && one.name === name);
  const name = PROOFS.find((proof) => checkers[proof]?.valid === "unknown" && !waived(proof));
  return name === undefined ? undefined : `${name}: ${clean(checkers[name]?.summary ?? "")}`;
}

function unnamedViolation(results: Judged, wanted: readonly Expectation[]): readonly [string, Verdict] | undefined {
  if (mustFind(wanted) || wanted.some(({ name }) => name === WHOLE_RUN)) return undefined;
  const named = new Set(wanted.map(({ name }) => name));
  return Object.entries(results.checkers).find(([name, { valid }]) => valid === false && !named.has(name));
}

function judgeOne(one: Expectation, results: Judged, doubt: string | undefined, finding: boolean): Finding {
  if (one.kind === "verdict") return judgeVerdict(one, results, doubt);
  if (one.kind === "word") return judgeWord(one, results, doubt, finding);
  return judgeNumber(one, results, doubt, finding);
}

const WORDS = { true: "valid", false: "invalid", unknown: "unknown" } as const;
const wordOf = (valid: Valid): string => WORDS[String(valid) as "true" | "false" | "unknown"];

function judgeVerdict(
  { name, wanted }: Extract<Expectation, { kind: "verdict" }>,
  results: Judged,
  doubt: string | undefined,
): Finding {
  const verdict = name === WHOLE_RUN ? results : results.checkers[name];
  const summary = clean(verdict?.summary ?? "it did not judge this run");
  const observed = verdict?.valid ?? "unknown";
  const told = (status: Status, why: string): Finding => ({ name, status, observed, why });
  if (wanted === "any") return told("kept", `${name} is ${wordOf(observed)}`);
  if (observed === wanted && wanted !== true)
    return told("kept", `${name} is ${wordOf(observed)}, as expected: ${summary}`);
  if (wanted === false) {
    if (observed === "unknown") return told("unproved", `${name} must be violated, but nothing was proved: ${summary}`);
    return told("not found", `${name} must be violated, but no violation was found: ${summary}`);
  }
  if (observed === false) return told("broken", `${name} must be ${wordOf(wanted)}, but is violated: ${summary}`);
  if (wanted === "unknown") return told("broken", `${name} must be unknown, but is valid: ${summary}`);
  if (observed === "unknown") return told("unproved", `${name} must be valid, but nothing was proved: ${summary}`);
  if (doubt !== undefined) return told("unproved", `${name} must be valid, but the run proves nothing: ${doubt}`);
  return told("kept", `${name} is valid: ${summary}`);
}

function judgeWord(
  { name, field, wanted }: Extract<Expectation, { kind: "word" }>,
  results: Judged,
  doubt: string | undefined,
  finding: boolean,
): Finding {
  const verdict = results.checkers[name] as (Verdict & Readonly<Record<string, unknown>>) | undefined;
  const word = verdict?.[field];
  const observed = typeof word === "string" ? word : "unknown";
  const summary = clean(verdict?.summary ?? "it did not judge this run");
  const told = (status: Status, why: string): Finding => ({ name, status, observed, why });
  if (observed === wanted && wanted === "unknown") return told("kept", `${name} is unknown, as expected: ${summary}`);
  if (observed === "unknown") return told("unproved", `${name} must be ${wanted}, but is unknown: ${summary}`);
  if (doubt !== undefined) return told("unproved", `${name} must be ${wanted}, but the run proves nothing: ${doubt}`);
  if (observed === wanted) return told("kept", `${name} is ${summary}`);
  // Only a run that found the weakness shows the class that goes with it.
  const status = finding && !foundAny(results) ? "not found" : "broken";
  return told(status, `${name} must be ${wanted}, but is ${observed}: ${summary}`);
}

const foundAny = ({ checkers }: Judged): boolean => Object.values(checkers).some(({ valid }) => valid === false);

function judgeNumber(
  { name, bounds, text }: Extract<Expectation, { kind: "number" }>,
  results: Judged,
  doubt: string | undefined,
  finding: boolean,
): Finding {
  const place = placeOf(name, results.checkers);
  const value = numberAt(place, results.checkers);
  const told = (status: Status, why: string): Finding => ({ name, status, observed: value ?? null, why });
  if (place.kind === "missing") return told("broken", `${name} must be ${text}, but no checker reports such a number`);
  if (value === undefined) return told("unproved", `${name} must be ${text}, but was not measured`);
  const broken = brokenBound(value, bounds);
  // Also a number out of bounds proves nothing where the harness itself stood still: it may have made it.
  if (doubt !== undefined) return told("unproved", `${name} must be ${text}, but the run proves nothing: ${doubt}`);
  if (broken === undefined) return told("kept", `${name} is ${value}`);
  const status = finding && asksForMore(broken) && !foundAny(results) ? "not found" : "broken";
  return told(status, `${name} must be ${text}, but is ${value}`);
}

/** A checker's line without its full stop. */
const clean = (summary: string): string => summary.replaceAll(/\s+/g, " ").trim().replace(/\.$/, "");
