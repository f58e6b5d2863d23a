/** Availability by side of the cut, node, op and phase, as the availability checker measured it. */
import type { Verdict } from "../../src/core/checker.js";
import { count, durationMs, percent } from "../format.js";
import { type Html, html } from "../html.js";
import { type Fields, fieldsOf, numberIn, rowsIn, textIn } from "../read.js";
import { clip } from "../show.js";
import { rowTable, scroller } from "./generic.js";

/** Fields of the verdict that this section shows; the finding leaves them out. */
export const SHOWN_BY_AVAILABILITY: readonly string[] = [
  "class",
  "reason",
  "table",
  "sides",
  "minorityYield",
  "majorityYield",
  "failoverMs",
  "recoveryMs",
  "cuts",
  "cutsTotal",
];

const PHASES = ["before", "during", "after"] as const;
const MAX_LINES = 120;
/** Below this a cell is marked: somebody noticed. */
const POOR = 0.9;

/** One line of the matrix: a side, a node or both, and one kind of op. */
interface Line {
  readonly side: string;
  readonly node: string | undefined;
  readonly f: string;
  readonly cells: ReadonlyMap<string, Fields>;
}

export function availabilitySection(verdict: Verdict | undefined): Html {
  const fields = fieldsOf(verdict);
  const rows = ["sides", "table"].flatMap((name) => rowsIn(fields, name));
  const known = rows.every((row) => textIn(row, "f") !== undefined && textIn(row, "phase") !== undefined);
  const observed = textIn(fields, "class");
  const reason = textIn(fields, "reason");
  return html`<section id="availability" aria-labelledby="availability-head"><h2 id="availability-head">Availability</h2>
${verdict === undefined ? html`<p class="none">Availability was not measured in this run.</p>` : ""}
${observed === undefined ? "" : html`<p class="class-line"><strong class="class">${observed}</strong> <span>${reason === undefined ? "" : clip(reason, 800)}</span></p>`}
${tally(fields)}
${verdict !== undefined && rows.length === 0 ? html`<p class="none">The checker left no table${observed === undefined ? `: ${clip(String(verdict.summary), 400)}` : ""}.</p>` : ""}
${rows.length === 0 ? "" : known ? matrices(linesOf(rows)) : html`<div class="panel">${rowTable(rows)}</div>`}
${cuts(fields)}</section>`;
}

const FIGURES: readonly (readonly [field: string, label: string, text: (n: number) => string])[] = [
  ["majorityYield", "Majority answered during cuts", percent],
  ["minorityYield", "Minority answered during cuts", percent],
  ["failoverMs", "Longest fail-over", durationMs],
  ["recoveryMs", "Longest recovery", durationMs],
];

/** The figures of the comparison with other systems: yields during cuts, and how long it took to serve again. */
function tally(fields: Fields): Html | string {
  const known = FIGURES.filter(([field]) => numberIn(fields, field) !== undefined);
  if (known.length === 0) return "";
  return html`<dl class="tally">${known.map(([field, label, text]) => html`<div><dt>${label}</dt><dd>${text(numberIn(fields, field) ?? 0)}</dd></div>`)}</dl>`;
}

function cuts(fields: Fields): Html | string {
  const rows = rowsIn(fields, "cuts");
  return rows.length === 0 ? "" : html`<details><summary>Each cut</summary>${rowTable(rows)}</details>`;
}

function linesOf(rows: readonly Fields[]): readonly Line[] {
  const lines = new Map<string, { side: string; node: string | undefined; f: string; cells: Map<string, Fields> }>();
  for (const row of rows) {
    const [side, node, f] = [textIn(row, "side") ?? "all", textIn(row, "node"), textIn(row, "f") ?? ""];
    const id = JSON.stringify([side, node ?? null, f]);
    const line = lines.get(id) ?? { side, node, f, cells: new Map<string, Fields>() };
    line.cells.set(textIn(row, "phase") ?? "", row);
    lines.set(id, line);
  }
  return [...lines.values()];
}

/** By side first: that is the question. By node below, opened where there are no sums by side. */
function matrices(lines: readonly Line[]): Html {
  const sides = lines.filter((line) => line.node === undefined);
  const nodes = lines.filter((line) => line.node !== undefined);
  return html`<div class="panel">${sides.length === 0 ? "" : matrix(sides, "By side of the cut and kind of op: before, during and after the fault")}
${nodes.length === 0 ? "" : html`<details${sides.length === 0 ? html` open` : ""}><summary>By node</summary>${matrix(nodes, "By node")}</details>`}
<p class="more">Each cell: the share of ops that were answered, out of those issued and those a stuck client could not issue; below it the counts and the longest time without an answer.</p></div>`;
}

function matrix(lines: readonly Line[], label: string): Html {
  const shown = lines.slice(0, MAX_LINES);
  return html`${scroller(
    html`<table class="availability"><caption>${label}</caption><thead><tr><th scope="col">Side</th>${PHASES.map((phase) => html`<th scope="col">${phase}</th>`)}</tr></thead>
<tbody>${shown.map(matrixRow)}</tbody></table>`,
    `Availability ${label.toLowerCase()}`,
  )}${lines.length > shown.length ? html`<p class="more">${count(lines.length - shown.length)} more lines are in results.json.</p>` : ""}`;
}

function matrixRow(line: Line): Html {
  const side = line.side === "all" ? "no side" : line.side;
  return html`<tr><th scope="row">${side}${line.node === undefined ? "" : html` <span class="node">${line.node}</span>`} <span class="f">${line.f}</span></th>${PHASES.map((phase) => html`<td>${cell(line.cells.get(phase))}</td>`)}</tr>`;
}

function cell(row: Fields | undefined): Html {
  if (row === undefined) return html`<span class="none">–</span>`;
  const share = numberIn(row, "yield") ?? 0;
  const gap = numberIn(row, "longestGapMs");
  const missing = numberIn(row, "missing") ?? 0;
  const answered = (numberIn(row, "ok") ?? 0) + (numberIn(row, "answers") ?? 0);
  const harvest = numberIn(row, "harvest");
  const notes = [
    `${count(answered)} of ${count(numberIn(row, "issued") ?? 0)}`,
    missing > 0 ? `${count(missing)} not issued` : "",
    gap === undefined ? "" : `gap ${durationMs(gap)}`,
    harvest === undefined || harvest === 1 ? "" : `harvest ${percent(harvest)}`,
  ];
  return html`<span class="meter${share < POOR ? " poor" : ""}"><strong>${percent(share)}</strong>${bar(share)}<small>${notes.filter((note) => note !== "").join(", ")}</small></span>`;
}

/** The number is the information; the bar only makes it quick to see. */
function bar(share: number): Html {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="6"/><rect class="got" width="${width.toFixed(1)}" height="6"/></svg>`;
}
