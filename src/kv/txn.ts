/**
 * Transactions of the replicated state machine: lists of micro-ops ["r", key, null], ["w", key, value] (registers) and
 * ["append", key, element] (lists), all or nothing. One entry of the log is one transaction, so they are as serial as the log.
 */
import type { Key } from "../core/op.js";
import { type CellKind, type Cells, cellOf, shown, wrongType } from "./cells.js";
import { fail, isKey, ok, type Reply } from "./protocol.js";

type MicroOp = readonly [f: "r" | "w" | "append", key: Key, value?: unknown];

/** A transaction, and one that only reads: nodes answer those like any other read, without the log. */
export const TXN = "txn";
export const READ_TXN = "read-txn";

/** Does this list of micro-ops leave the data alone? */
export function onlyReads(value: unknown): boolean {
  return Array.isArray(value) && value.every((mop) => Array.isArray(mop) && mop[0] === "r");
}

/** Runs a transaction; answers with its micro-ops, reads filled in. Nothing is done where any of them is impossible. */
export function runTxn(cells: Cells, f: string, value: unknown): Reply {
  if (!Array.isArray(value) || !value.every(isMicroOp)) return fail('a txn needs ["r" | "w" | "append", key, value] …');
  if (f === READ_TXN && !onlyReads(value)) return fail("a read-txn only reads");
  return fits(cells, value) ? ok(value.map((mop) => step(cells, mop))) : wrongType();
}

function isMicroOp(mop: unknown): mop is MicroOp {
  return Array.isArray(mop) && (mop[0] === "r" || mop[0] === "w" || mop[0] === "append") && isKey(mop[1]);
}

/** Does each write meet its kind of cell, also where an earlier micro-op makes the cell? */
function fits(cells: Cells, mops: readonly MicroOp[]): boolean {
  const made = new Map<Key, CellKind>();
  for (const [f, key] of mops) {
    if (f === "r") continue;
    const wanted = f === "w" ? "register" : "list";
    const kind = cells.get(key)?.kind ?? made.get(key);
    if (kind === undefined) made.set(key, wanted);
    else if (kind !== wanted) return false;
  }
  return true;
}

function step(cells: Cells, [f, key, value]: MicroOp): MicroOp {
  if (f === "r") return [f, key, shown(cells.get(key))];
  if (f === "append") cellOf(cells, key, "list")?.elements.push(value ?? null);
  else {
    const register = cellOf(cells, key, "register");
    if (register !== undefined) register.value = value ?? null;
  }
  return [f, key, value ?? null];
}
