/**
 * Latencies come from integer tables of quantiles: no logarithms, no floating point functions whose last bits differ
 * between engines. A table lists microseconds at evenly spaced quantiles; a draw picks a step and a point within it.
 */

import { UsageError } from "../../core/errors.js";
import type { Rng } from "../../core/rng.js";

/** Microseconds at evenly spaced quantiles, ascending: the first is the least latency, the last the greatest. */
export type LatencyTable = readonly number[];

/** One rack: mostly 0.15-0.5 ms, one packet in sixteen slower, up to 5 ms. */
const lan: LatencyTable = [150, 170, 190, 205, 220, 235, 250, 265, 280, 300, 320, 350, 390, 450, 600, 1_200, 5_000];
/** One region, several zones: 0.7-2 ms with a tail of 15 ms. */
const zones: LatencyTable = [700, 760, 820, 870, 920, 980, 1_050, 1_150, 1_300, 1_600, 2_000, 4_000, 15_000];
/** Continents: 40-120 ms with a tail of 300 ms. */
const wan: LatencyTable = [40_000, 45_000, 52_000, 60_000, 70_000, 82_000, 95_000, 120_000, 300_000];
/** A client beside its node: 0.1-0.4 ms. */
const near: LatencyTable = [100, 110, 120, 130, 140, 150, 160, 180, 200, 240, 320, 1_000];
/** fsync of a solid-state disk: 0.1-0.6 ms, now and then 8 ms. */
const fsync: LatencyTable = [100, 120, 140, 160, 180, 200, 220, 240, 260, 290, 330, 380, 450, 600, 1_500, 8_000];

/** The tables by name. */
export const LATENCIES = { lan, zones, wan, near, fsync } as const;
export type LatencyName = keyof typeof LATENCIES;

/** Looks a name up, or checks a table given by hand. */
export function latencyTable(given: LatencyName | LatencyTable): LatencyTable {
  if (typeof given === "string") return LATENCIES[given];
  const ascending = given.every((us, i) => Number.isInteger(us) && us >= 0 && us >= (given[i - 1] ?? 0));
  if (given.length < 2 || !ascending) {
    throw new UsageError("A latency table is a list of at least two ascending whole numbers of microseconds.");
  }
  return given;
}

/** A latency in whole microseconds. One random number gives both the step (high bits) and the point within it (low bits). */
export function drawLatencyUs(table: LatencyTable, random: Rng): number {
  const draw = random.uint32();
  const step = Math.floor(((draw >>> 8) * (table.length - 1)) / 16777216);
  const low = table[step] as number;
  const high = table[step + 1] as number;
  return low + (((high - low) * (draw & 255)) >> 8);
}
