/** Arithmetic of the visible range: zoom about a point, pan, and the ticks of a time axis. Pure. */
import { tickStep } from "../format.js";

/** Microseconds since the run began. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Shortest range one can zoom to: below it, microseconds show as steps. */
const SHORTEST_US = 20;

/** Keeps a range inside the run, at its own length where that fits. */
export function clamp(range: Range, endUs: number): Range {
  const length = Math.min(endUs, Math.max(SHORTEST_US, range.to - range.from));
  const from = Math.min(Math.max(0, range.from), endUs - length);
  return { from, to: from + length };
}

/** Zooms by a factor (< 1: closer) so that the time `about` stays where it is. */
export function zoom(range: Range, factor: number, about: number, endUs: number): Range {
  const length = Math.min(endUs, Math.max(SHORTEST_US, (range.to - range.from) * factor));
  const share = (about - range.from) / (range.to - range.from);
  return clamp({ from: about - share * length, to: about + (1 - share) * length }, endUs);
}

export function pan(range: Range, byUs: number, endUs: number): Range {
  return clamp({ from: range.from + byUs, to: range.to + byUs }, endUs);
}

/** A range that shows all of these times with room around them. */
export function around(fromUs: number, toUs: number, endUs: number): Range {
  const room = Math.max((toUs - fromUs) * 0.12, 2000);
  return clamp({ from: fromUs - room, to: toUs + room }, endUs);
}

/** Round times for an axis, at most `most` of them. */
export function ticks(range: Range, most: number): { readonly times: readonly number[]; readonly step: number } {
  const step = tickStep(range.to - range.from, Math.max(1, most));
  const times: number[] = [];
  // Multiples of the step, not sums: sums of 0.1 drift.
  for (let i = Math.ceil(range.from / step); i * step <= range.to; i++) times.push(i * step);
  return { times, step };
}

/** A time with as many digits as its step needs: "12 s", "12.35 s", "12.345678 s". */
export function timeLabel(us: number, stepUs: number): string {
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(stepUs / 1e6) - 1e-9)));
  return `${(us / 1e6).toFixed(digits)} s`;
}
