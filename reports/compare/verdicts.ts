/** The table that comes first: a row a system, the figures that decide, and a way to each one's story. */
import { count } from "../format.js";
import { type Html, html, slug } from "../html.js";
import { validIcon, validWord } from "../icons.js";
import { clip } from "../show.js";
import type { ComparedSystem, Comparison } from "./model.js";
import { dash, failoverText, lostText, shareText, timeText } from "./words.js";

/** So many systems get a colour of their own; then they begin again. */
const HUES = 6;

/** The CSS class of the colour that a system has in every picture. */
export const hueOf = (index: number): string => `hue${index % HUES}`;

export const systemId = (system: ComparedSystem): string => `system-${slug(system.system)}`;

/** "CP-like" as a chip; its colour is never the only sign. */
export function classChip(found: string): Html {
  return html`<span class="chip ${found.toLowerCase().replace(/[^a-z]+/g, "-")}">${clip(found, 40)}</span>`;
}

interface Column {
  readonly name: string;
  readonly title?: string;
  cell(system: ComparedSystem): Html | string;
  /** Left out where nobody measured it. */
  shown?(systems: readonly ComparedSystem[]): boolean;
  /** Is the figure bad news? */
  bad?(system: ComparedSystem): boolean;
}

const COLUMNS: readonly Column[] = [
  { name: "Lost", cell: lostCell, bad: ({ lost }) => (lost ?? 0) > 0 },
  {
    name: "Stale reads",
    shown: (systems) => systems.some(({ stale }) => stale !== null),
    cell: ({ stale }) => (stale === null ? dash : count(stale)),
    bad: ({ stale }) => (stale ?? 0) > 0,
  },
  { name: "Majority", title: "answered in cuts", cell: ({ majorityYield }) => shareText(majorityYield) },
  { name: "Minority", title: "answered in cuts", cell: ({ minorityYield }) => shareText(minorityYield) },
  { name: "Fail-over", cell: failoverCell },
  { name: "Recovery", cell: ({ recoveryMs }) => timeText(recoveryMs) },
  { name: "p50", title: "no fault", cell: ({ p50Ms }) => timeText(p50Ms) },
  { name: "p99", title: "no fault", cell: ({ p99Ms }) => timeText(p99Ms) },
  { name: "p99", title: "in faults", cell: ({ p99FaultMs }) => timeText(p99FaultMs) },
];

function lostCell(system: ComparedSystem): Html | string {
  const text = lostText(system);
  return (system.lost ?? 0) > 0 ? html`${text} <small>${count(system.lost ?? 0)}</small>` : text;
}

/** "None" still says how long nobody was answered: clients may have waited out a short election. */
function failoverCell(system: ComparedSystem): Html | string {
  const text = failoverText(system);
  if (system.failoverMs !== 0 || system.gapMs === null) return text;
  return html`${text} <small>gap ${timeText(system.gapMs)}</small>`;
}

/** The roles are spelt out because the style makes cards of the rows on a phone, which hides that it is a table. */
export function verdictTable({ systems }: Comparison): Html {
  const columns = COLUMNS.filter(({ shown }) => shown?.(systems) !== false);
  return html`<table class="verdicts" role="table"><caption class="visually-hidden">Each system with its verdict and figures</caption><thead role="rowgroup"><tr role="row">
<th scope="col" role="columnheader">System</th><th scope="col" role="columnheader">Consistency</th><th scope="col" role="columnheader">Class</th>${columns.map((column) => html`<th scope="col" role="columnheader" class="num">${column.name}${column.title === undefined ? "" : html`<small>${column.title}</small>`}</th>`)}</tr></thead>
<tbody role="rowgroup">${systems.map((system, i) => row(system, i, columns))}</tbody></table>`;
}

function row(system: ComparedSystem, index: number, columns: readonly Column[]): Html {
  const head = html`<th scope="row" role="rowheader"><span class="dot ${hueOf(index)}"></span><a href="#${systemId(system)}">${clip(system.system, 80)}</a></th>`;
  if (system.runs.length === 0) {
    return html`<tr role="row" class="unknown">${head}<td role="cell" colspan="${columns.length + 2}" class="not-run">${validIcon("unknown")} ${clip(system.summary, 400)}</td></tr>`;
  }
  const word = validWord(system.valid);
  return html`<tr role="row" class="${word}">${head}
<td role="cell" class="consistency">${validIcon(system.valid)} <span>${system.consistency}</span> <span class="visually-hidden">(${word})</span></td>
<td role="cell" class="class-cell">${classChip(system.class)}</td>${columns.map((column) => html`<td role="cell" class="num${column.bad?.(system) === true ? " bad" : ""}" data-label="${column.name}${column.title === undefined ? "" : ` ${column.title}`}">${column.cell(system)}</td>`)}</tr>`;
}
