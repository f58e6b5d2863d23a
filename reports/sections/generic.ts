/** Shows fields nobody here knows: a checker of tomorrow, or a user's own, loses nothing on the way to the page. */
import { count, durationMs, moment, percent } from "../format.js";
import { type Html, html } from "../html.js";
import { fieldLabel } from "../names.js";
import { type Fields, isFields } from "../read.js";
import { clip, show } from "../show.js";

const MAX_ROWS = 50;
const MAX_FIELDS = 60;
const MAX_COLUMNS = 12;
const MAX_TEXT = 400;

/** Fields as a description list; nested objects nest, lists of objects become tables. */
export function fieldList(fields: Fields, depth = 0): Html {
  const names = Object.keys(fields);
  const shown = names.slice(0, MAX_FIELDS);
  return html`<dl class="fields">${shown.map(
    (name) => html`<div><dt>${fieldLabel(clip(name, 80))}</dt><dd>${fieldValue(name, fields[name], depth)}</dd></div>`,
  )}</dl>${names.length > shown.length ? html`<p class="more">${count(names.length - shown.length)} more fields are in results.json.</p>` : ""}`;
}

/** A value by what its name says of its unit. */
export function fieldValue(name: string, value: unknown, depth = 0): Html {
  if (typeof value === "number") return html`<span class="num">${numberText(name, value)}</span>`;
  if (typeof value === "boolean") return html`${value ? "yes" : "no"}`;
  if (typeof value === "string") return html`${clip(value, MAX_TEXT)}`;
  if (Array.isArray(value)) return listValue(value, depth);
  if (isFields(value) && depth < 2 && Object.keys(value).length > 0) {
    const rows = Object.entries(value);
    // Counts by name ({read: {ok, fail}, write: {…}}) read better as a table than as lists in a list.
    if (rows.length > 1 && rows.every(([, row]) => isFields(row) && !Object.values(row).some(isFields))) {
      return rowTable(rows.map(([key, row]): Fields => ({ name: key, ...(row as Fields) })));
    }
    return fieldList(value, depth + 1);
  }
  return html`<code>${show(value, MAX_TEXT)}</code>`;
}

function listValue(items: readonly unknown[], depth: number): Html {
  if (items.length === 0) return html`none`;
  if (depth < 2 && items.every(isFields)) return rowTable(items);
  return html`<code>${items
    .slice(0, MAX_ROWS)
    .map((item) => show(item, MAX_TEXT / 4))
    .join(", ")}${items.length > MAX_ROWS ? ` … (${count(items.length)} items)` : ""}</code>`;
}

/** A number with the unit its name carries: …Ns is a moment of the run, …Ms how long, …Fraction a share. */
export function numberText(name: string, value: number): string {
  if (/Ns$/.test(name)) return moment(value);
  if (/Ms$/.test(name)) return durationMs(value);
  if (/(fraction|yield|harvest|ratio)$/i.test(name) && value >= 0 && value <= 1) return percent(value);
  return name === "seed" || name === "index" || name === "process" ? String(value) : count(value);
}

/** Objects as a table: one column a field, in the order the fields first appear. */
export function rowTable(rows: readonly Fields[], caption?: string): Html {
  const columns = [...new Set(rows.slice(0, MAX_ROWS).flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS);
  const numeric = new Set(
    columns.filter((name) => rows.every((row) => row[name] === undefined || typeof row[name] === "number")),
  );
  const cell = (row: Fields, name: string): Html =>
    html`<td${numeric.has(name) ? html` class="num"` : ""}>${row[name] === undefined ? "" : fieldValue(name, row[name], 2)}</td>`;
  return html`${scroller(
    html`<table>${caption === undefined ? "" : html`<caption>${caption}</caption>`}<thead><tr>${columns.map((name) => html`<th scope="col"${numeric.has(name) ? html` class="num"` : ""}>${fieldLabel(name)}</th>`)}</tr></thead>
<tbody>${rows.slice(0, MAX_ROWS).map((row) => html`<tr>${columns.map((name) => cell(row, name))}</tr>`)}</tbody></table>`,
    caption ?? "Table",
  )}
${rows.length > MAX_ROWS ? html`<p class="more">${count(rows.length - MAX_ROWS)} more are in results.json.</p>` : ""}`;
}

/** Wide content scrolls by itself, by touch and by keyboard, instead of widening the page. */
export function scroller(content: Html, label: string): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${label}">${content}</div>`;
}
