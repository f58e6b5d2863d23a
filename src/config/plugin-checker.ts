/** A checker that judges plug-ins themselves: did a user's own driver say how each op ended? */
import type { Checker, Verdict } from "../core/checker.js";
import { NONSENSE } from "./guard.js";

/**
 * Judges the plug-ins themselves: unknown where a client answered with nonsense, since nobody knows what those ops did and
 * a history full of unknowns proves nothing. Never false.
 */
export const pluginChecker: Checker = {
  name: "plugins",
  check: (history): Verdict => {
    const seen = new Map<string, number>();
    let ended = 0;
    for (const { type, error, process } of history) {
      if (process === "nemesis" || type === "invoke") continue;
      ended++;
      const at = error?.indexOf(NONSENSE) ?? -1;
      if (error !== undefined && at !== -1) {
        const what = error.slice(at + NONSENSE.length);
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }
    }
    if (seen.size === 0) return { valid: true, summary: `all ${ended} ops ended in a completion` };
    const [[what, times]] = [...seen].sort((a, b) => b[1] - a[1]) as [[string, number]];
    return { valid: "unknown", summary: `${what} (${times} of ${ended} ops): fix the driver` };
  },
};
