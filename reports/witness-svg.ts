/** Draws a witness: clients as rows, ops as bars, what they wrote and read as words, faults behind. */

import type { Band } from "./data.js";
import { duration, moment } from "./format.js";
import { type Html, html } from "./html.js";
import { callText, endText } from "./show.js";
import { type Bar, GUTTER, layoutWitness, type Shade, type WitnessLayout } from "./witness-layout.js";
import type { FoundWitness } from "./witnesses.js";

const ROW = 54;
const BAR = 16;
const SHADE_LINE = 18;
const AXIS = 34;
const WIDE = 1024;
const NARROW = 330;

/**
 * The picture as inline SVG, once for wide screens and once as narrow as its words allow: text in a scaled picture would be
 * too small on one of them. Undefined where the witness holds no op.
 */
export function witnessSvg(witness: FoundWitness, bands: readonly Band[]): Html | undefined {
  if (witness.pairs.length === 0) return undefined;
  const narrow = layoutWitness(witness.pairs, bands, NARROW);
  const wide = layoutWitness(witness.pairs, bands, WIDE);
  if (narrow.width === wide.width) return drawing(witness, wide, "");
  return html`${drawing(witness, wide, "wide-only")}${drawing(witness, narrow, "narrow-only")}`;
}

function drawing(witness: FoundWitness, layout: WitnessLayout, shownOn: string): Html {
  const top = 8 + layout.shades.length * SHADE_LINE;
  const bottom = top + layout.rows.length * ROW;
  const { width } = layout;
  const height = bottom + AXIS;
  return html`<svg class="witness-svg ${shownOn}" role="img" aria-label="${altText(witness)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${layout.shades.map((shade, i) => shadeSvg(shade, i, top, bottom))}
${layout.rows.map((row, i) => rowSvg(row, top + i * ROW, width))}
${layout.bars.map((bar) => barSvg(bar, top + bar.row * ROW))}
${axisSvg(layout, bottom)}
</svg>`;
}

function altText(witness: FoundWitness): string {
  const ops = witness.pairs.map(
    (pair) =>
      `process ${pair.invoke.process}${pair.invoke.node === undefined ? "" : ` on ${pair.invoke.node}`}: ${callText(pair.invoke)} ${endText(pair.invoke, pair.end)}`,
  );
  return `Ops of the witness in order of time. ${ops.join("; ")}`;
}

function shadeSvg(shade: Shade, line: number, top: number, bottom: number): Html {
  const width = Math.max(2, shade.x1 - shade.x0);
  const y = 8 + line * SHADE_LINE;
  return html`<g class="shade kind-${shade.band.kind}"><rect class="shade-all" x="${shade.x0}" y="${y}" width="${round(width)}" height="${bottom - y}"/>
${shade.rows.map((row) => html`<rect class="shade-row" x="${shade.x0}" y="${top + row * ROW}" width="${round(width)}" height="${ROW}"/>`)}
<text x="${round(shade.x0 + 5)}" y="${y + 13}">${shade.band.kind}: ${shade.band.label}</text></g>`;
}

function rowSvg(row: WitnessLayout["rows"][number], y: number, width: number): Html {
  return html`<g class="lane"><line x1="0" x2="${width}" y1="${y + ROW}" y2="${y + ROW}"/>
<text class="lane-name" x="4" y="${y + 27}">process ${row.process}</text>
${row.node === "" ? "" : html`<text class="lane-node" x="4" y="${y + 42}">on ${row.node.length > 12 ? `${row.node.slice(0, 11)}…` : row.node}<title>${row.node}</title></text>`}</g>`;
}

function barSvg(bar: Bar, y: number): Html {
  const barY = y + 29;
  const width = Math.max(4, bar.x1 - bar.x0);
  const { invoke, end } = bar.pair;
  const kind = `bar ${bar.ending} ${bar.reads ? "reads" : "writes"} hue${bar.hue}`;
  const title = `${callText(invoke, 200)} ${endText(invoke, end, 200)}\n${moment(invoke.time)}${end === undefined ? "" : ` to ${moment(end.time)} (${duration(end.time - invoke.time)})`}`;
  return html`<g class="${kind}"><title>${title}</title><text x="${bar.x0}" y="${y + 22}">${bar.label}</text>
<rect x="${bar.x0}" y="${barY}" width="${round(width)}" height="${BAR}" rx="3"/>
${bar.ending === "info" ? html`<path class="open-end" d="M${round(bar.x1 - 7)} ${barY + 3}l5 5l-5 5"/>` : ""}
${bar.ending === "fail" ? html`<path class="cross" d="M${round(bar.x0 + width / 2 - 4)} ${barY + 4}l8 8m0-8l-8 8"/>` : ""}</g>`;
}

function axisSvg(layout: WitnessLayout, y: number): Html {
  return html`<g class="axis"><line x1="${GUTTER}" x2="${layout.width}" y1="${y}" y2="${y}"/>
${layout.ticks.map((tick) => html`<line x1="${tick.x}" x2="${tick.x}" y1="${y}" y2="${y + 4}"/><text x="${tick.x}" y="${y + 17}">${moment(tick.timeNs)}</text>`)}
${layout.breaks.map((each) => html`<path class="break" d="M${round(each.x - 5)} ${y + 4}l4 -8m3 8l4 -8"/><text class="wait" x="${each.x}" y="${y + 30}">${duration(each.ns)} later</text>`)}</g>`;
}

/** Differences of rounded numbers are not round themselves. */
function round(x: number): number {
  return Math.round(x * 10) / 10;
}
