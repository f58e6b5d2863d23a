/** Every checker's finding: its question, its answer, the ops that prove it, and whatever else it had to say. */
import type { Verdict } from "../../src/core/checker.js";
import type { Band } from "../data.js";
import { plural } from "../format.js";
import { type Html, html, slug } from "../html.js";
import { validIcon, validWord } from "../icons.js";
import { checkerQuestion, checkerTitle } from "../names.js";
import { isFields, restOf, validOf } from "../read.js";
import { clip } from "../show.js";
import { type FoundWitness, MAX_PARTS, sortedParts, witnessesOf } from "../witnesses.js";
import { SHOWN_BY_AVAILABILITY } from "./availability.js";
import { fieldList } from "./generic.js";
import { levelsTable, SHOWN_BY_LEVELS, SHOWN_BY_STALENESS, stalenessTable } from "./levels.js";
import { lostList, lostTally, SHOWN_BY_LOST_WRITES } from "./lost-writes.js";
import { SHOWN_BY_PERFORMANCE } from "./performance.js";
import { prefixNote } from "./prefix.js";
import { type OpAt, SHOWN_BY_TRANSACTIONS, transactions } from "./transactions.js";
import { witnessFigure } from "./witness.js";

/** What findings need beside the verdicts. */
export interface FindingContext {
  readonly witnesses: ReadonlyMap<string, readonly FoundWitness[]>;
  readonly bands: readonly Band[];
  readonly opAt: OpAt;
}

/** Fields shown elsewhere on the page, by checker: the finding links there. */
const ELSEWHERE: ReadonlyMap<
  string,
  { readonly id: string; readonly label: string; readonly fields: readonly string[] }
> = new Map([
  ["availability", { id: "availability", label: "See availability by side", fields: SHOWN_BY_AVAILABILITY }],
  ["perf", { id: "performance", label: "See latency and rate", fields: SHOWN_BY_PERFORMANCE }],
  ["faults", { id: "faults", label: "See each fault and its proof", fields: ["windows", "windowsTotal"] }],
]);

/** Tables within a finding, by checker, and the fields they show. */
const TABLES: ReadonlyMap<
  string,
  { readonly table: (verdict: Verdict) => Html | string; readonly fields: readonly string[] }
> = new Map([
  ["levels", { table: levelsTable, fields: SHOWN_BY_LEVELS }],
  ["staleness", { table: stalenessTable, fields: SHOWN_BY_STALENESS }],
]);

/** Worst first; equals keep the order in which the workload names them. */
export function inOrder(checkers: Readonly<Record<string, Verdict>>): readonly (readonly [string, Verdict])[] {
  return sortedParts({ valid: true, summary: "", parts: checkers });
}

export function findingId(name: string): string {
  return `finding-${slug(name)}`;
}

export function findingsSection(checkers: Readonly<Record<string, Verdict>>, context: FindingContext): Html {
  const list = inOrder(checkers);
  return html`<section id="findings" aria-labelledby="findings-head"><h2 id="findings-head">Findings</h2>
${list.length === 0 ? html`<p class="none">No checker gave a verdict.</p>` : list.map(([name, verdict]) => finding(name, verdict, context))}</section>`;
}

function finding(name: string, verdict: Verdict, context: FindingContext): Html {
  const word = validWord(validOf(verdict));
  const elsewhere = ELSEWHERE.get(name);
  const pictures = transactions(verdict, context.opAt);
  const hasAnomalies = pictures !== "";
  const isLost = name === "lost-writes";
  const shown = [
    ...(elsewhere?.fields ?? []),
    ...(isLost ? SHOWN_BY_LOST_WRITES : []),
    ...(TABLES.get(name)?.fields ?? []),
    ...(hasAnomalies ? SHOWN_BY_TRANSACTIONS : []),
    "witness",
    "prefix",
  ];
  const rest = restOf(verdict, shown);
  return html`<article class="finding ${word}" id="${findingId(name)}" aria-labelledby="${findingId(name)}-head">
<header>${validIcon(validOf(verdict))}<h3 id="${findingId(name)}-head">${checkerTitle(name)}</h3><span class="badge ${word}">${word}</span></header>
${checkerQuestion(name) === "" ? "" : html`<p class="question">${checkerQuestion(name)}</p>`}
<p class="answer">${clip(String(verdict.summary ?? ""), 1000)}</p>
${reasonOf(verdict, elsewhere?.fields ?? [])}
${elsewhere === undefined ? "" : html`<p><a href="#${elsewhere.id}">${elsewhere.label}</a></p>`}
${isLost ? lostTally(verdict) : ""}
${TABLES.get(name)?.table(verdict) ?? ""}
${prefixNote(verdict)}${pictures}
${hasAnomalies ? inTime(name, context) : witnesses(name, verdict, context)}
${isLost ? lostList(verdict) : ""}
${Object.keys(rest).length === 0 ? "" : html`<details><summary>All figures of this checker</summary>${fieldList(rest)}</details>`}
${parts(name, verdict, context, 0)}
</article>`;
}

/** An unknown says why: its reason where it carries one beside the summary. */
function reasonOf(verdict: Verdict, elsewhere: readonly string[]): Html | string {
  const reason = (verdict as { readonly reason?: unknown }).reason;
  if (typeof reason !== "string" || String(verdict.summary).includes(reason)) return "";
  return elsewhere.includes("reason") && validOf(verdict) !== "unknown"
    ? ""
    : html`<p class="reason"><strong>Why:</strong> ${clip(reason, 1000)}</p>`;
}

/** The first witness in full, others folded: they mostly tell the same story of another value. */
function witnesses(path: string, verdict: Verdict, context: FindingContext): Html | string {
  const [first, ...others] = context.witnesses.get(path) ?? [];
  const left = witnessesOf(verdict).length - others.length - 1;
  if (first === undefined) return "";
  return html`<div class="witnesses">${witnessFigure(first, context.bands)}
${others.length === 0 ? "" : html`<details><summary>${plural(others.length, "more witness", "more witnesses")}</summary>${others.map((witness) => witnessFigure(witness, context.bands))}</details>`}
${left > 0 ? html`<p class="more">${plural(left, "more witness", "more witnesses")} in results.json.</p>` : ""}</div>`;
}

/** Cycles tell why; pictures in time tell when. */
function inTime(path: string, context: FindingContext): Html | string {
  const list = context.witnesses.get(path) ?? [];
  return list.length === 0
    ? ""
    : html`<details><summary>When these transactions ran</summary>${list.map((witness) => witnessFigure(witness, context.bands))}</details>`;
}

/** Parts that are not valid in full, worst first; the valid ones as a count. */
function parts(path: string, verdict: Verdict, context: FindingContext, depth: number): Html | string {
  const all = sortedParts(verdict);
  if (all.length === 0 || depth > 2) return "";
  const bad = all.filter(([, part]) => validOf(part) !== true);
  const shown = bad.slice(0, MAX_PARTS);
  const good = all.length - bad.length;
  return html`<div class="parts"><h4>Parts</h4>
${shown.map(([name, part]) => partBox(`${path} / ${name}`, name, part, context, depth))}
${bad.length > shown.length ? html`<p class="more">${plural(bad.length - shown.length, "more part")} not valid, in results.json.</p>` : ""}
${
  good > 0
    ? html`<p class="more">${plural(good, "part")} valid${
        good <= 12
          ? `: ${all
              .slice(bad.length)
              .map(([name]) => clip(name, 40))
              .join(", ")}`
          : ""
      }.</p>`
    : ""
}</div>`;
}

function partBox(path: string, name: string, part: Verdict, context: FindingContext, depth: number): Html {
  const word = validWord(validOf(part));
  const rest = restOf(part);
  return html`<details class="part ${word}"${depth === 0 ? html` open` : ""}><summary>${validIcon(validOf(part))}<strong>${clip(name, 80)}</strong> <span class="badge ${word}">${word}</span> ${clip(String(part.summary ?? ""), 300)}</summary>
${witnesses(path, part, context)}${isFields(rest) && Object.keys(rest).length > 0 ? fieldList(rest) : ""}${parts(path, part, context, depth + 1)}</details>`;
}
