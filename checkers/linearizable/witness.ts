/** Makes a search's violation small: calls are left out as long as what is left is a violation too, and means the same. */
import type { Witness } from "../../src/core/checker.js";
import type { Op } from "../../src/core/op.js";
import type { Calls, Part } from "./calls.js";
import type { Family } from "./family.js";
import { search } from "./search.js";

/** So many steps may be spent on making one witness smaller, and so many searches. */
const STEPS = 400_000;
const SEARCHES = 600;

/** A part that is known to be a violation. */
export class Shrinker {
  private steps = STEPS;
  /** A call that must stay. */
  private pinned = -1;
  private searches = SEARCHES;

  constructor(private readonly family: Family) {}

  /** The smallest part found that is a violation by itself. `bound`: the violation shows before this position. */
  shrink(part: Part, bound: number): Part {
    const { inv } = this.family.calls;
    let best = part;
    // Whatever began after the call that cannot be placed had ended has nothing to do with it.
    this.adopt({ key: part.key, calls: part.calls.filter((call) => (inv[call] as number) < bound) }, (smaller) => {
      best = smaller;
    });
    best = this.latestSuffix(best);
    for (let size = Math.max(1, best.calls.length >> 1); ; size = Math.max(1, size >> 1)) {
      const before = best.calls.length;
      best = this.withoutChunks(best, size);
      if ((size === 1 && best.calls.length === before) || this.searches <= 0 || this.steps <= 0) break;
    }
    return this.withContext(part, best);
  }

  /** Shows also what the witness can do without, as long as it stays one. */
  private withContext(part: Part, witness: Part): Part {
    const more = new Set([...witness.calls, ...(this.family.context?.(part, witness) ?? [])]);
    if (more.size === witness.calls.length) return witness;
    const shown = { key: part.key, calls: part.calls.filter((call) => more.has(call)) };
    this.steps = STEPS;
    this.searches = 1;
    return this.isViolation(shown) ? shown : witness;
  }

  private latestSuffix(part: Part): Part {
    let tries = 0;
    for (const suffix of this.family.suffixes?.(part) ?? []) {
      if (++tries > SEARCHES / 4) break;
      if (!this.isViolation(suffix.part)) continue;
      this.pinned = suffix.reset;
      return suffix.part;
    }
    return part;
  }

  /** Leaves out runs of `size` removable calls (or groups of such), oldest first. */
  private withoutChunks(part: Part, size: number): Part {
    let best = part;
    let removable = this.removable(best);
    for (let from = 0; from < removable.length; ) {
      const chunk = new Set(removable.slice(from, from + size).flat());
      const smaller = { key: best.key, calls: best.calls.filter((call) => !chunk.has(call)) };
      if (smaller.calls.length > 0 && this.isViolation(smaller)) {
        best = smaller;
        // What saw a write may be gone, so the write may go as well: ask again, and go on at the same place.
        removable = this.removable(best);
      } else from += size;
    }
    return best;
  }

  private removable(part: Part): (readonly number[])[] {
    const single = Array.from(this.family.removable(part), (call) => [call]);
    return [...single, ...(this.family.together?.(part) ?? [])].filter((calls) => !calls.includes(this.pinned));
  }

  private adopt(part: Part, take: (part: Part) => void): void {
    if (this.isViolation(part)) take(part);
  }

  private isViolation(part: Part): boolean {
    if (this.searches-- <= 0 || this.steps <= 0) return false;
    if (this.family.together !== undefined) {
      const outcome = this.family.fast(part);
      this.steps -= part.calls.length >> 3;
      if (outcome !== "no") return outcome !== "valid";
    }
    const outcome = search(this.family.problem(part).problem, this.steps);
    // A search also costs what it looks at, however few its steps.
    this.steps -= outcome.steps + (part.calls.length >> 3);
    return outcome.valid === false;
  }
}

/** The invocations and completions of calls, in recorded order; `also` are positions of other invocations. */
export function witnessOf(
  calls: Calls,
  members: Iterable<number>,
  text: string,
  also: readonly number[] = [],
): Witness {
  const { history } = calls;
  const positions = new Set<number>();
  for (const inv of [...Array.from(members, (call) => calls.inv[call] as number), ...also]) {
    positions.add(inv);
    const pair = history.pairs[inv] as number;
    if (pair !== -1) positions.add(pair);
  }
  const ops: Op[] = [...positions].sort((a, b) => a - b).map((position) => history.op(position));
  return { text, ops };
}
