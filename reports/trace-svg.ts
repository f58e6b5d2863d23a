/** Draws messages as a sequence diagram: a column for each node and one for the clients, time from top to bottom. */
import type { TraceEntry } from "../src/core/trace.js";
import type { Band } from "./data.js";
import { duration, moment } from "./format.js";
import { type Html, html } from "./html.js";
import { isFields } from "./read.js";
import { callText, clip, endText, show } from "./show.js";
import type { Moment, TraceWindow } from "./trace-window.js";

const GUTTER = 108;
const COLUMN = 150;
const ROW = 30;
const TOP = 44;
/** A silence this long is drawn as one. */
const SILENCE_NS = 20e6;
const CLIENTS = "clients";

interface Row {
  readonly y: number;
  readonly moment: Moment;
  /** The silence before it; 0 where there was none to speak of. */
  readonly silenceNs: number;
}

/** The drawing's columns and what its labels look for. */
interface Frame {
  readonly x: (name: string) => number;
  readonly width: number;
  readonly values: ReadonlySet<unknown>;
}

/** Inline SVG; its text alternative is the list that `traceLines` makes. */
export function traceSvg(window: TraceWindow, nodes: readonly string[], bands: readonly Band[]): Html {
  const columns = [CLIENTS, ...nodes];
  const x = (name: string): number => GUTTER + Math.max(0, columns.indexOf(name)) * COLUMN + COLUMN / 2;
  const rows = layOut(window.moments);
  const width = GUTTER + columns.length * COLUMN;
  const height = (rows.at(-1)?.y ?? TOP) + ROW;
  return html`<svg class="trace-svg" role="img" aria-label="Messages around the violation, in order of time; the same as a list stands below." width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
${shades(rows, bands, width)}
${columns.map((name) => html`<g class="lifeline"><line x1="${x(name)}" x2="${x(name)}" y1="${TOP - 14}" y2="${height - 8}"/><text x="${x(name)}" y="18">${name}</text></g>`)}
${rows.map((row) => rowSvg(row, { x, width, values: window.values }))}
</svg>`;
}

function layOut(moments: readonly Moment[]): Row[] {
  let y = TOP;
  let before: number | undefined;
  return moments.map((at) => {
    const silence = before === undefined ? 0 : at.atNs - before;
    before = at.atNs;
    const silenceNs = silence >= SILENCE_NS ? silence : 0;
    y += silenceNs > 0 ? ROW * 1.6 : ROW;
    return { y, moment: at, silenceNs };
  });
}

/** Which fault was active, behind the rows of its time. */
function shades(rows: readonly Row[], bands: readonly Band[], width: number): Html[] {
  return bands.flatMap((band) => {
    const inside = rows.filter(({ moment: { atNs } }) => atNs >= band.beginNs && atNs <= band.healedNs);
    const [first, last] = [inside[0], inside.at(-1)];
    if (first === undefined || last === undefined) return [];
    const top = first.y - ROW / 2 - 3;
    const label = `${band.kind}: ${band.label}`;
    return [
      html`<g class="shade"><rect x="0" y="${top}" width="${width}" height="${last.y - first.y + ROW}"/><text x="${width - 6}" y="${top + 11}" text-anchor="end">${clip(label, 80)}</text></g>`,
    ];
  });
}

function rowSvg({ y, moment: at, silenceNs }: Row, frame: Frame): Html {
  const { x, width } = frame;
  const silence =
    silenceNs === 0
      ? ""
      : html`<g class="silence"><line x1="${GUTTER}" x2="${width}" y1="${y - ROW * 0.95}" y2="${y - ROW * 0.95}"/><text x="${GUTTER - 8}" y="${y - ROW * 0.95 + 4}" text-anchor="end">${duration(silenceNs)} later</text></g>`;
  const time = html`<text class="time" x="${GUTTER - 8}" y="${y + 4}" text-anchor="end">${moment(at.atNs)}</text>`;
  return html`${silence}${time}${"op" in at ? opSvg(at, y, x) : entrySvg(at.entry, y, frame)}`;
}

function opSvg(at: Extract<Moment, { op: unknown }>, y: number, x: (name: string) => number): Html {
  const { invoke, end } = at.op;
  const node = x(invoke.node ?? CLIENTS);
  const client = x(CLIENTS);
  const [from, to] = at.end ? [node, client] : [client, node];
  return html`<g class="op ${at.end ? (end?.type ?? "info") : "invoke"}">${arrow(from, to, y)}<text x="${client}" y="${y - 5}">${opWords(at)}</text></g>`;
}

function entrySvg(entry: TraceEntry, y: number, { x, width, values }: Frame): Html {
  if (entry.kind === "fault" || entry.kind === "node") {
    const middle = entry.kind === "node" ? x(entry.to) : (GUTTER + width) / 2;
    return html`<g class="note"><text x="${middle}" y="${y + 4}">${clip(noteWords(entry), 100)}</text></g>`;
  }
  const [from, to] = [x(entry.from), x(entry.to)];
  const arrived = entry.fate === "delivered";
  // A packet that was dropped stops short of the node it never reached.
  const tip = arrived ? to : from + (to - from) * 0.62;
  const cross = html`<path class="cross" d="M${tip - 5} ${y - 5}l10 10m0 -10l-10 10"/>`;
  return html`<g class="packet ${entry.fate}">${arrow(from, tip, y, arrived)}${arrived ? "" : cross}<text x="${(from + to) / 2}" y="${y - 5}">${clip(bodyWords(entry.body, 60, values), 56)}</text></g>`;
}

function arrow(from: number, to: number, y: number, head = true): Html {
  const step = to > from ? -7 : 7;
  const tip = from === to ? "" : html`<path class="tip" d="M${to + step} ${y - 4}L${to} ${y}L${to + step} ${y + 4}"/>`;
  return html`<line x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>${head ? tip : ""}`;
}

function opWords({ op, end }: Extract<Moment, { op: unknown }>): string {
  const who = `p${op.invoke.process}`;
  return end
    ? `${who}: ${clip(endText(op.invoke, op.end, 30) || (op.end?.type ?? ""), 40)}`
    : `${who}: ${clip(callText(op.invoke, 30), 40)}`;
}

const noteWords = (entry: TraceEntry): string => `${entry.kind === "node" ? `${entry.to}: ` : ""}${String(entry.body)}`;

/** A message's kind, and what it carries for people: requests and values of the witness before the protocol's own numbers. */
function bodyWords(body: unknown, limit: number, values: ReadonlySet<unknown>): string {
  if (!isFields(body)) return show(body, limit);
  const { t, ...rest } = body;
  const carried = [...new Set(cargo(rest, values))];
  if (carried.length > 0) return [...(t === undefined ? [] : [String(t)]), carried.slice(0, 3).join(", ")].join(" ");
  const parts = Object.entries(rest)
    .filter(([, value]) => typeof value !== "object" || (Array.isArray(value) && value.length > 0 && value.length < 6))
    .map(([name, value]) => `${name}=${show(value, 20)}`);
  return [...(t === undefined ? [] : [String(t)]), ...parts].join(" ");
}

/** Requests (`add(2833)`) and values of the witness (`k2: 280`) anywhere in a message. */
function cargo(body: unknown, values: ReadonlySet<unknown>, key?: unknown, depth = 0): string[] {
  if (depth > 6) return [];
  if (Array.isArray(body)) return body.slice(0, 50).flatMap((item) => cargo(item, values, key, depth + 1));
  if (!isFields(body))
    return values.has(body) ? [`${key === undefined ? "" : `${show(key, 12)}: `}${show(body, 20)}`] : [];
  const { f, value } = body;
  const under = body["key"] ?? key;
  if (typeof f === "string") {
    const words = [under, value].filter((part) => part !== undefined && part !== null).map((part) => show(part, 20));
    return [`${f}(${words.join(", ")})`];
  }
  return ["value", "x", "el", "v", "cell", "reply", "r", "request", "items", "list", "entries", "news"].flatMap(
    (name) => (name in body ? cargo(body[name], values, under, depth + 1) : []),
  );
}

const FATES: Readonly<Record<string, string>> = {
  delivered: "",
  pending: " (still on its way)",
  cut: " (dropped by the cut)",
  lost: " (lost)",
  dead: " (its receiver was down)",
  late: " (too late)",
};

/** The same moments as sentences. */
export function traceLines(window: TraceWindow): string[] {
  return window.moments.map((at) => {
    const when = moment(at.atNs);
    if ("op" in at) {
      const node = at.op.invoke.node ?? "a node";
      return `${when} ${at.end ? `${node} to a client` : `a client to ${node}`}: ${opWords(at)}`;
    }
    const { entry } = at;
    if (entry.kind === "fault" || entry.kind === "node") return `${when} ${noteWords(entry)}`;
    const copy = entry.copy === true ? " (a second copy)" : "";
    return `${when} ${entry.from} to ${entry.to}: ${clip(bodyWords(entry.body, 160, window.values), 200)}${FATES[entry.fate] ?? ""}${copy}`;
  });
}
