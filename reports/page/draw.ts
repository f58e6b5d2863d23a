/** Draws the timeline: stripes, faults, grid, lanes and their names. */
import type { Band } from "../data.js";
import { drawLane, fitted } from "./draw-lane.js";
import { AXIS, type Frame, gutterOf, xOf } from "./geometry.js";
import type { Lane } from "./lanes.js";
import type { Model } from "./model.js";
import type { Palette } from "./palette.js";
import { type Range, ticks, timeLabel } from "./range.js";

export interface Scene {
  readonly model: Model;
  readonly lanes: readonly Lane[];
  readonly range: Range;
  /** Witness in focus, from 1; 0 for all alike. */
  readonly witness: number;
  readonly hovered: number;
  readonly selected: number;
}

export function drawScene(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, palette: Palette): void {
  const { width, height, laneHeight } = frame;
  const left = gutterOf(width);
  c.clearRect(0, 0, width, height);
  drawStripes(c, scene, frame, palette);
  c.save();
  c.beginPath();
  c.rect(left, 0, width - left, height);
  c.clip();
  drawBands(c, scene.model.data.bands, scene.range, frame, palette);
  drawGrid(c, scene.range, frame, palette);
  for (const [i, lane] of scene.lanes.entries()) drawLane(c, scene, lane, AXIS + i * laneHeight, frame, palette);
  c.restore();
  drawNames(c, scene, frame, palette);
}

function drawStripes(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, palette: Palette): void {
  c.fillStyle = palette.stripe;
  for (let i = 0; i < scene.lanes.length; i += 2)
    c.fillRect(0, AXIS + i * frame.laneHeight, frame.width, frame.laneHeight);
}

function drawBands(
  c: CanvasRenderingContext2D,
  bands: readonly Band[],
  range: Range,
  frame: Frame,
  palette: Palette,
): void {
  c.font = palette.font;
  c.textBaseline = "middle";
  let textFree = 0;
  for (const band of bands) {
    const x0 = xOf(band.beginNs / 1000, range, frame.width);
    const x1 = Math.max(x0 + 1, xOf(band.endNs / 1000, range, frame.width));
    if (x1 < 0 || x0 > frame.width) continue;
    c.fillStyle = palette.band;
    c.fillRect(x0, 20, x1 - x0, frame.height - 20);
    c.fillStyle = palette.bandEdge;
    c.fillRect(x0, 20, 1, frame.height - 20);
    c.fillRect(x1 - 1, 20, 1, frame.height - 20);
    const textX = Math.max(x0, gutterOf(frame.width)) + 5;
    const room = x1 - textX - 4;
    if (room > 24 && textX >= textFree) {
      const text = fitted(c, `${band.kind}: ${band.label}`, room);
      c.fillStyle = palette.ink;
      c.fillText(text, textX, 31);
      textFree = textX + c.measureText(text).width;
    }
  }
}

function drawGrid(c: CanvasRenderingContext2D, range: Range, frame: Frame, palette: Palette): void {
  const { times, step } = ticks(range, Math.max(2, Math.floor((frame.width - 80) / 96)));
  c.font = palette.font;
  c.textBaseline = "middle";
  for (const us of times) {
    const x = Math.round(xOf(us, range, frame.width));
    c.fillStyle = palette.line;
    c.fillRect(x, 20, 1, frame.height);
    c.fillStyle = palette.quiet;
    const text = timeLabel(us, step);
    c.fillText(text, Math.min(x + 3, frame.width - c.measureText(text).width - 2), 10);
  }
}

function drawNames(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, palette: Palette): void {
  const left = gutterOf(frame.width);
  c.fillStyle = palette.page;
  c.fillRect(0, 0, left - 4, frame.height);
  c.font = palette.font;
  c.textBaseline = "middle";
  for (const [i, lane] of scene.lanes.entries()) {
    const y = AXIS + i * frame.laneHeight;
    if (lane.first && i > 0 && scene.lanes[i - 1]?.group !== lane.group) {
      c.fillStyle = palette.line;
      c.fillRect(0, y, frame.width, 1);
    }
    if (!lane.first || (frame.laneHeight < 12 && i % Math.ceil(12 / frame.laneHeight) !== 0)) continue;
    c.fillStyle = palette.ink;
    c.fillText(fitted(c, lane.label, left - 12), 5, y + Math.max(frame.laneHeight, 12) / 2);
  }
}
