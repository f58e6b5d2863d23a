/** Where the timeline draws what: pixels, times and rows. Pure. */
import type { Model } from "./model.js";
import type { Range } from "./range.js";

/** Where things are, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly laneHeight: number;
}

export const AXIS = 40;
/** Room for lane names, narrower on phones. */
export const gutterOf = (width: number): number => (width < 560 ? 58 : 100);

export function xOf(us: number, range: Range, width: number): number {
  const left = gutterOf(width);
  return left + ((us - range.from) / (range.to - range.from)) * (width - left);
}

export function timeAt(x: number, range: Range, width: number): number {
  const left = gutterOf(width);
  return range.from + ((x - left) / (width - left)) * (range.to - range.from);
}

/** First position in a lane whose op starts at or after a time. */
export function firstAt(model: Model, rows: Int32Array, us: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((model.start[rows[middle] as number] as number) < us) low = middle + 1;
    else high = middle;
  }
  return low;
}
