/** Runs several checkers over one history and joins what they say: false > unknown > true. */
import { type CheckContext, type Checker, type Valid, type Verdict, worstOf } from "../src/core/checker.js";
import { CapTestError, messageOf } from "../src/core/errors.js";
import type { History } from "../src/core/history.js";

/**
 * A checker with a second stage. After all checkers have spoken, `conclude` gets its own verdict and everybody's, and
 * returns the verdict to use. Availability needs it: only a consistent system can be called CP-like.
 */
export interface ConcludingChecker extends Checker {
  conclude(own: Verdict, verdicts: Readonly<Record<string, Verdict>>): Verdict;
}

export interface ComposedVerdict {
  readonly valid: Valid;
  /** By checker name, in the order given. */
  readonly checkers: Readonly<Record<string, Verdict>>;
}

export interface Composed {
  check(history: History, context: CheckContext): Promise<ComposedVerdict>;
  /** The same, but where every verdict is true, those that nobody needs for that are not made (`Checker.holds`). */
  checkBriefly(history: History, context: CheckContext): Promise<ComposedVerdict>;
}

/**
 * Composes checkers; they run one after the other in the order given. A checker that throws, or returns something that is
 * no verdict, says "unknown" with the message and hides nobody else's finding. No checkers: "unknown". Throws on two
 * checkers of one name, since one would hide the other's verdict.
 */
export function compose(checkers: readonly Checker[]): Composed {
  const names = checkers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CapTestError(`two checkers are called "${twice}"; give each a name of its own.`);
  return {
    check: (history, context) => run(checkers, history, context, {}),
    checkBriefly: (history, context) => runBriefly(checkers, history, context),
  };
}

async function runBriefly(
  checkers: readonly Checker[],
  history: History,
  context: CheckContext,
): Promise<ComposedVerdict> {
  const made: Record<string, Verdict> = {};
  for (const checker of checkers) {
    if (holds(checker, history, context)) continue;
    // What it says first is not what it says in the end.
    if (concludes(checker)) return run(checkers, history, context, made);
    const verdict = await firstVerdict(checker, history, context);
    made[checker.name] = verdict;
    if (verdict.valid !== true) return run(checkers, history, context, made);
  }
  return { valid: checkers.length === 0 ? "unknown" : true, checkers: made };
}

/** False also where it throws: `check` will say why. */
function holds(checker: Checker, history: History, context: CheckContext): boolean {
  if (context.signal?.aborted === true) return false;
  try {
    return checker.holds?.(history, context) === true;
  } catch {
    return false;
  }
}

/** `made`: first verdicts that are known already. */
async function run(
  checkers: readonly Checker[],
  history: History,
  context: CheckContext,
  made: Readonly<Record<string, Verdict>>,
): Promise<ComposedVerdict> {
  const first: Record<string, Verdict> = {};
  for (const checker of checkers) {
    first[checker.name] = made[checker.name] ?? (await firstVerdict(checker, history, context));
  }
  const final: Record<string, Verdict> = {};
  for (const checker of checkers) {
    const own = first[checker.name] as Verdict;
    final[checker.name] = concludes(checker)
      ? await guarded(checker.name, async () => checker.conclude(own, first))
      : own;
  }
  const valid = checkers.length === 0 ? "unknown" : worstOf(Object.values(final).map((verdict) => verdict.valid));
  return { valid, checkers: final };
}

function firstVerdict(checker: Checker, history: History, context: CheckContext): Promise<Verdict> {
  return guarded(checker.name, async () => {
    if (context.signal?.aborted === true) return { valid: "unknown", summary: "stopped before this was checked" };
    return checker.check(history, context);
  });
}

function concludes(checker: Checker): checker is ConcludingChecker {
  return typeof (checker as Partial<ConcludingChecker>).conclude === "function";
}

/** The verdict, or "unknown" with what went wrong. */
async function guarded(name: string, judge: () => Promise<Verdict>): Promise<Verdict> {
  try {
    const verdict: Partial<Verdict> | null | undefined = await judge();
    const valid = verdict?.valid;
    if (valid === true || valid === false || valid === "unknown") return verdict as Verdict;
    // A checker that forgot its verdict must not pass: a missing `valid` is falsy, yet not false.
    return { valid: "unknown", summary: `the checker ${name} returned no verdict (valid: ${String(valid)})` };
  } catch (error) {
    return { valid: "unknown", summary: `the checker ${name} failed: ${messageOf(error)}` };
  }
}
