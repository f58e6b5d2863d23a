/** The list of stored runs as a page: filtered and sorted by its address, so that it needs no script and can be bookmarked. */
import { count, plural } from "./format.js";
import { type Html, html, trusted } from "./html.js";
import { clip } from "./show.js";

export type RowState = "valid" | "invalid" | "unknown" | "unfinished" | "compared";

/** One stored run (or comparison), as far as its files tell. */
export interface RunRow {
  /** "etcd-register-partition/2026-11-22T101500Z" */
  readonly path: string;
  readonly kind: "run" | "compare";
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly runtime: string;
  readonly seed: number | undefined;
  readonly valid: RowState;
  readonly summary: string;
  /** Why it ended early; "" where it did not. */
  readonly ended: string;
  readonly ops: number;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** The file to open; absent where there is no page (yet). */
  readonly page?: string;
}

const FILTERS = ["system", "workload", "nemesis", "runtime", "valid"] as const;
type Filter = (typeof FILTERS)[number];
const SORTS = ["startedAt", "system", "workload", "nemesis", "valid", "ops"] as const;
type Sort = (typeof SORTS)[number];

/** What to show: taken from the address. */
export interface RunsView {
  readonly filters: Readonly<Partial<Record<Filter, string>>>;
  /** Words that the row's texts must hold. */
  readonly search: string;
  readonly sort: Sort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

const PAGE_ROWS = 200;
const HEADS: Readonly<Record<Sort, string>> = {
  startedAt: "Started",
  system: "System",
  workload: "Workload",
  nemesis: "Faults",
  valid: "Verdict",
  ops: "Ops",
};

/** The view that an address asks for; what it does not understand is left out. */
export function viewOf(params: { get(name: string): string | null }): RunsView {
  const filters: Partial<Record<Filter, string>> = {};
  for (const name of FILTERS) {
    const value = params.get(name);
    if (value !== null && value !== "") filters[name] = value;
  }
  const sort = SORTS.find((name) => name === params.get("sort")) ?? "startedAt";
  const page = Number(params.get("page") ?? "1");
  return {
    filters,
    search: params.get("q") ?? "",
    sort,
    descending: (params.get("order") ?? (sort === "startedAt" ? "desc" : "asc")) === "desc",
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

/** Rows that fit the view, in its order. */
export function selectRows(rows: readonly RunRow[], view: RunsView): RunRow[] {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (row: RunRow): boolean => {
    if (FILTERS.some((name) => view.filters[name] !== undefined && row[name] !== view.filters[name])) return false;
    const text = `${row.path} ${row.system} ${row.nemesis} ${row.summary} ${row.seed ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const sign = view.descending ? -1 : 1;
  const by = (row: RunRow): string | number => row[view.sort];
  return rows.filter(fits).sort((a, b) => {
    const [x, y] = [by(a), by(b)];
    if (x !== y) return x < y ? -sign : sign;
    return a.startedAt < b.startedAt ? 1 : -1;
  });
}

/** The whole page. `style`: the style sheet of the reports. */
export function runsPage(rows: readonly RunRow[], view: RunsView, style: string): string {
  const selected = selectRows(rows, view);
  const pages = Math.max(1, Math.ceil(selected.length / PAGE_ROWS));
  const page = Math.min(view.page, pages);
  const shown = selected.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Runs · cap-test</title><link rel="icon" href="data:,">
<style>${trusted(style.replace(/<\/(?=style)/gi, "<\\/"))}</style></head>
<body class="runs-page"><header class="bar"><span class="brand">cap-test</span></header>
<main id="main"><h1>Runs</h1>
${filterForm(rows, view)}
<p class="runs-count" role="status">${selected.length === rows.length ? plural(rows.length, "run") : `${count(selected.length)} of ${plural(rows.length, "run")}`}${tally(selected)}</p>
${rows.length === 0 ? html`<p class="none">No run is stored here yet. <code>cap-test run</code> makes one.</p>` : table(shown, view)}
${pages > 1 ? pager(page, pages, view) : ""}</main></body></html>
`.text;
}

function tally(rows: readonly RunRow[]): string {
  const states: readonly RowState[] = ["valid", "invalid", "unknown", "unfinished"];
  const parts = states.flatMap((state) => {
    const n = rows.filter(({ valid }) => valid === state).length;
    return n === 0 ? [] : [`${count(n)} ${state}`];
  });
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

function filterForm(rows: readonly RunRow[], view: RunsView): Html {
  const select = (name: Filter, label: string): Html => {
    const values = [...new Set(rows.map((row) => row[name]).filter((value) => value !== ""))].sort();
    const held = view.filters[name];
    return html`<label>${label} <select name="${name}"><option value="">all</option>${values.map(
      (value) => html`<option value="${value}"${value === held ? html` selected` : ""}>${clip(value, 60)}</option>`,
    )}</select></label>`;
  };
  return html`<form class="runs-filters" method="get" action="/" role="search">
${select("system", "System")}${select("workload", "Workload")}${select("nemesis", "Faults")}${select("runtime", "Runtime")}${select("valid", "Verdict")}
<label>Words <input type="search" name="q" value="${view.search}"></label>
<input type="hidden" name="sort" value="${view.sort}"><input type="hidden" name="order" value="${view.descending ? "desc" : "asc"}">
<button type="submit">Show</button> <a href="/">all</a></form>`;
}

function table(rows: readonly RunRow[], view: RunsView): Html {
  const head = (name: Sort): Html => {
    const active = view.sort === name;
    const next = addressOf({
      ...view,
      sort: name,
      descending: active ? !view.descending : name === "startedAt" || name === "ops",
      page: 1,
    });
    const order = view.descending ? "descending" : "ascending";
    return html`<th scope="col"${active ? html` aria-sort="${order}"` : ""}><a href="${next}">${HEADS[name]}${active ? (view.descending ? " ↓" : " ↑") : ""}</a></th>`;
  };
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Runs"><table class="runs"><thead><tr>
${head("valid")}${head("startedAt")}${head("system")}${head("workload")}${head("nemesis")}<th scope="col">Finding</th>${head("ops")}<th scope="col">Seed</th><th scope="col">Files</th></tr></thead>
<tbody>${rows.map(tableRow)}</tbody></table></div>`;
}

function tableRow(row: RunRow): Html {
  const base = row.path.split("/").map(encodeURIComponent).join("/");
  const started = row.startedAt.replace("T", " ").replace(/(\.\d+)?Z$/, "");
  const opened = row.page === undefined ? html`${started}` : html`<a href="/runs/${base}/${row.page}">${started}</a>`;
  const finding = row.ended === "" ? row.summary : `${row.summary} Ended early: ${row.ended}.`;
  const files = row.kind === "run" ? ["history.jsonl", "results.json"] : ["compare.json"];
  const links = row.valid === "unfinished" ? files.slice(0, 1) : files;
  return html`<tr><td><span class="badge ${row.valid}">${row.valid}</span></td><td class="when">${opened}</td><td>${clip(row.system, 80)}</td><td>${row.workload}</td><td>${clip(row.nemesis, 60)}</td>
<td class="said">${clip(finding, 130)}</td><td class="num">${row.ops === 0 ? "" : count(row.ops)}</td><td class="num">${row.seed === undefined ? "" : String(row.seed)}</td>
<td class="files">${links.map((file) => html`<a href="/runs/${base}/${file}">${file.split(".")[0]}</a> `)}<a href="/archives/${base}.tar.gz" download>download</a></td></tr>`;
}

function pager(page: number, pages: number, view: RunsView): Html {
  const link = (to: number, label: string): Html =>
    to < 1 || to > pages
      ? html`<span class="none">${label}</span>`
      : html`<a href="${addressOf({ ...view, page: to })}">${label}</a>`;
  return html`<nav class="pager" aria-label="Pages">${link(page - 1, "Newer")} page ${page} of ${pages} ${link(page + 1, "Older")}</nav>`;
}

function addressOf(view: RunsView): string {
  const words: [string, string][] = Object.entries(view.filters);
  if (view.search !== "") words.push(["q", view.search]);
  words.push(["sort", view.sort], ["order", view.descending ? "desc" : "asc"]);
  if (view.page > 1) words.push(["page", String(view.page)]);
  return `/?${words.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}
