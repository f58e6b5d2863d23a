/** Draws the ops of one lane in one pass; what falls onto one pixel is drawn once, so 100,000 ops fit into a frame. */
import type { Scene } from "./draw.js";
import { type Frame, firstAt, gutterOf, xOf } from "./geometry.js";
import type { Lane } from "./lanes.js";
import { answerAt, callAt, type Model } from "./model.js";
import type { Palette } from "./palette.js";

const OK = 0;
const FAIL = 1;
const INFO = 2;
/** Narrower bars get no words. */
const WORDS_PX = 34;

/** A bar on its way to the canvas. */
interface Bar {
  readonly row: number;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly tall: number;
}

export function drawLane(
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
  const left = gutterOf(frame.width);
  // Ops of one lane hardly overlap, so the op before the first start in range is the only one that can reach into it;
  // unknown ones, which have no end, may do so from further away.
  const first = Math.max(0, firstAt(model, rows, range.from) - 3);
  const last = firstAt(model, rows, range.to);
  const scale = (frame.width - left) / (range.to - range.from);
  const origin = left - range.from * scale;
  const special: number[] = [];
  // Fails and unknowns are drawn after oks, so that one of them among thousands stays visible.
  for (const code of [OK, FAIL, INFO]) {
    const colour = palette.endings[code] as string;
    let filled = left - 3;
    for (let at = first; at < last; at++) {
      const row = rows[at] as number;
      if (model.ending[row] !== code) continue;
      if (model.witness[row] !== 0 || row === scene.hovered || row === scene.selected) special.push(row);
      const begin = origin + (model.start[row] as number) * scale;
      const end = Math.min(frame.width + 8, Math.max(begin + 1.5, origin + (model.end[row] as number) * scale));
      if (end - filled < 0.75) continue;
      const bar = { row, x0: Math.max(begin, filled), x1: end, y: y + pad, tall };
      filled = end;
      drawBar(c, model, bar, code, colour, palette);
    }
  }
  for (const row of special) drawSpecial(c, scene, row, y + pad, tall, frame, palette);
}

/** An ok is a full bar, a fail a low one, an unknown one hollow with a tail: told apart without colours too. */
function drawBar(
  c: CanvasRenderingContext2D,
  model: Model,
  bar: Bar,
  code: number,
  colour: string,
  palette: Palette,
): void {
  const { x0, x1, y, tall } = bar;
  const wide = x1 - x0;
  c.fillStyle = colour;
  if (code === FAIL) c.fillRect(x0, y + tall * 0.55, wide, tall * 0.45);
  else if (code === OK || wide < 6) c.fillRect(x0, y, wide, tall);
  else {
    c.globalAlpha = 0.28;
    c.fillRect(x0, y, wide, tall);
    c.globalAlpha = 1;
    c.fillRect(x0, y, wide, 1.5);
    c.fillRect(x0, y + tall - 1.5, wide, 1.5);
    c.fillRect(x0, y, 1.5, tall);
  }
  if (code === INFO) c.fillRect(x1, y + tall / 2 - 1, 9, 2);
  if (wide > WORDS_PX && tall >= 10) drawWords(c, model, bar, code, palette);
}

function drawWords(c: CanvasRenderingContext2D, model: Model, bar: Bar, code: number, palette: Palette): void {
  const { row, x0, x1, y, tall } = bar;
  c.font = palette.mono;
  c.textBaseline = "middle";
  c.fillStyle = code === OK ? palette.onBar : palette.ink;
  // The words of a fail stand above its low bar.
  const middle = code === FAIL ? y + tall * 0.3 : y + tall / 2;
  c.fillText(fitted(c, `${callAt(model, row)} ${answerAt(model, row)}`, x1 - x0 - 8), x0 + 4, middle + 0.5);
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

/** As much of a text as has room, with an ellipsis; widths are measured once a text, not once a letter. */
export function fitted(c: CanvasRenderingContext2D, text: string, room: number): string {
  const wide = c.measureText(text).width;
  if (wide <= room) return text;
  const keep = Math.floor((text.length * room) / wide) - 1;
  return keep < 2 ? "" : `${text.slice(0, keep)}…`;
}
