/** Which acknowledged writes were lost: how many, who acknowledged them, when, and relative to which fault. */
import type { Valid, Verdict } from "../../src/core/checker.js";
import { count, durationMs, moment, percent, plural } from "../format.js";
import { type Html, html, opLink } from "../html.js";
import { type Fields, fieldsOf, isFields, listIn, numberIn, rowsIn, textIn, validOf } from "../read.js";
import { show, showKey } from "../show.js";
import { scroller } from "./generic.js";

/** Fields of the verdict that this section shows; the generic list leaves them out. */
export const SHOWN_BY_LOST_WRITES: readonly string[] = [
  "model",
  "acknowledged",
  "lost",
  "lostFraction",
  "stale",
  "recovered",
  "elements",
  "elementsTotal",
  "byNode",
  "byFault",
];

const FIRST_ROWS = 8;
const MOST_ROWS = 200;

/** How many, by whom and during which fault. */
export function lostTally(verdict: Verdict): Html {
  const fields = fieldsOf(verdict);
  return html`${tally(fields, validOf(verdict))}${byFault(rowsIn(fields, "byFault"))}${byNode(rowsIn(fields, "byNode"))}`;
}

/** Which ones. */
export function lostList(verdict: Verdict): Html | string {
  const fields = fieldsOf(verdict);
  const elements = rowsIn(fields, "elements");
  const first = elements.slice(0, FIRST_ROWS);
  const more = elements.slice(FIRST_ROWS, MOST_ROWS);
  const total = Math.max(numberIn(fields, "elementsTotal") ?? numberIn(fields, "lost") ?? 0, elements.length);
  const beyond = total - first.length - more.length;
  if (first.length === 0) return "";
  return html`<h4>Lost, worst first</h4>${elementTable(first)}
${more.length === 0 ? "" : html`<details><summary>${count(more.length)} more</summary>${elementTable(more)}</details>`}
${beyond > 0 ? html`<p class="more">${count(beyond)} more were counted; the checker lists the worst.</p>` : ""}`;
}

function tally(fields: Fields, valid: Valid): Html | string {
  const acknowledged = numberIn(fields, "acknowledged");
  const lost = numberIn(fields, "lost");
  if (acknowledged === undefined || lost === undefined) return "";
  // "0 lost" beside an unknown verdict would read as good news; nobody looked.
  if (valid === "unknown" && lost === 0) {
    return html`<dl class="tally"><div><dt>Acknowledged</dt><dd>${count(acknowledged)}</dd></div><div><dt>Lost</dt><dd>not known</dd></div></dl>`;
  }
  const fraction = numberIn(fields, "lostFraction") ?? (acknowledged > 0 ? lost / acknowledged : 0);
  const width = Math.min(100, Math.max(lost > 0 ? 0.6 : 0, fraction * 100));
  const entry = (label: string, n: number | undefined, note: string, bad: boolean): Html | string =>
    n === undefined || (n === 0 && !bad && label !== "Acknowledged")
      ? ""
      : html`<div class="${bad && n > 0 ? "bad" : ""}"><dt>${label}</dt><dd>${count(n)} <small>${note}</small></dd></div>`;
  return html`<dl class="tally">${entry("Acknowledged", acknowledged, "", false)}${entry("Lost", lost, percent(fraction), true)}
${(numberIn(fields, "stale") ?? 0) > 0 ? entry("Missing at some nodes", numberIn(fields, "stale"), "", true) : ""}${entry("Recovered", numberIn(fields, "recovered"), "unacknowledged, yet there: allowed", false)}</dl>
<svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" role="img" aria-label="${percent(fraction)} of the acknowledged writes were lost"><rect class="all" width="100" height="2"/><rect class="lost" width="${width.toFixed(2)}" height="2"/></svg>`;
}

/** One sentence a fault: when its losses were acknowledged, and on which side. */
function byFault(rows: readonly Fields[]): Html | string {
  return rows.length === 0
    ? ""
    : html`<ul class="by-fault">${rows.slice(0, 20).map((row) => html`<li>${faultSentence(row)}</li>`)}</ul>`;
}

function faultSentence(row: Fields): Html {
  const gone = (numberIn(row, "lost") ?? 0) + (numberIn(row, "stale") ?? 0);
  const shape = textIn(row, "shape");
  const began = numberIn(row, "beganMs");
  const last = numberIn(row, "lastDuringMs");
  const when = shares(row, gone, [
    ["before", "before it"],
    ["during", "while it lasted"],
    ["after", "after it"],
  ]);
  const side = shares(row, gone, [
    ["minority", "on the minority side"],
    ["majority", "on the majority side"],
  ]);
  const name = html`<strong>${textIn(row, "kind") ?? "fault"}${shape === undefined ? "" : ` (${shape})`}</strong>`;
  return html`${name}${began === undefined ? "" : ` from ${moment(began * 1e6)}`}: ${plural(gone, "lost write")}, ${when === "" ? "" : when.startsWith("all ") ? `all acknowledged ${when.slice(4)}` : `acknowledged: ${when}`}${side === "" ? "" : `, ${side}`}${last === undefined ? "" : `; the last of them ${durationMs(last)} after the fault began`}.`;
}

/** "all while it lasted", or "12 before it, 3 while it lasted". */
function shares(row: Fields, all: number, parts: readonly (readonly [field: string, words: string])[]): string {
  const present = parts.filter(([field]) => (numberIn(row, field) ?? 0) > 0);
  return present
    .map(([field, words]) => `${numberIn(row, field) === all ? "all" : count(numberIn(row, field) ?? 0)} ${words}`)
    .join(", ");
}

function byNode(rows: readonly Fields[]): Html | string {
  const guilty = rows.filter((row) => (numberIn(row, "lost") ?? 0) + (numberIn(row, "stale") ?? 0) > 0);
  if (guilty.length === 0) return "";
  return html`<p class="by-node">Acknowledged by ${guilty
    .slice(0, 12)
    .map(
      (row, i) =>
        html`${i > 0 ? ", " : ""}<span class="node">${textIn(row, "node") ?? "?"}</span> ${count((numberIn(row, "lost") ?? 0) + (numberIn(row, "stale") ?? 0))} of its ${count(numberIn(row, "acknowledged") ?? 0)}`,
    )}.</p>`;
}

function elementTable(rows: readonly Fields[]): Html {
  const keyed = rows.some((row) => row["key"] !== undefined);
  const instead = rows.some((row) => row["finalValue"] !== undefined);
  return scroller(
    html`<table class="nowrap"><thead><tr>${keyed ? html`<th scope="col">Key</th>` : ""}<th scope="col">Value</th><th scope="col">Outcome</th><th scope="col">Acknowledged by</th>
<th scope="col" class="num">At</th><th scope="col">When</th><th scope="col">Missing at</th>${instead ? html`<th scope="col">Read instead</th>` : ""}<th scope="col" class="num">Index</th></tr></thead>
<tbody>${rows.map((row) => elementRow(row, keyed, instead))}</tbody></table>`,
    "Lost writes",
  );
}

function elementRow(row: Fields, keyed: boolean, instead: boolean): Html {
  const key = row["key"];
  const at = numberIn(row, "acknowledgedAtMs");
  const pinned = textIn(row, "pinned");
  const missing = listIn(row, "missingAt").map(String);
  return html`<tr>${keyed ? html`<td>${typeof key === "string" || typeof key === "number" ? showKey(key) : ""}</td>` : ""}
<td><code>${show("element" in row ? row["element"] : row["value"], 60)}</code></td><td>${textIn(row, "outcome") ?? "lost"}</td>
<td>${textIn(row, "node") === undefined ? "–" : html`<span class="node">${textIn(row, "node")}</span>`}${pinned === undefined ? "" : html` asked through ${pinned}`}</td>
<td class="num">${at === undefined ? "–" : moment(at * 1e6)}</td><td>${momentText(row["fault"])}</td>
<td>${missing.length > 3 ? html`<span title="${missing.join(", ")}">${count(missing.length)} nodes</span>` : missing.join(", ")}</td>
${instead ? html`<td><code>${show(row["finalValue"], 40)}</code></td>` : ""}<td class="num">${numberIn(row, "index") === undefined ? "" : opLink(numberIn(row, "index") ?? 0)}</td></tr>`;
}

/** "2.69 s into the partition, minority side" */
function momentText(fault: unknown): string {
  if (!isFields(fault)) return "";
  const offset = numberIn(fault, "offsetMs");
  const kind = textIn(fault, "kind") ?? "fault";
  const side = textIn(fault, "side");
  const relation = textIn(fault, "relation");
  if (offset === undefined) return `${relation ?? ""} the ${kind}`;
  if (relation === "during")
    return `${durationMs(offset)} into the ${kind}${side === undefined ? "" : `, ${side} side`}`;
  return `${durationMs(offset)} ${relation === "before" ? "before" : "after"} the ${kind}`;
}
