/** Checkers are pure: a history in, a verdict and witnesses out. */
import type { History } from "./history.js";
import type { NodeId, Op } from "./op.js";

/** "unknown" is a verdict of its own: nothing was proved. */
export type Valid = boolean | "unknown";

/** A few ops that show a violation by themselves, with the words that explain them. */
export interface Witness {
  /** One or two plain sentences. */
  readonly text: string;
  /** The ops that matter (invocations and completions), in recorded order. */
  readonly ops: readonly Op[];
}

/** What a checker found. Checkers add fields of their own (see INTERFACES in the README); results.json holds it as it is. */
export interface Verdict {
  readonly valid: Valid;
  /** One line for people. */
  readonly summary: string;
  readonly witnesses?: readonly Witness[];
  /** Verdicts of parts (a key, a sub-checker). */
  readonly parts?: Readonly<Record<string, Verdict>>;
}

/** What is known of the run besides its history. All optional: `check FILE` may know nothing. */
export interface CheckContext {
  readonly nodes?: readonly NodeId[];
  /** The op time-out of the run, in ms. */
  readonly opTimeoutMs?: number;
  /** When the main phase ended and the final (healed, quiet) phase began; ns since the run began. */
  readonly finalNs?: number;
  /** Asked to stop: end soon with "unknown". */
  readonly signal?: AbortSignal;
}

export interface Checker {
  readonly name: string;
  check(history: History, context: CheckContext): Verdict | Promise<Verdict>;
  /**
   * Would the verdict be true? For checkers that know it sooner than all the rest they tell: a sweep asks this of every seed,
   * and for verdicts only where some checker does not hold. False also where it is not known without `check`.
   */
  holds?(history: History, context: CheckContext): boolean;
}

/** false > unknown > true. */
export function worstOf(verdicts: Iterable<Valid>): Valid {
  let worst: Valid = true;
  for (const valid of verdicts) {
    if (valid === false) return false;
    if (valid === "unknown") worst = "unknown";
  }
  return worst;
}
