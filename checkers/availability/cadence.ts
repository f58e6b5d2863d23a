/**
 * How often does a client issue an op when nothing holds it up? Against this a stuck client is measured: while it waits
 * for one answer it cannot ask again, and an outage in which nobody asks would look like no outage (coordinated omission).
 */
import type { Calls } from "../calls.js";
import { overNs } from "../moment.js";

/** Below this a cadence says more about the clock than about clients, ns. */
const FASTEST_NS = 1e6;

/** Fewer gaps than this at a node say too little; then the mean over all nodes counts. */
const FEWEST_GAPS = 5;

/**
 * Mean time between two invocations of one process, by node id (the last entry is for calls without a node), ns. Only gaps
 * that no fault touches count, and none of the final phase. Infinite (no correction) where there is nothing to go by.
 */
export function cadences(calls: Calls, mainEndNs: number): Float64Array {
  const slots = calls.nodes.length + 1;
  const sums = new Float64Array(slots + 1);
  const counts = new Float64Array(slots + 1);
  const previous = new Map<number, number>();
  const faults = calls.windows.map((window) => ({ fromNs: window.beginNs, toNs: overNs(window) }));
  for (let call = 0; call < calls.length; call++) {
    const now = calls.invokeNs[call] as number;
    if (now >= mainEndNs) break;
    const process = calls.process[call] as number;
    const before = previous.get(process);
    previous.set(process, now);
    if (before === undefined || faults.some(({ fromNs, toNs }) => fromNs <= now && toNs >= before)) continue;
    const node = calls.node[call] as number;
    for (const slot of [node === -1 ? slots - 1 : node, slots]) {
      sums[slot] = (sums[slot] as number) + (now - before);
      counts[slot] = (counts[slot] as number) + 1;
    }
  }
  const mean = (slot: number): number => Math.max(FASTEST_NS, (sums[slot] as number) / (counts[slot] as number));
  const overall = counts[slots] === 0 ? Number.POSITIVE_INFINITY : mean(slots);
  return Float64Array.from({ length: slots }, (_, slot) =>
    (counts[slot] as number) < FEWEST_GAPS ? overall : mean(slot),
  );
}

/**
 * How many ops a client could not issue while one of its ops took `latencyNs`. An op that takes up to two cadences keeps
 * the client from nothing that a late start would not make up for.
 */
export function missedOps(latencyNs: number, cadenceNs: number): number {
  return Math.max(0, Math.floor(latencyNs / cadenceNs) - 1);
}
