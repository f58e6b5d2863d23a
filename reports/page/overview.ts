/** The small strip above the timeline: the whole run, and which part of it the timeline shows. */

import { gutterOf } from "./geometry.js";
import type { Model } from "./model.js";
import type { Palette } from "./palette.js";
import type { Range } from "./range.js";

export const OVERVIEW_HEIGHT = 46;

export function overviewX(us: number, model: Model, width: number): number {
  const left = gutterOf(width);
  return left + (us / model.endUs) * (width - left);
}

export function overviewTime(x: number, model: Model, width: number): number {
  const left = gutterOf(width);
  return ((x - left) / (width - left)) * model.endUs;
}

export function drawOverview(
  c: CanvasRenderingContext2D,
  model: Model,
  range: Range,
  width: number,
  palette: Palette,
): void {
  const { bands, series, bucketNs, witnesses } = model.data;
  c.clearRect(0, 0, width, OVERVIEW_HEIGHT);
  for (const band of bands) {
    const x = overviewX(band.beginNs / 1000, model, width);
    c.fillStyle = palette.band;
    c.fillRect(x, 0, Math.max(1, overviewX(band.endNs / 1000, model, width) - x), OVERVIEW_HEIGHT);
  }
  const all = series[""];
  if (all !== undefined) {
    const wide = overviewX(bucketNs / 1000, model, width) - gutterOf(width);
    const most = Math.max(1, ...all.ok.map((n, i) => n + (all.fail[i] ?? 0) + (all.info[i] ?? 0)));
    const scale = (OVERVIEW_HEIGHT - 10) / most;
    for (let i = 0; i < all.ok.length; i++) {
      let y = OVERVIEW_HEIGHT;
      for (const [code, counts] of [all.ok, all.fail, all.info].entries()) {
        const n = counts[i] ?? 0;
        if (n === 0) continue;
        const tall = Math.max(1.5, n * scale);
        c.fillStyle = palette.endings[code] as string;
        c.fillRect(overviewX((i * bucketNs) / 1000, model, width), y - tall, Math.max(1, wide - 0.5), tall);
        y -= tall;
      }
    }
  }
  c.fillStyle = palette.accent;
  for (const witness of witnesses) {
    for (const row of witness.rows) c.fillRect(overviewX(model.start[row] as number, model, width) - 1, 0, 2, 6);
  }
  drawWindow(c, overviewX(range.from, model, width), overviewX(range.to, model, width), width, palette);
}

function drawWindow(c: CanvasRenderingContext2D, x0: number, x1: number, width: number, palette: Palette): void {
  const left = gutterOf(width);
  c.fillStyle = palette.page;
  c.globalAlpha = 0.62;
  c.fillRect(left, 0, x0 - left, OVERVIEW_HEIGHT);
  c.fillRect(x1, 0, width - x1, OVERVIEW_HEIGHT);
  c.globalAlpha = 1;
  c.strokeStyle = palette.ink;
  c.lineWidth = 1.5;
  c.strokeRect(x0 + 0.75, 0.75, Math.max(3, x1 - x0 - 1.5), OVERVIEW_HEIGHT - 1.5);
}
