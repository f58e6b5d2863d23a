/** Which op is under the pointer, and which one the arrow keys come to next. Pure. */
import { AXIS, type Frame, firstAt, timeAt, xOf } from "./geometry.js";
import type { Lane } from "./lanes.js";
import type { Model } from "./model.js";
import type { Range } from "./range.js";

const REACH_PX = 5;

/** The row at a point, or -1. Of several near ones: witnesses first, then unknown, fail, ok; then the nearest. */
export function rowAt(model: Model, lanes: readonly Lane[], range: Range, frame: Frame, x: number, y: number): number {
  const lane = lanes[Math.floor((y - AXIS) / frame.laneHeight)];
  if (lane === undefined || y < AXIS) return -1;
  const us = timeAt(x, range, frame.width);
  const reach = timeAt(x + REACH_PX, range, frame.width) - us;
  const from = Math.max(0, firstAt(model, lane.rows, us - reach) - 4);
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let at = from; at < lane.rows.length; at++) {
    const row = lane.rows[at] as number;
    const start = model.start[row] as number;
    if (start > us + reach) break;
    const away = Math.max(0, start - us, us - (model.end[row] as number));
    if (away > reach) continue;
    const score = (model.witness[row] !== 0 ? 10 : 0) + (model.ending[row] as number) - (5 * away) / reach;
    if (score >= bestScore) [best, bestScore] = [row, score];
  }
  return best;
}

export type Step = "left" | "right" | "up" | "down";

/** The row an arrow key leads to from the selected one: along the lane, or to the nearest in time in the next lane. */
export function rowAfter(model: Model, lanes: readonly Lane[], selected: number, step: Step, range: Range): number {
  const laneAt = lanes.findIndex((lane) => positionOf(lane, model, selected) >= 0);
  const lane = lanes[laneAt];
  if (lane === undefined) return firstVisible(model, lanes, range);
  const at = positionOf(lane, model, selected);
  if (step === "left" || step === "right") return lane.rows[at + (step === "right" ? 1 : -1)] ?? selected;
  const toward = step === "down" ? 1 : -1;
  for (let i = laneAt + toward; i >= 0 && i < lanes.length; i += toward) {
    const rows = lanes[i]?.rows ?? new Int32Array();
    if (rows.length > 0) return nearest(model, rows, model.start[selected] as number);
  }
  return selected;
}

function positionOf(lane: Lane, model: Model, row: number): number {
  if (row < 0) return -1;
  for (let at = firstAt(model, lane.rows, model.start[row] as number); at < lane.rows.length; at++) {
    if (lane.rows[at] === row) return at;
    if ((model.start[lane.rows[at] as number] as number) > (model.start[row] as number)) break;
  }
  return -1;
}

function nearest(model: Model, rows: Int32Array, us: number): number {
  const at = firstAt(model, rows, us);
  const [before, after] = [rows[at - 1], rows[at]];
  if (before === undefined || after === undefined) return before ?? after ?? -1;
  return us - (model.start[before] as number) <= (model.start[after] as number) - us ? before : after;
}

function firstVisible(model: Model, lanes: readonly Lane[], range: Range): number {
  let best = -1;
  for (const lane of lanes) {
    const row = lane.rows[firstAt(model, lane.rows, range.from)];
    if (row !== undefined && (best < 0 || (model.start[row] as number) < (model.start[best] as number))) best = row;
  }
  return best;
}

/** Is the row's bar inside the range? */
export function isVisible(model: Model, row: number, range: Range, width: number): boolean {
  const x = xOf(model.start[row] as number, range, width);
  return x >= xOf(range.from, range, width) && x <= width;
}
