/** Which acknowledged writes were lost: how many, who acknowledged them, when, and during which cut. */
import type { Verdict } from "../../src/core/checker.js";
import { count, percent, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { type Fields, fieldsOf, numberIn, rowsIn } from "../read.js";
import { rowTable } from "./generic.js";

/** Fields of the verdict that this section shows; the generic list leaves them out. */
export const SHOWN_BY_LOST_WRITES = ["acknowledged", "lost", "lostFraction", "recovered", "elements"] as const;

const FIRST_ROWS = 12;
const MOST_ROWS = 200;

export function lostWrites(verdict: Verdict): Html {
  const fields = fieldsOf(verdict);
  const elements = rowsIn(fields, "elements");
  const lost = numberIn(fields, "lost");
  const first = elements.slice(0, FIRST_ROWS);
  const more = elements.slice(FIRST_ROWS, MOST_ROWS);
  const beyond = Math.max((lost ?? 0) - FIRST_ROWS - more.length, elements.length - FIRST_ROWS - more.length, 0);
  return html`${tally(fields)}
${first.length === 0 ? "" : html`<h4>Lost, worst first</h4>${rowTable(first)}`}
${more.length === 0 ? "" : html`<details><summary>${plural(more.length, "more lost write")}</summary>${rowTable(more)}</details>`}
${first.length > 0 && beyond > 0 ? html`<p class="more">${count(beyond)} more are in results.json.</p>` : ""}`;
}

function tally(fields: Fields): Html | string {
  const acknowledged = numberIn(fields, "acknowledged");
  const lost = numberIn(fields, "lost");
  const recovered = numberIn(fields, "recovered");
  if (acknowledged === undefined || lost === undefined) return "";
  const fraction = numberIn(fields, "lostFraction") ?? (acknowledged > 0 ? lost / acknowledged : 0);
  const width = Math.min(100, Math.max(lost > 0 ? 0.6 : 0, fraction * 100));
  return html`<dl class="tally"><div><dt>Acknowledged</dt><dd>${count(acknowledged)}</dd></div>
<div class="${lost > 0 ? "bad" : ""}"><dt>Lost</dt><dd>${count(lost)} <small>${percent(fraction)}</small></dd></div>
${recovered === undefined ? "" : html`<div><dt>Recovered</dt><dd>${count(recovered)} <small>unknown, yet present</small></dd></div>`}</dl>
<svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" role="img" aria-label="${percent(fraction)} of the acknowledged writes were lost"><rect class="all" width="100" height="2"/><rect class="lost" width="${width.toFixed(2)}" height="2"/></svg>`;
}
