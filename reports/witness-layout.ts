/**
 * Where everything stands in a witness picture. Time is not to scale: a stale read may come 30 s after a write of 1 ms,
 * so only the order is kept, gaps grow with the logarithm of time, and each bar gets the room its words need.
 */
import type { Band } from "./data.js";
import { callText, endText, show } from "./show.js";
import { endingOf, type OpPair } from "./survey.js";

export interface Bar {
  readonly pair: OpPair;
  readonly row: number;
  readonly x0: number;
  readonly x1: number;
  readonly label: string;
  /** Index of the colour of the value written or read; -1 where there is no single value. */
  readonly hue: number;
  readonly reads: boolean;
  readonly ending: "ok" | "fail" | "info";
}

export interface Shade {
  readonly band: Band;
  readonly x0: number;
  readonly x1: number;
  /** Rows of clients whose node the fault hurt. */
  readonly rows: readonly number[];
}

export interface WitnessLayout {
  readonly width: number;
  readonly rows: readonly { readonly process: string; readonly node: string }[];
  readonly bars: readonly Bar[];
  readonly shades: readonly Shade[];
  readonly ticks: readonly { readonly x: number; readonly timeNs: number }[];
  /** Long waits between two events: where, and how long. */
  readonly breaks: readonly { readonly x: number; readonly ns: number }[];
}

export const GUTTER = 92;
const PAD = 18;
const CHAR = 7.3;
const TICK_ROOM = 78;
const HUES = 6;

interface Mark {
  readonly pair: number;
  readonly end: boolean;
  readonly time: number;
  readonly index: number;
}

export function layoutWitness(pairs: readonly OpPair[], bands: readonly Band[], minWidth: number): WitnessLayout {
  const processes = [...new Set(pairs.map((pair) => String(pair.invoke.process)))];
  const rows = processes.map((process) => ({
    process,
    node: pairs.find((pair) => String(pair.invoke.process) === process)?.invoke.node ?? "",
  }));
  const labels = pairs.map((pair) => barLabel(pair, pairs));
  const marks = marksOf(pairs);
  const { xs, breaks, right } = place(pairs, labels, marks, minWidth);
  const xOf = new Map(marks.map((mark, i) => [`${mark.pair}${mark.end}`, xs[i] as number]));
  const hues = hueOf(pairs);
  const bars = pairs.map((pair, i): Bar => {
    const x0 = xOf.get(`${i}false`) ?? GUTTER;
    return {
      pair,
      row: processes.indexOf(String(pair.invoke.process)),
      x0,
      x1: Math.max(x0 + 4, xOf.get(`${i}true`) ?? right),
      label: labels[i] as string,
      hue: hues[i] as number,
      reads: isRead(pair),
      ending: endingOf(pair),
    };
  });
  const shades = bands.map((band) => shadeOf(band, marks, xs, right, rows)).filter((shade) => shade !== undefined);
  return rounded({ width: right + PAD, rows, bars, shades, ticks: ticksOf(marks, xs), breaks });
}

/** Tenths of a pixel: what nobody sees needs no bytes. */
function rounded(layout: WitnessLayout): WitnessLayout {
  const round = (x: number): number => Math.round(x * 10) / 10;
  return {
    ...layout,
    width: round(layout.width),
    bars: layout.bars.map((bar) => ({ ...bar, x0: round(bar.x0), x1: round(bar.x1) })),
    shades: layout.shades.map((shade) => ({ ...shade, x0: round(shade.x0), x1: round(shade.x1) })),
    ticks: layout.ticks.map((tick) => ({ ...tick, x: round(tick.x) })),
    breaks: layout.breaks.map((each) => ({ ...each, x: round(each.x) })),
  };
}

/** What a bar says: the call and its ending; of a long list read, only what matters for the writes shown here. */
function barLabel(pair: OpPair, all: readonly OpPair[]): string {
  const oneKey = new Set(all.map((each) => each.invoke.key)).size === 1;
  const call = callText(pair.invoke, 24, !oneKey);
  const list =
    pair.end?.type === "ok" && Array.isArray(pair.end.value) ? (pair.end.value as readonly unknown[]) : undefined;
  const added = all.filter((each) => each.invoke.f === "add").map((each) => each.invoke.value);
  const end = endText(pair.invoke, pair.end, 24);
  if (list === undefined || added.length === 0 || added.length > 3) return `${call} ${end}`.trim();
  const missing = added.filter((value) => !list.includes(value)).map((value) => show(value, 12));
  return `${call} ${end}${missing.length > 0 ? `, without ${missing.join(", ")}` : ""}`;
}

/** An `info` op has no end: it may still happen after everything else. */
function marksOf(pairs: readonly OpPair[]): readonly Mark[] {
  const marks: Mark[] = [];
  for (const [i, pair] of pairs.entries()) {
    marks.push({ pair: i, end: false, time: pair.invoke.time, index: pair.invoke.index });
    if (pair.end !== undefined && endingOf(pair) !== "info") {
      marks.push({ pair: i, end: true, time: pair.end.time, index: pair.end.index });
    }
  }
  return marks.sort((a, b) => a.time - b.time || a.index - b.index || Number(a.end) - Number(b.end));
}

function place(pairs: readonly OpPair[], labels: readonly string[], marks: readonly Mark[], minWidth: number) {
  const took = pairs.map(({ invoke, end }) => (end === undefined ? 0 : end.time - invoke.time)).filter((ns) => ns > 0);
  const typical = took.sort((a, b) => a - b)[took.length >> 1] ?? 1e6;
  const xs: number[] = [];
  const breaks: { x: number; ns: number }[] = [];
  const rowFree = new Map<string, number>();
  let right = GUTTER + PAD;
  for (const [i, mark] of marks.entries()) {
    const before = marks[i - 1];
    const waited = before === undefined ? 0 : mark.time - before.time;
    const broken = waited > 20 * typical && waited > 50e6;
    const gap = before === undefined ? 0 : broken ? 84 : Math.min(64, 12 + 10 * Math.log2(1 + (4 * waited) / typical));
    const process = String(pairs[mark.pair]?.invoke.process);
    let x = (xs[i - 1] ?? GUTTER + PAD) + gap;
    if (!mark.end) {
      x = Math.max(x, rowFree.get(process) ?? 0);
      rowFree.set(process, x + (labels[mark.pair] as string).length * CHAR + 16);
    }
    if (broken) breaks.push({ x: ((xs[i - 1] as number) + x) / 2, ns: waited });
    xs.push(x);
    right = Math.max(right, x, rowFree.get(process) ?? 0);
  }
  // A picture of two short ops would be a postage stamp: stretch what there is.
  const used = Math.max(1, right - GUTTER - PAD);
  const stretch = Math.min(2.2, Math.max(1, (minWidth - GUTTER - 2 * PAD) / used));
  const scale = (x: number): number => GUTTER + PAD + (x - GUTTER - PAD) * stretch;
  return {
    xs: xs.map(scale),
    breaks: breaks.map((b) => ({ ...b, x: scale(b.x) })),
    right: Math.max(minWidth - PAD, scale(right) + 24),
  };
}

function isRead(pair: OpPair): boolean {
  return pair.invoke.value === null || pair.invoke.value === undefined;
}

/** One hue a value, by first appearance, so that the eye finds who read what was written where. */
function hueOf(pairs: readonly OpPair[]): readonly number[] {
  const seen = new Map<string, number>();
  return pairs.map((pair) => {
    const value = isRead(pair) ? (pair.end?.type === "ok" ? pair.end.value : undefined) : written(pair);
    if (value === undefined || value === null || typeof value === "object") return -1;
    const text = show(value);
    const hue = seen.get(text) ?? seen.size;
    seen.set(text, hue);
    return hue < HUES ? hue : -1;
  });
}

function written(pair: OpPair): unknown {
  const value = pair.invoke.value;
  return pair.invoke.f === "cas" && Array.isArray(value) ? value[1] : value;
}

function ticksOf(marks: readonly Mark[], xs: readonly number[]) {
  const ticks: { x: number; timeNs: number }[] = [];
  for (const [i, mark] of marks.entries()) {
    const x = xs[i] as number;
    if (x - (ticks.at(-1)?.x ?? -Infinity) >= TICK_ROOM) ticks.push({ x, timeNs: mark.time });
  }
  return ticks;
}

function shadeOf(
  band: Band,
  marks: readonly Mark[],
  xs: readonly number[],
  right: number,
  rows: WitnessLayout["rows"],
): Shade | undefined {
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined || band.healedNs < first.time || band.beginNs > last.time)
    return undefined;
  const hurt = rows.flatMap((row, i) => (band.targets.includes(row.node) ? [i] : []));
  return { band, x0: xAt(band.beginNs, marks, xs, right), x1: xAt(band.endNs, marks, xs, right), rows: hurt };
}

/** Any time -> x: between two marks in proportion, before the first at the left edge, after the last at the right one. */
function xAt(timeNs: number, marks: readonly Mark[], xs: readonly number[], right: number): number {
  const after = marks.findIndex((mark) => mark.time >= timeNs);
  if (after === 0) return GUTTER + 4;
  if (after < 0) return right;
  const [a, b] = [marks[after - 1] as Mark, marks[after] as Mark];
  const [xa, xb] = [xs[after - 1] as number, xs[after] as number];
  return xa + ((timeNs - a.time) / Math.max(1, b.time - a.time)) * (xb - xa);
}
