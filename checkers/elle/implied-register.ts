/**
 * Register transactions judged by what the consistency asked for says of the order of versions. Reads of registers tell little
 * of that order, so a search without claims finds few cycles. Claims that the model itself implies are safe to refute that
 * model with: where they do not hold, it does not hold either. They prove nothing against a weaker one.
 */
import type { Checker } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import { boundaryOf, canonicalModels } from "./models.js";
import { checkRwRegister } from "./rw-register.js";
import type { ElleVerdict, RegisterOptions } from "./types.js";

/** Models under which every register by itself is linearizable. */
const STRICT: ReadonlySet<string> = new Set(["PL-SS"]);
/** Models under which nothing comes between the version a transaction read and the one it wrote to the same key. */
const FIRST_COMMITTER_WINS: ReadonlySet<string> = new Set([...STRICT, "PL-3", "PL-SI"]);

/** What a consistency model implies for each register by itself. @throws UsageError for an unknown model. */
export function claimsOf(consistency: string): Pick<RegisterOptions, "linearizableKeys" | "wfrKeys"> {
  const [model] = canonicalModels([consistency]) as [string];
  return { linearizableKeys: STRICT.has(model), wfrKeys: FIRST_COMMITTER_WINS.has(model) };
}

/**
 * `checkRwRegister` with the claims that `consistency` implies. Counterexample to taking its `not` as it comes: a store whose
 * keys are not linearizable (an isolated primary acknowledges a write that is lost) has cyclic versions under that claim, and
 * these would rule out read-uncommitted, of which the history shows nothing.
 */
export function checkImpliedRegister(history: History, consistency: string): ElleVerdict {
  const claims = claimsOf(consistency);
  const verdict = checkRwRegister(history, { consistency, ...claims });
  if (verdict.valid !== false || !(claims.linearizableKeys || claims.wfrKeys)) return verdict;
  const proved = checkRwRegister(history, { consistency });
  const { not, alsoNot } = boundaryOf(proved.found, [consistency]);
  const types = Object.entries(verdict.counts).map(([type, count]) => (count === 1 ? type : `${type} (${count})`));
  const given = sameTypes(proved, verdict) ? "" : `, given the order of versions that ${consistency} implies`;
  const size = `${countOf(verdict)} transactions`;
  return {
    ...verdict,
    summary: `${size}: ${types.join(", ")}${given}; not ${not.join(", not ")}`,
    not,
    alsoNot,
    ruledOut: [...not, ...alsoNot].sort(),
  };
}

/** The checker "elle-rw-register" of a workload whose systems are held to `consistency`. */
export function impliedRegisterChecker(consistency: string): Checker {
  return { name: "elle-rw-register", check: (history) => checkImpliedRegister(history, consistency) };
}

const sameTypes = (a: ElleVerdict, b: ElleVerdict): boolean => a.anomalyTypes.join() === b.anomalyTypes.join();

const countOf = ({ transactions: { ok, info, fail } }: ElleVerdict): number => ok + info + fail;
