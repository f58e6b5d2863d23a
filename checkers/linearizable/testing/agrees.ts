/** What every verdict on a random history is held against: brute force, the other method, and its own witness. */
import fc from "fast-check";
import type { Valid } from "../../../src/core/checker.js";
import type { Op } from "../../../src/core/op.js";
import { historyOf } from "../../../src/history/index.js";
import { checkLinearizable, type LinearizableOptions, type LinearizableVerdict } from "../index.js";
import { type OracleStep, oracle } from "./oracle.js";

/** How often the near-linear method said what. */
export interface Seen {
  true: number;
  false: number;
  unknown: number;
}

/** Judges random histories one by one. With FUZZ_SHOW set, says what came of them. */
export function fuzz(name: string, found: fc.Arbitrary<Op[]>, numRuns: number, judge: (found: Op[]) => Valid): Seen {
  const seen: Seen = { true: 0, false: 0, unknown: 0 };
  fc.assert(
    fc.property(found, (ops) => {
      seen[`${judge(ops)}`]++;
    }),
    { numRuns },
  );
  if (process.env["FUZZ_SHOW"] !== undefined) process.stdout.write(`${name}: ${JSON.stringify(seen)}\n`);
  return seen;
}

/** Traces of something missing in a text. */
const NO_WORDS = /undefined|NaN|(?<!read )null at/;

/** What brute force has to know of an object. */
export interface Rules {
  readonly initial: unknown;
  readonly step: OracleStep;
}

function same(found: unknown, wanted: unknown, what: string): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)} instead of ${String(wanted)}`);
}

/**
 * The verdict agrees with brute force, the methods with each other, and a witness is a violation by itself.
 * The checker is deterministic, so of the two methods only the one that did not make the verdict is asked again.
 * @returns what the near-linear method says of it.
 * @throws where anything disagrees.
 */
export function agrees(found: readonly Op[], { initial, step }: Rules, options: LinearizableOptions): Valid {
  const history = historyOf(found);
  const wanted = oracle(found, initial, step);
  const verdict = checkLinearizable(history, options);
  same(verdict.valid, wanted, verdict.summary);
  const verdicts = [verdict];
  if (verdict.method !== "search") {
    const searched = checkLinearizable(history, { ...options, method: "search" });
    same(searched.valid, wanted, `by search, ${searched.summary}`);
    verdicts.push(searched);
  }
  const fast = nearLinear(verdict, () => checkLinearizable(history, { ...options, method: "fast" }));
  if (fast !== "unknown") same(fast, wanted, "by the near-linear method");
  if (wanted) return fast;
  for (const { witness, summary } of verdicts) {
    const ops = witness?.ops ?? [];
    same(oracle(ops, initial, step), false, `the witness alone, ${summary}`);
    same(checkLinearizable(historyOf(ops), options).valid, false, `the witness judged again, ${summary}`);
    if (witness === undefined || NO_WORDS.test(witness.text)) throw new Error(`no words: ${summary}`);
  }
  return fast;
}

/** Steps of a search in a history too long for brute force: most end far below. */
const LONG_BUDGET_STEPS = 20_000;

/**
 * Of a history that may be too long for brute force: the near-linear method and the search agree where both decide.
 * @returns what the near-linear method says of it.
 * @throws where they disagree.
 */
export function methodsAgree(found: readonly Op[], given: LinearizableOptions): Valid {
  const options = { budgetSteps: LONG_BUDGET_STEPS, ...given };
  const history = historyOf(found);
  const fast = checkLinearizable(history, { ...options, method: "fast" });
  if (fast.valid === "unknown") return fast.valid;
  const searched = checkLinearizable(history, { ...options, method: "search" });
  if (searched.valid !== "unknown") same(fast.valid, searched.valid, `by the near-linear method, ${searched.summary}`);
  if (fast.valid) return fast.valid;
  const witness = checkLinearizable(historyOf(fast.witness?.ops ?? []), { ...options, method: "search" });
  same(witness.valid, false, `the witness judged again, ${fast.summary}`);
  return fast.valid;
}

/** What the near-linear method says: it is asked only where it does not show. */
function nearLinear(verdict: LinearizableVerdict, ask: () => LinearizableVerdict): Valid {
  if (verdict.method === "fast") return verdict.valid;
  return verdict.method === "search" ? "unknown" : ask().valid;
}
