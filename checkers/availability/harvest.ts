/** Harvest: which share of the elements it should have shown did a read of a set show? (Fox and Brewer 1999.) */
import type { History } from "../../src/core/history.js";
import { type Calls, OK } from "../calls.js";
import { lowerBound } from "../numbers.js";
import { identityOf } from "../values.js";
import type { Measured } from "./measure.js";

/**
 * Adds the harvest of each successful read to its cell: elements acknowledged before the read was invoked are expected. A
 * read that expected nothing says nothing. Does nothing for histories whose reads return no lists.
 */
export function harvest(history: History, calls: Calls, measured: Measured): void {
  const addF = calls.fs.indexOf("add");
  const readF = calls.fs.indexOf("read");
  if (addF === -1 || readF === -1) return;
  const acknowledged = new Map<unknown, number>();
  const ends: number[] = [];
  for (let call = 0; call < calls.length; call++) {
    if (calls.f[call] !== addF || calls.type[call] !== OK) continue;
    const id = identityOf(history.op(calls.invokePos[call] as number).value);
    if (acknowledged.has(id)) continue;
    acknowledged.set(id, calls.endPos[call] as number);
    ends.push(calls.endPos[call] as number);
  }
  const order = Float64Array.from(ends).sort();
  for (let call = 0; call < calls.length; call++) {
    const cell = measured.cells[measured.cellOf[call] as number];
    if (cell === undefined || calls.f[call] !== readF || calls.type[call] !== OK) continue;
    const { value } = history.op(calls.endPos[call] as number);
    // A counter's history has adds and reads, too.
    if (!Array.isArray(value)) continue;
    const asked = calls.invokePos[call] as number;
    const expected = lowerBound(order, asked);
    if (expected === 0) continue;
    const shown = new Set<unknown>();
    for (const element of value) {
      const id = identityOf(element);
      if ((acknowledged.get(id) ?? Number.POSITIVE_INFINITY) < asked) shown.add(id);
    }
    const share = shown.size / expected;
    cell.harvestSum += share;
    cell.harvestCount++;
    cell.harvestMin = Math.min(cell.harvestMin, share);
  }
}
