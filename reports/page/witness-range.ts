/** Where in time a witness is. Pure. */
import type { Model } from "./model.js";
import { around, type Range } from "./range.js";

/** The range that shows a whole witness; `at` counts from 1, as in the model's column. */
export function witnessRange(model: Model, at: number): Range {
  const rows = model.data.witnesses[at - 1]?.rows ?? [];
  const starts = rows.map((row) => model.start[row] as number);
  const ends = rows.map((row) => model.end[row] as number);
  return rows.length === 0 ? { from: 0, to: model.endUs } : around(Math.min(...starts), Math.max(...ends), model.endUs);
}
