/** The family of registers: models register and cas-register. */
import type { ColumnarHistory } from "../../src/history/index.js";
import { DONE, NEVER, type Part } from "./calls.js";
import { CellSweep, phantom } from "./cell-fast.js";
import { placeMisses } from "./cell-misses.js";
import { scanCells } from "./cell-scan.js";
import { cellProblem } from "./cell-search.js";
import { didText, missText } from "./cell-words.js";
import { CAS, type CellOptions, type Cells, cellsOf, MISS, observesAnything, READ, WRITE } from "./cells.js";
import type { Family, FastOutcome, Suffix, Violation } from "./family.js";

/** The family of a history. Its members throw a UsageError where the history is none of a register. */
export function registerFamily(history: ColumnarHistory, options: CellOptions, modelName: string): Family {
  let made: Cells | undefined;
  let sweep: CellSweep | undefined;
  const cells = (): Cells => {
    made ??= cellsOf(history, options, modelName);
    return made;
  };
  return {
    get calls() {
      return cells().calls;
    },
    get parts() {
      return cells().parts;
    },
    get observes() {
      return observesAnything(cells());
    },
    screen: () => scanCells(history, options),
    fast(part) {
      sweep ??= new CellSweep(cells());
      const arranged: FastOutcome = sweep.arrange(part);
      const outcome = arranged === "valid" ? placeMisses(sweep, part) : arranged;
      sweep.forget(part);
      return outcome;
    },
    problem: (part, exact) => cellProblem(cells(), part, exact),
    removable: (part) => removable(cells(), part),
    suffixes: (part) => suffixes(cells(), part),
    context: (part, witness) => context(cells(), part, witness),
    fromNowhere: (part) => fromNowhere(cells(), part),
    callText: (call) => callText(cells(), call),
  };
}

function callText(cells: Cells, call: number): string {
  return cells.kinds[call] === MISS ? missText(cells, call) : didText(cells, call);
}

/** The first call that saw a value which no call may have written. */
function fromNowhere(cells: Cells, part: Part): Violation | undefined {
  const { kinds, from, to } = cells;
  const there = new Set([cells.initial]);
  for (const call of part.calls) if (kinds[call] === WRITE || kinds[call] === CAS) there.add(to[call] as number);
  const sees = (call: number): boolean =>
    kinds[call] === READ || (kinds[call] === CAS && cells.calls.status[call] === DONE);
  const call = part.calls.find((one) => sees(one) && !there.has(from[one] as number));
  return call === undefined ? undefined : phantom(cells, call);
}

/**
 * Reads and misses may go. A write may go where nobody saw its value and nobody was denied any: then it only hides what was
 * there before, and what hides nothing harms nothing. With misses it may be what made one of them true.
 */
function removable(cells: Cells, part: Part): ReadonlySet<number> {
  const wanted = new Set<number>();
  let denied = false;
  for (const call of part.calls) {
    const kind = cells.kinds[call];
    if (kind === MISS) denied = true;
    else if (kind !== WRITE) wanted.add(cells.from[call] as number);
  }
  const out = new Set<number>();
  for (const call of part.calls) {
    const kind = cells.kinds[call];
    const looks = kind === READ || kind === MISS;
    if (looks || (!denied && !wanted.has(cells.to[call] as number))) out.add(call);
  }
  return out;
}

/**
 * A write W that began after some calls had ended makes those irrelevant to whatever follows it. What is left then: W, all
 * that ended later, and the crashed calls; without the reads and misses that overlap W, since they may look at what was
 * before. Not where an ok cas overlaps W, for it may need what was before.
 * If the whole is linearizable, so is what is left: in its order, drop what is gone; before W only writes remain (crashed cas
 * that do not fit any more can be left out), and from W on nothing changes.
 */
function* suffixes(cells: Cells, part: Part): Iterable<Suffix> {
  const { inv, ret, status } = cells.calls;
  const writes = part.calls.filter((call) => cells.kinds[call] === WRITE && status[call] === DONE);
  for (let i = writes.length - 1; i >= 0; i--) {
    const write = writes[i] as number;
    const begin = inv[write] as number;
    const end = ret[write] as number;
    const overlaps = (call: number): boolean => (inv[call] as number) < end && (ret[call] as number) > begin;
    let casOverlaps = false;
    const calls = part.calls.filter((call) => {
      if (call === write || ret[call] === NEVER) return true;
      if ((ret[call] as number) < begin) return false;
      if (!overlaps(call)) return true;
      if (cells.kinds[call] === CAS) casOverlaps = true;
      return cells.kinds[call] === WRITE;
    });
    if (!casOverlaps) yield { part: { key: part.key, calls }, reset: write };
  }
}

/** Where a value is seen whose write a reset made irrelevant: the last write of it before, so that one sees what was overwritten. */
function context(cells: Cells, part: Part, witness: Part): number[] {
  const { inv, ret } = cells.calls;
  const written = new Set([cells.initial]);
  for (const call of witness.calls) {
    if (cells.kinds[call] === WRITE || cells.kinds[call] === CAS) written.add(cells.to[call] as number);
  }
  const out: number[] = [];
  for (const seer of witness.calls) {
    const value = cells.from[seer] as number;
    if (cells.kinds[seer] === WRITE || written.has(value)) continue;
    written.add(value);
    let last = -1;
    for (const call of part.calls) {
      // A cas would need to show where its own value came from.
      if (cells.kinds[call] !== WRITE || cells.to[call] !== value || (ret[call] as number) > (inv[seer] as number))
        continue;
      if (last === -1 || (ret[call] as number) > (ret[last] as number)) last = call;
    }
    if (last !== -1) out.push(last);
  }
  return out;
}
