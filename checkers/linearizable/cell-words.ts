/** Violations of a register in words. */
import { DONE } from "./calls.js";
import { CAS, type Cells, READ } from "./cells.js";
import { nowhereText } from "./origins.js";
import { at, node, show, timeOf, who } from "./words.js";

/** So many compare-and-sets of a circle are told one by one. */
const CAS_TOLD = 4;

function valueText(cells: Cells, value: number): string {
  return show(cells.calls.history.value(value));
}

/** "p3 read 17 from n2 at 12.4 s"; for other kinds likewise. */
export function didText(cells: Cells, call: number): string {
  const { calls } = cells;
  const inv = calls.inv[call] as number;
  const done = calls.status[call] === DONE ? (calls.ret[call] as number) : inv;
  const crashed = calls.status[call] === DONE ? "" : " (never answered)";
  const subject = who(calls, call);
  if (cells.kinds[call] === READ) {
    return `${subject} read ${valueText(cells, cells.from[call] as number)}${node(calls, call, "from")}${at(calls, done)}`;
  }
  if (cells.kinds[call] === CAS) {
    const values = `${valueText(cells, cells.from[call] as number)} to ${valueText(cells, cells.to[call] as number)}`;
    return `${subject} changed ${values}${node(calls, call, "on")}${at(calls, done)}${crashed}`;
  }
  return `${subject} wrote ${valueText(cells, cells.to[call] as number)}${node(calls, call, "on")}${at(calls, done)}${crashed}`;
}

/** "23 had been acknowledged to p1 at 11.9 s", "23 had been read by p1 at 11.9 s": how a call's end shows a value. */
function shownText(cells: Cells, call: number): string {
  const { calls } = cells;
  const isRead = cells.kinds[call] === READ;
  const value = valueText(cells, (isRead ? cells.from[call] : cells.to[call]) as number);
  const how = isRead ? "read by" : "acknowledged to";
  return `${value} had been ${how} ${who(calls, call)}${at(calls, calls.ret[call] as number)}`;
}

/** What a read of a value that cannot be there says. */
export function phantomText(cells: Cells, call: number, failed: boolean): string {
  const value = valueText(cells, cells.from[call] as number);
  return `${didText(cells, call)}, but ${nowhereText(value, "wrote", "write", failed)}`;
}

/** A value was read, and the only call that could have written it is a cas that cannot have happened. */
export function uselessCasText(cells: Cells, call: number, cas: number): string {
  const expected = valueText(cells, cells.from[cas] as number);
  const written = valueText(cells, cells.to[cas] as number);
  return `${didText(cells, call)}, but ${written} could only come from ${who(cells.calls, cas)}'s cas from ${expected}, and nobody ever wrote ${expected}`;
}

export function earlyReadText(cells: Cells, read: number, writer: number): string {
  const { calls } = cells;
  const began = timeOf(calls, calls.inv[writer] as number);
  return `${didText(cells, read)}, before ${who(calls, writer)} began to write it${began === "" ? "" : ` (${began})`}`;
}

export function twoCasText(cells: Cells, a: number, b: number): string {
  const value = valueText(cells, cells.from[a] as number);
  return `${didText(cells, a)} and ${didText(cells, b)}, but ${value} was there only once: one of the two overwrote the other unseen`;
}

export function cycleText(cells: Cells, cas: readonly number[]): string {
  const values = cas.map((call) => valueText(cells, cells.from[call] as number));
  const told = cas.slice(0, CAS_TOLD).map((call) => didText(cells, call));
  if (cas.length === 1) return `${told[0]}, but nobody wrote ${values[0]} before: it could only come from that itself`;
  const more = cas.length > CAS_TOLD ? ", …" : "";
  return `${told.join(", ")}${more}: the successful compare-and-sets go round in a circle (${[...values, values[0]].join(" -> ")}), and nobody wrote any of these values before`;
}

/** The value a call wrote, else saw. */
function valueOfCall(cells: Cells, call: number): string {
  return valueText(cells, (cells.kinds[call] === READ ? cells.from[call] : cells.to[call]) as number);
}

/** Within a chain of compare-and-sets: `late`, of an older link, began after `shown`, of a newer link, had ended. */
export function backwardsText(cells: Cells, late: number, shown: number): string {
  const newer = valueOfCall(cells, shown);
  return `${didText(cells, late)}, but ${shownText(cells, shown)}, and ${newer} was made from ${valueOfCall(cells, late)} by compare-and-set`;
}

/** One of two values: the calls that ended first and began last among those that wrote or saw it (or a chain made from it). */
export interface Zone {
  /** -1: the initial value. */
  readonly first: number;
  readonly last: number;
}

/** Two values each of which would have to be the newer one. `older` is the one whose last call began after the other's. */
export function conflictText(cells: Cells, older: Zone, newer: Zone): string {
  const { calls } = cells;
  const begin = `${didText(cells, older.last)}, but ${shownText(cells, newer.first)}`;
  const overwrites = cells.kinds[newer.last] !== READ;
  const sameValue = valueOfCall(cells, newer.first) === valueOfCall(cells, newer.last);
  const overwrote = overwrites && sameValue ? " and overwrote it" : "";
  if (older.first === -1) return `${begin}${overwrote}`;
  const verb = overwrites ? "write" : "read";
  const began = `${who(calls, newer.last)} began to ${verb} ${valueOfCall(cells, newer.last)}${at(calls, calls.inv[newer.last] as number)}`;
  const why = `${shownText(cells, older.first)}, before ${began}`;
  return overwrote === ""
    ? `${begin}, and ${why}: each would have to be the newer one`
    : `${begin}${overwrote} (${why})`;
}

/** "p1's cas from 1 failed with "mismatch" on n2 at 12.4 s": it did not happen, and says what was not there. */
export function missText(cells: Cells, miss: number): string {
  const { calls } = cells;
  const value = valueText(cells, cells.from[miss] as number);
  return `${who(calls, miss)}'s cas from ${value} failed with "mismatch"${node(calls, miss, "on")}${at(calls, calls.ret[miss] as number)}`;
}

/** The cas failed although the register held the expected value all the while. */
export function deniedText(cells: Cells, miss: number, before: number, after: number): string {
  const value = valueText(cells, cells.from[miss] as number);
  return `${missText(cells, miss)}, but ${before === -1 ? `the register was ${value} from the start` : shownText(cells, before)} and ${didText(cells, after)}, which began only later: it was ${value} all that time`;
}
