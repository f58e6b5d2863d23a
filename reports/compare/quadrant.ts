/** The trade-off as a picture: what was answered during the cuts against how consistent it was. Plain SVG, no script. */
import { percent } from "../format.js";
import { type Html, html } from "../html.js";
import type { Comparison, Ranked } from "./model.js";
import { hueOf } from "./verdicts.js";

interface Dot {
  readonly name: string;
  readonly hue: string;
  readonly x: number;
  readonly y: number;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
}

/** A line of text: its left end, its baseline, its width. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const WIDE: Frame = { width: 620, height: 420, left: 92, right: 16, top: 14, bottom: 50 };
const NARROW: Frame = { width: 360, height: 380, left: 76, right: 10, top: 12, bottom: 48 };
const RADIUS = 7;
/** About the width of a letter, for keeping texts apart. */
const CHAR = 7.4;
/** Where a zone ends, and what is to be found above there. */
const ZONES: readonly (readonly [floor: number, name: string])[] = [
  [0.9, "consistent"],
  [0.25, "weaker, nothing lost"],
  [0, "acknowledged writes lost"],
];
const LINE = 17;

export function quadrantFigure(comparison: Comparison): Html {
  const { order } = comparison.ranking;
  if (order.length === 0) return html`<p class="none">No system was run.</p>`;
  const alt = order.map(
    ({ system, consistency, availability }) =>
      `${system}: ${percent(availability.score)} answered during cuts, consistency ${consistency.score.toFixed(2)} (${consistency.reason})`,
  );
  const picture = (frame: Frame, shown: string): Html =>
    svg(comparison, order, frame, shown, `Consistency against availability. ${alt.join(". ")}.`);
  return html`<figure class="card quadrant"><figcaption><strong>During a cut: answer, or be right?</strong> <span>The scores of the ranking; it says what they mean.</span></figcaption>
${picture(WIDE, "at-wide")}${picture(NARROW, "at-narrow")}</figure>`;
}

function svg({ systems }: Comparison, order: readonly Ranked[], frame: Frame, shown: string, alt: string): Html {
  const { width, height, left, right, top, bottom } = frame;
  const x = (share: number): number => round(left + share * (width - left - right));
  const y = (score: number): number => round(height - bottom - score * (height - top - bottom));
  const dots: Dot[] = [];
  for (const [index, { system }] of systems.entries()) {
    const ranked = order.find((one) => one.system === system);
    if (ranked === undefined) continue;
    const at = { x: x(ranked.availability.score), y: y(ranked.consistency.score) };
    dots.push({ name: system, hue: hueOf(index), ...apart(at, dots, frame) });
  }
  const zoneNames = ZONES.map(([floor, name]) => ({ x: left + 8, y: y(floor) - 6, w: name.length * CHAR * 0.85 }));
  const labels = labelsFor(dots, zoneNames, frame);
  const zone = (name: string, from: number, to: number): Html =>
    html`<rect class="zone ${name}" x="${left}" y="${y(to)}" width="${width - left - right}" height="${round(y(from) - y(to))}"/>`;
  return html`<svg class="${shown}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${alt}">
${zone("good", 0.9, 1)}${zone("weak", 0.25, 0.9)}${zone("lossy", 0, 0.25)}
${ZONES.map(([floor, name]) => html`<text class="zone-name" x="${left + 8}" y="${y(floor) - 6}">${name}</text>`)}
<line class="half" x1="${x(0.5)}" y1="${top}" x2="${x(0.5)}" y2="${height - bottom}"/>
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<text class="tick" x="${x(tick)}" y="${height - bottom + 18}" text-anchor="${tick === 0 ? "start" : tick === 1 ? "end" : "middle"}">${percent(tick)}</text>`)}
<text class="axis" x="${x(0.5)}" y="${height - 8}" text-anchor="middle">answered during cuts, both sides</text>
${[0, 0.25, 0.5, 1].map((tick) => html`<text class="tick" x="${left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`)}
<text class="axis" transform="translate(${left - 48} ${y(0.5)}) rotate(-90)" text-anchor="middle">consistency</text>
${dots.map((dot, i) => mark(dot, labels[i] as Label))}</svg>`;
}

function mark({ name, hue, x, y }: Dot, label: Label): Html {
  const near = label.anchor === "start" ? label.x - 3 : label.x + 3;
  const moved = Math.abs(label.y - 4 - y) > 4;
  return html`<g class="${hue}">${moved ? html`<line class="lead" x1="${x}" y1="${y}" x2="${near}" y2="${label.y - 4}"/>` : ""}<circle cx="${x}" cy="${y}" r="${RADIUS}"/><text class="name" x="${label.x}" y="${label.y}" text-anchor="${label.anchor}">${short(name)}</text></g>`;
}

/** Dots at one place move aside, or one would hide the other. */
function apart(at: { x: number; y: number }, dots: readonly Dot[], { width, right }: Frame): { x: number; y: number } {
  const free = (x: number): boolean => dots.every((dot) => Math.hypot(dot.x - x, dot.y - at.y) >= RADIUS * 1.7);
  for (let step = 0; step < 40; step++) {
    const x = at.x + (step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2) * RADIUS;
    if (free(x) && x <= width - right - RADIUS) return { x: Math.max(x, RADIUS), y: at.y };
  }
  return at;
}

/** Beside its dot where there is room, else a line further up or down, with a line that leads there. */
function labelsFor(dots: readonly Dot[], others: readonly Box[], frame: Frame): readonly Label[] {
  const taken: Box[] = [...dots.map(({ x, y }) => ({ x: x - RADIUS, y: y + 5, w: RADIUS * 2 })), ...others];
  return dots.map(({ name, x, y }, i) => {
    const w = short(name).length * CHAR;
    const fits = (box: Box): boolean =>
      box.x >= frame.left + 2 &&
      box.x + box.w <= frame.width - 2 &&
      box.y >= frame.top + 10 &&
      box.y <= frame.height - frame.bottom - 2 &&
      taken.every((t, at) => at === i || box.x > t.x + t.w || box.x + box.w < t.x || Math.abs(box.y - t.y) >= LINE - 2);
    for (let step = 0; step < 24; step++) {
      const dy = (step % 2 === 0 ? 1 : -1) * Math.ceil(step / 2) * LINE;
      for (const anchor of ["start", "end"] as const) {
        const gap = RADIUS + 5 + (step > 0 ? 8 : 0);
        const from = anchor === "start" ? x + gap : x - gap - w;
        const box = { x: from, y: y + 4 + dy, w };
        if (!fits(box)) continue;
        taken.push(box);
        return { x: round(anchor === "start" ? from : from + w), y: round(box.y), anchor };
      }
    }
    return { x: x + RADIUS + 5, y: y + 4, anchor: "start" };
  });
}

const short = (name: string): string => (name.length > 26 ? `${name.slice(0, 25)}…` : name);
const round = (n: number): number => Math.round(n * 10) / 10;
