/** Availability by side of the cut, node, op and phase, as the availability checker measured it. */
import type { Verdict } from "../../src/core/checker.js";
import { percent } from "../format.js";
import { type Html, html } from "../html.js";
import { fieldLabel } from "../names.js";
import { type Fields, fieldsOf, rowsIn, textIn } from "../read.js";
import { clip } from "../show.js";
import { fieldValue, scroller } from "./generic.js";

const MAX_ROWS = 400;

export function availabilitySection(verdict: Verdict | undefined): Html {
  const fields = fieldsOf(verdict);
  const rows = rowsIn(fields, "table");
  const observed = textIn(fields, "class");
  return html`<section id="availability" aria-labelledby="availability-head"><h2 id="availability-head">Availability</h2>
${verdict === undefined ? html`<p class="none">Availability was not measured in this run.</p>` : ""}
${observed === undefined ? "" : html`<p class="class-line">Observed: <strong class="class">${observed}</strong>${textIn(fields, "reason") === undefined ? "" : html` <span>${clip(textIn(fields, "reason") ?? "", 600)}</span>`}</p>`}
${verdict !== undefined && rows.length === 0 ? html`<p class="none">The checker left no table.</p>` : ""}
${rows.length === 0 ? "" : availabilityTable(rows.slice(0, MAX_ROWS))}
</section>`;
}

function availabilityTable(rows: readonly Fields[]): Html {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const numeric = new Set(
    columns.filter((name) => rows.every((row) => row[name] === undefined || typeof row[name] === "number")),
  );
  const right = (name: string): Html | string => (numeric.has(name) ? html` class="num"` : "");
  const head = columns.map((name) => html`<th scope="col"${right(name)}>${fieldLabel(name)}</th>`);
  const body = rows.map(
    (row) => html`<tr>${columns.map((name) => html`<td${right(name)}>${cell(name, row[name])}</td>`)}</tr>`,
  );
  return scroller(
    html`<table class="availability"><caption>Share of ops that succeeded, by side of the cut, node, op and phase</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`,
    "Availability table",
  );
}

function cell(name: string, value: unknown): Html {
  if (value === undefined || value === null) return html`–`;
  if (typeof value === "number" && /yield|harvest/i.test(name)) return meter(value);
  return fieldValue(name, value, 2);
}

/** A share as a number with a bar under it: readable without the bar and at a glance with it. */
function meter(share: number): Html {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return html`<span class="meter"><span>${percent(share)}</span><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="all" width="100" height="6"/><rect class="got" width="${width.toFixed(1)}" height="6"/></svg></span>`;
}
