/** Which part of a run a moment belongs to: before its first fault, while some fault lasts, or after. */
import type { FaultWindow } from "../../src/core/fault.js";
import { overNs } from "../moment.js";
import { lowerBound } from "../numbers.js";

/** "after": no fault lasts at that moment, but one did before. */
export type Phase = "before" | "during" | "after";

/** Tells the phase of a moment, ns. The final phase of a run, from `finalNs` on, is after all faults. */
export function phasesOf(windows: readonly FaultWindow[], finalNs: number | undefined): (ns: number) => Phase {
  const sorted = windows.toSorted((a, b) => a.beginNs - b.beginNs);
  const begins = sorted.map(({ beginNs }) => beginNs);
  /** The last end of this window and all before it. */
  const ends: number[] = [];
  for (const window of sorted) ends.push(Math.max(overNs(window), ends.at(-1) ?? 0));
  return (ns) => {
    const begun = lowerBound(begins, ns + 1);
    if (begun === 0) return "before";
    if (finalNs !== undefined && ns >= finalNs) return "after";
    return (ends[begun - 1] as number) > ns ? "during" : "after";
  };
}
