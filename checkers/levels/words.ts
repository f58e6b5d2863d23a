/** What broke a consistency level, in words and ops. */
import type { Witness } from "../../src/core/checker.js";
import { didText } from "../linearizable/cell-words.js";
import { witnessOf } from "../linearizable/witness.js";
import type { Rows } from "./rows.js";
import type { Guarantee } from "./sessions.js";

/** The ops of some rows, and of the writes that they read. */
export function witnessOfRows(rows: Rows, members: readonly number[], text: string): Witness {
  const all = new Set<number>();
  for (const row of members) {
    all.add(rows.calls[row] as number);
    const source = rows.source[row] as number;
    if (source >= 0) all.add(rows.calls[source] as number);
  }
  return witnessOf(rows.cells.calls, all, text);
}

const text = (rows: Rows, row: number): string => didText(rows.cells, rows.calls[row] as number);

/** `[read, before, write]`: see `Breaches.first`. */
export function breachText(rows: Rows, guarantee: Guarantee, [read, before, write]: readonly number[]): string {
  const did = text(rows, read as number);
  const earlier = text(rows, before as number);
  if (guarantee === "readYourWrites") return `${did}, an older value than its own: before, ${earlier}`;
  if (guarantee === "monotonicReads") return `${did}, an older value than it had seen: before, ${earlier}`;
  const wrote = text(rows, write as number);
  const source = rows.source[read as number] as number;
  const older = source >= 0 ? text(rows, source) : "the initial value";
  const how =
    guarantee === "monotonicWrites" ? "one process wrote both, this one later" : "its writer had read the other before";
  return `${did} after ${earlier}; ${older}, and ${wrote}: ${how}`;
}

/** See `Causality.pattern`. */
export function patternText(rows: Rows, pattern: "cycle" | "initial" | "thin-air", members: readonly number[]): string {
  const [first, second] = members;
  if (pattern === "thin-air") return `${text(rows, first as number)}, but no write of it can have happened`;
  if (pattern === "initial")
    return `${text(rows, second as number)}, although it knew of a write: ${text(rows, first as number)}`;
  const shown = members.slice(0, 6).map((row) => text(rows, row));
  const more = members.length > shown.length ? `; and ${members.length - shown.length} more ops` : "";
  return `each of these would have to come before the next, and the last before the first: ${shown.join("; ")}${more}`;
}
