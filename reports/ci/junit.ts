/** Contracts as JUnit XML: one test case a contract. Unknown is a failure, unless the contract allows it. */
import type { CiResults, ContractResult } from "../../src/core/contract.js";
import { type JunitCase, junitXml } from "../junit.js";
import { expectedWords, observedWords } from "./words.js";

/** `timestamp` is ISO 8601. */
export function ciJunit(results: CiResults, timestamp: string): string {
  const { contracts, baseline } = results;
  const seconds = contracts.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const name = "cap-test ci";
  const cases = contracts.map(caseOf);
  if (baseline !== undefined) {
    const changes = [...baseline.weakened, ...baseline.unproved];
    const text = [...changes.map((change) => change.text), ...baseline.gone.map((gone) => `gone: ${gone}`)];
    const failed = baseline.valid !== true;
    const failure = {
      type: baseline.valid === false ? "invalid" : "unknown",
      message: text[0] ?? "",
      text: text.join("\n"),
    };
    cases.push({ name: "baseline", classname: name, seconds: 0, ...(failed ? { failure } : {}) });
  }
  return junitXml([{ name, seconds, timestamp, cases }]);
}

function caseOf(contract: ContractResult): JunitCase {
  const { name, outcome, why, attempts, allowed, durationMs } = contract;
  const base: JunitCase = {
    name,
    classname: `${contract.system} ${contract.workload} ${contract.nemesis}`,
    seconds: durationMs / 1000,
  };
  if (outcome === "skipped") return { ...base, skipped: why };
  if (allowed === true) return { ...base, skipped: `unknown, which is allowed: ${why}` };
  if (outcome === "passed") return base;
  const repeats = attempts.map(({ dir, repeat }) => `repeat: ${repeat}${dir === "" ? "" : `\nrun: ${dir}`}`);
  const text = [why, `expected: ${expectedWords(contract)}`, `observed: ${observedWords(contract)}`, ...repeats];
  const type = outcome === "failed" ? "invalid" : "unknown";
  return { ...base, failure: { type, message: why, text: text.join("\n") } };
}
