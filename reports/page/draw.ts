/** Draws the timeline onto a canvas. One pass over the visible ops; what falls onto one pixel is drawn once. */
import type { Band } from "../data.js";
import type { Lane } from "./lanes.js";
import { answerAt, callAt, type Model } from "./model.js";
import { type Range, ticks, timeLabel } from "./range.js";
import { cssColour, cssFont } from "./theme.js";

export interface Scene {
  readonly model: Model;
  readonly lanes: readonly Lane[];
  readonly range: Range;
  /** Witness in focus, from 1; 0 for all alike. */
  readonly witness: number;
  readonly hovered: number;
  readonly selected: number;
}

/** Where things are, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly laneHeight: number;
}

export const AXIS = 40;
/** Room for lane names, narrower on phones. */
export const gutterOf = (width: number): number => (width < 560 ? 56 : 84);

export interface Palette {
  readonly endings: readonly [ok: string, fail: string, info: string];
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly stripe: string;
  readonly page: string;
  readonly accent: string;
  readonly onBar: string;
  readonly band: string;
  readonly bandEdge: string;
  readonly font: string;
  readonly mono: string;
}

export function paletteOf(): Palette {
  return {
    endings: [cssColour("--ok"), cssColour("--fail"), cssColour("--info")],
    ink: cssColour("--ink"),
    quiet: cssColour("--quiet"),
    line: cssColour("--line"),
    stripe: cssColour("--stripe"),
    page: cssColour("--card"),
    accent: cssColour("--accent"),
    onBar: cssColour("--on-bar"),
    band: cssColour("--band"),
    bandEdge: cssColour("--band-edge"),
    font: cssFont(11),
    mono: cssFont(10.5, true),
  };
}

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

/** As much of a text as has room, with an ellipsis; widths are measured once a text, not once a letter. */
function fitted(c: CanvasRenderingContext2D, text: string, room: number): string {
  const wide = c.measureText(text).width;
  if (wide <= room) return text;
  const keep = Math.floor((text.length * room) / wide) - 1;
  return keep < 2 ? "" : `${text.slice(0, keep)}…`;
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

function drawLane(
  c: CanvasRenderingContext2D,
  scene: Scene,
  lane: Lane,
  y: number,
  frame: Frame,
  palette: Palette,
): void {
  const { model, range } = scene;
  const { rows } = lane;
  const pad = frame.laneHeight >= 14 ? 3 : 1;
  const tall = frame.laneHeight - 2 * pad;
  // Ops of one lane hardly overlap, so the op before the first start in range is the only one that can reach into it;
  // unknown ones, which have no end, may do so from further away.
  const first = Math.max(0, firstAt(model, rows, range.from) - 3);
  const last = firstAt(model, rows, range.to);
  const scale = (frame.width - gutterOf(frame.width)) / (range.to - range.from);
  const origin = gutterOf(frame.width) - range.from * scale;
  const filled = [-1, -1, -1];
  const special: number[] = [];
  // Fails and unknowns are drawn after oks, so that one of them among thousands stays visible.
  for (const code of [0, 1, 2]) {
    c.fillStyle = palette.endings[code] as string;
    for (let at = first; at < last; at++) {
      const row = rows[at] as number;
      if (model.ending[row] !== code) continue;
      if (model.witness[row] !== 0 || row === scene.hovered || row === scene.selected) special.push(row);
      let x0 = origin + (model.start[row] as number) * scale;
      const x1 = Math.max(x0 + 1.5, origin + (model.end[row] as number) * scale);
      if (x1 - (filled[code] as number) < 0.75) continue;
      x0 = Math.max(x0, filled[code] as number);
      filled[code] = x1;
      // A fail is a low bar, an unknown one has a thin tail: told apart without colours too.
      if (code === 1) c.fillRect(x0, y + pad + tall * 0.55, x1 - x0, tall * 0.45);
      else c.fillRect(x0, y + pad, x1 - x0, tall);
      if (code === 2) c.fillRect(x1, y + pad + tall / 2 - 1, 9, 2);
      if (x1 - x0 > 34 && tall >= 10) drawBarText(c, model, row, x0, x1, y + pad + tall / 2, palette);
    }
  }
  for (const row of special) drawSpecial(c, scene, row, y + pad, tall, frame, palette);
}

function drawBarText(
  c: CanvasRenderingContext2D,
  model: Model,
  row: number,
  x0: number,
  x1: number,
  y: number,
  palette: Palette,
): void {
  const fill = c.fillStyle;
  const from = Math.max(x0, 0);
  c.font = palette.mono;
  c.textBaseline = "middle";
  c.fillStyle = model.ending[row] === 1 ? palette.ink : palette.onBar;
  c.fillText(fitted(c, `${callAt(model, row)} ${answerAt(model, row)}`, x1 - from - 8), from + 4, y + 0.5);
  c.fillStyle = fill;
}

/** Frames around witness, hovered and selected ops. */
function drawSpecial(
  c: CanvasRenderingContext2D,
  scene: Scene,
  row: number,
  y: number,
  tall: number,
  frame: Frame,
  palette: Palette,
): void {
  const { model, range } = scene;
  const x0 = xOf(model.start[row] as number, range, frame.width);
  const x1 = Math.max(x0 + 3, xOf(model.end[row] as number, range, frame.width));
  const ofWitness = model.witness[row] !== 0 && (scene.witness === 0 || model.witness[row] === scene.witness);
  const chosen = row === scene.selected || row === scene.hovered;
  if (!ofWitness && !chosen) return;
  c.strokeStyle = ofWitness ? palette.accent : palette.ink;
  c.lineWidth = row === scene.selected ? 3 : 2;
  c.strokeRect(x0 - 1.5, y - 1, x1 - x0 + 3, tall + 2);
  if (!ofWitness) return;
  c.fillStyle = palette.accent;
  const middle = Math.max((x0 + Math.min(x1, frame.width)) / 2, x0);
  c.beginPath();
  c.moveTo(middle - 5, y - 8);
  c.lineTo(middle + 5, y - 8);
  c.lineTo(middle, y - 1);
  c.fill();
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
    c.fillText(fitted(c, lane.label, left - 10), 2, y + Math.max(frame.laneHeight, 12) / 2);
  }
}
