/** Latency and rate: charts drawn by the script, and the checker's quantiles as a table that needs none. */
import type { Verdict } from "../../src/core/checker.js";
import { count, durationMs } from "../format.js";
import { type Html, html } from "../html.js";
import { type Fields, fieldsOf, isFields, numberIn } from "../read.js";
import { scroller } from "./generic.js";

/** Fields of the perf verdict that this section shows; the finding leaves them out. */
export const SHOWN_BY_PERFORMANCE: readonly string[] = ["overall", "byF", "byPhase", "series", "faults", "durationMs"];

const COLUMNS: readonly (readonly [field: string, title: string])[] = [
  ["minMs", "min"],
  ["p50Ms", "p50"],
  ["p95Ms", "p95"],
  ["p99Ms", "p99"],
  ["maxMs", "max"],
];

const PHASES: Readonly<Record<string, string>> = {
  before: "before the faults",
  during: "during faults",
  after: "after faults",
};

export function performanceSection(verdict: Verdict | undefined): Html {
  const fields = fieldsOf(verdict);
  const lines: readonly (readonly [string, Fields])[] = [
    ...(isFields(fields["overall"]) ? [["all ops", fields["overall"]] as const] : []),
    ...entries(fields["byF"]),
    ...entries(fields["byPhase"]).map(([name, row]) => [PHASES[name] ?? name, row] as const),
  ];
  return html`<section id="performance" aria-labelledby="performance-head"><h2 id="performance-head">Latency and rate</h2>
<div id="charts" class="needs-js"></div><noscript><p class="none">The charts need JavaScript.</p></noscript>
${lines.length === 0 ? "" : html`<div class="panel">${quantileTable(lines)}</div>`}</section>`;
}

function entries(value: unknown): readonly (readonly [string, Fields])[] {
  return Object.entries(fieldsOf(value)).filter((entry): entry is [string, Fields] => isFields(entry[1]));
}

function quantileTable(lines: readonly (readonly [string, Fields])[]): Html {
  return scroller(
    html`<table><caption>Latency of ops that ended ok</caption><thead><tr><th scope="col">Of</th><th scope="col" class="num">ops</th>${COLUMNS.map(([, title]) => html`<th scope="col" class="num">${title}</th>`)}</tr></thead>
<tbody>${lines.slice(0, 60).map(([name, row]) => html`<tr><th scope="row">${name}</th><td class="num">${count(numberIn(row, "count") ?? 0)}</td>${COLUMNS.map(([field]) => html`<td class="num">${latency(numberIn(row, field))}</td>`)}</tr>`)}</tbody></table>`,
    "Latency quantiles",
  );
}

function latency(ms: number | undefined): string {
  return ms === undefined ? "–" : durationMs(ms);
}
