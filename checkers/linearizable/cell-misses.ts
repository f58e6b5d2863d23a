/**
 * Places the cas calls that failed with "mismatch" in the order found for all other calls.
 *
 * A miss on the value u fits iff u was not there all the time that it was open: see `Arrangement.fits`. With every value as
 * early as possible nearly all fit, since the call that overwrote u comes as early as it can. For the others the order is
 * changed where they are: u later, another write (one that may stand on either side of u, or a crashed one that nobody saw)
 * directly after u. A change stays if it helps the miss and harms no other. Where none does, the answer is "no", and the
 * search has to decide: whether an order for all misses exists may need more than one change at once.
 */
import { MAYBE, type Part } from "./calls.js";
import { Arrangement, type Misses, type Slots } from "./cell-arrangement.js";
import { type CellSweep, NO } from "./cell-fast.js";
import { deniedText } from "./cell-words.js";
import { MISS, WRITE } from "./cells.js";
import type { FastOutcome } from "./family.js";

export function placeMisses(sweep: CellSweep, part: Part): FastOutcome {
  const { cells } = sweep;
  const { inv, ret } = cells.calls;
  const misses = part.calls.filter((call) => cells.kinds[call] === MISS);
  if (misses.length === 0) return "valid";
  const links = misses.map((call) => sweep.link(cells.from[call] as number));
  for (let i = 0; i < misses.length; i++) {
    const call = misses[i] as number;
    const link = links[i] as number;
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
  }
  const found: Misses = {
    count: misses.length,
    slots: links,
    begins: misses.map((call) => inv[call] as number),
    ends: misses.map((call) => ret[call] as number),
  };
  const arrangement = new Arrangement(slotsOf(sweep, part), 1);
  for (const chain of sweep.order) arrangement.append(sweep.chainHead[chain] as number, 0);
  return arrangement.fitAll(found, () => 0).length === 0 ? "valid" : "no";
}

/** The links of one key as slots. */
function slotsOf(sweep: CellSweep, part: Part): Slots {
  const { cells, links } = sweep;
  const { inv, status } = cells.calls;
  return {
    writer: sweep.writer.slice(0, links).map((call) => (call === NO ? 0 : (inv[call] as number) + 1)),
    ends: sweep.ends.subarray(0, links),
    begins: sweep.begins.subarray(0, links),
    after: sweep.after.slice(0, links).map((link) => link + 1),
    spares: () => {
      const spares: number[] = [];
      for (const call of part.calls) {
        if (cells.kinds[call] !== WRITE || status[call] !== MAYBE) continue;
        const link = sweep.link(cells.to[call] as number);
        if (!sweep.happened(link)) spares.push(link);
      }
      return spares;
    },
  };
}
