/**
 * Places the cas calls that failed with "mismatch" in the order found for all other calls.
 *
 * A miss on the value u fits iff u was not there all the time that it was open: see `Arrangement.fits`. With every value as
 * early as possible nearly all fit, since the call that overwrote u comes as early as it can. For the others the order is
 * changed where they are: u later, another write (one that may stand on either side of u, or a crashed one that nobody saw)
 * directly after u. A change stays if it helps the miss and harms no other. Where none does, the answer is "no", and the
 * search has to decide: whether an order for all misses exists may need more than one change at once.
 */
import type { Part } from "./calls.js";
import { Arrangement } from "./cell-arrangement.js";
import { type CellSweep, NO } from "./cell-fast.js";
import { deniedText } from "./cell-words.js";
import { MISS } from "./cells.js";
import type { FastOutcome } from "./family.js";

export function placeMisses(sweep: CellSweep, part: Part): FastOutcome {
  const { cells } = sweep;
  const { inv, ret } = cells.calls;
  const misses: number[] = [];
  for (const call of part.calls) {
    if (cells.kinds[call] !== MISS) continue;
    const link = sweep.link(cells.from[call] as number);
    // Nobody wrote it for sure, so it need never have been there.
    if (link === NO || !sweep.happened(link)) continue;
    if (
      (sweep.ends[link] as number) < (inv[call] as number) &&
      (ret[call] as number) < (sweep.begins[link] as number)
    ) {
      const first = link === 0 ? NO : (sweep.endCall[link] as number);
      const last = sweep.beginCall[link] as number;
      const shown = first === NO ? [last] : [first, last];
      return { text: () => deniedText(cells, call, first, last), calls: [call, ...sweep.supported(shown)] };
    }
    misses.push(call);
  }
  if (misses.length === 0) return "valid";
  const arrangement = new Arrangement(sweep, misses, part);
  return [...arrangement.unfit].every((miss) => arrangement.fits(miss) || arrangement.repair(miss)) ? "valid" : "no";
}
