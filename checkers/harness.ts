/** Did the harness itself keep up? A stalled event loop forges time-outs, and a run cut short has not seen its end. */
import type { Checker, Verdict } from "../src/core/checker.js";

/** What the runner measured of itself. */
export interface HarnessFacts {
  /** The longest time the event loop stood still, ms. */
  readonly maxLagMs: number;
  /** From here on a stall counts, ms. */
  readonly boundMs: number;
  /** How the run ended, where not by its time limit: "interrupted", "docker stopped", … */
  readonly ended?: string;
}

export interface HarnessVerdict extends Verdict, HarnessFacts {}

/** The harness checker. unknown: the event loop stalled past the bound, or the run ended early. Never false. */
export function harnessChecker(facts: HarnessFacts): Checker {
  return { name: "harness", check: () => judge(facts) };
}

function judge(facts: HarnessFacts): HarnessVerdict {
  const { maxLagMs, boundMs, ended } = facts;
  const doubts: string[] = [];
  // Not `maxLagMs > boundMs`: a lag that was not measured (NaN) must not pass.
  if (!(maxLagMs <= boundMs)) {
    doubts.push(`the event loop stalled for ${Math.round(maxLagMs)} ms (bound ${boundMs} ms), which forges time-outs`);
  }
  if (ended !== undefined) doubts.push(`the run ended early: ${ended}`);
  if (doubts.length > 0) return { valid: "unknown", summary: doubts.join("; "), ...facts };
  return { valid: true, summary: `the event loop never stalled for more than ${Math.round(maxLagMs)} ms`, ...facts };
}
