/**
 * When a queue or stack cannot have been empty. A value is in it for sure from where its put ended to where its take began
 * (for ever, where nothing took it). An answered take that found nothing needs a moment, while it was open, in none of these
 * stays; and where it has one, it can be put into any order of the other calls (the rule DeqEmpty of Bouajjani, Emmi, Enea &
 * Hamza 2015): whoever stays before the moment goes in and comes out before it, and the rest after.
 */

import { did } from "../call-words.js";
import type { Calls } from "../calls.js";
import type { Violation } from "../family.js";
import { at, who } from "../words.js";
import { callsOfTransits, putText, type Transit, type TransitWords, untakenText } from "./transits.js";

/** The stays put together: sorted, disjoint. */
export class Stays {
  private readonly begins: number[] = [];
  private readonly ends: number[] = [];
  private readonly sorted: readonly Transit[];

  constructor(transits: readonly Transit[]) {
    this.sorted = transits.filter(({ putRet, takeInv }) => putRet < takeInv).toSorted((a, b) => a.putRet - b.putRet);
    for (const { putRet, takeInv } of this.sorted) {
      const until = this.ends.at(-1) ?? Number.NEGATIVE_INFINITY;
      if (putRet < until) {
        this.ends[this.ends.length - 1] = Math.max(until, takeInv);
      } else {
        this.begins.push(putRet);
        this.ends.push(takeInv);
      }
    }
  }

  /** The first moment at or after a position in no stay: NEVER where there is none. */
  freeFrom(position: number): number {
    let low = 0;
    let high = this.begins.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.begins[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? position : Math.max(position, this.ends[low - 1] as number);
  }

  /** The first take that found nothing although something was there all the while. */
  violation(calls: Calls, empties: readonly number[], words: TransitWords): Violation | undefined {
    for (const take of empties) {
      if (this.freeFrom(calls.inv[take] as number) < (calls.ret[take] as number)) continue;
      return this.explain(calls, take, words);
    }
    return undefined;
  }

  /** As few stays as cover the take. */
  private explain(calls: Calls, take: number, words: TransitWords): Violation {
    const cover: Transit[] = [];
    const end = calls.ret[take] as number;
    let until = calls.inv[take] as number;
    for (let i = 0; until < end; ) {
      let longest: Transit | undefined;
      for (; i < this.sorted.length && (this.sorted[i] as Transit).putRet < until; i++) {
        const stay = this.sorted[i] as Transit;
        if (longest === undefined || stay.takeInv > longest.takeInv) longest = stay;
      }
      // There is one: the stays cover all of it.
      if (longest === undefined) break;
      cover.push(longest);
      until = longest.takeInv;
    }
    const text = (): string => {
      const each = cover.map((transit) => {
        const gone =
          transit.take === -1
            ? `${untakenText(calls, [transit], take, { ...words, take: "took" })} it`
            : `${who(calls, transit.take)} began to ${words.toTake} it only${at(calls, transit.takeInv)}`;
        return `${putText(calls, transit, words)} and ${gone}`;
      });
      return `${did(calls, take, `found the ${words.object} empty`)}, but ${each.join("; ")}: it was not empty at any moment`;
    };
    return { text, calls: [...callsOfTransits(cover), take] };
  }

  /** The moments at which stays end and leave nothing: each is the first of a gap. Ascending. */
  get gapStarts(): readonly number[] {
    return this.ends;
  }
}
