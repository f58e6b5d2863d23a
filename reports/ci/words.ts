/** The words that all views of contracts share: signs, what was expected, what was observed. */
import type { ContractOutcome, ContractResult, Observation } from "../../src/core/contract.js";
import { visible } from "../html.js";
import { clip } from "../show.js";

export const OUTCOME_SIGNS: Readonly<Record<ContractOutcome, string>> = {
  passed: "✓",
  failed: "✗",
  unknown: "?",
  skipped: "-",
};

const WORDS: Readonly<Record<string, string>> = { true: "valid", false: "invalid" };

const wordOf = (value: Observation): string =>
  value === null ? "not measured" : (WORDS[String(value)] ?? String(value));

/** "linearizable: valid, p99Ms: < 50". What must fail says so. */
export function expectedWords({ expected }: Pick<ContractResult, "expected">): string {
  return Object.entries(expected)
    .map(([name, value]) => `${name}: ${value === false ? "must fail" : wordOf(value)}`)
    .join(", ");
}

export function observedWords({ observed }: Pick<ContractResult, "observed">): string {
  return Object.entries(observed)
    .map(([name, value]) => `${name}: ${wordOf(value)}`)
    .join(", ");
}

/** A system's words on one line of a terminal or log: no control characters, not too long. */
export const plain = (text: string, limit = 500): string => visible(clip(text.replace(/\s+/g, " ").trim(), limit));

/** "3 passed, 1 failed". Outcomes that did not occur are left out. */
export function tally(contracts: readonly Pick<ContractResult, "outcome">[]): string {
  const counts = (["passed", "failed", "unknown", "skipped"] as const).map((outcome) => ({
    outcome,
    count: contracts.filter((one) => one.outcome === outcome).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`)
    .join(", ");
}
