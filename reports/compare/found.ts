/** System by system: what it promises, what was observed, why it has its class, and each violation in words. */
import { count } from "../format.js";
import { type Html, html } from "../html.js";
import { validIcon, validWord } from "../icons.js";
import { checkerTitle } from "../names.js";
import { clip } from "../show.js";
import { lossWords } from "./gather.js";
import type { ComparedRun, ComparedSystem, Comparison } from "./model.js";
import { classChip, systemId } from "./verdicts.js";
import { biteText } from "./words.js";

export function foundSection({ systems }: Comparison): Html {
  return html`<section id="found" aria-labelledby="found-head"><h2 id="found-head">What was found</h2>${systems.map(card)}</section>`;
}

function card(system: ComparedSystem): Html {
  const word = validWord(system.valid);
  const head = `${systemId(system)}-head`;
  const ran = system.runs.length > 0;
  return html`<article class="finding ${word}" id="${systemId(system)}" aria-labelledby="${head}">
<header>${validIcon(system.valid)}<h3 id="${head}">${clip(system.system, 80)}</h3>${ran ? classChip(system.class) : ""}<span class="badge ${word}">${ran ? word : "not run"}</span></header>
<dl class="fields"><div><dt>Promises</dt><dd>${system.promises}</dd></div>
${ran ? observedRows(system) : html`<div><dt>Not run</dt><dd>${clip(system.error ?? "interrupted", 800)}</dd></div>`}</dl>
${system.violations.length === 0 ? "" : html`<h4>Witnesses</h4><ul class="witness-words">${system.violations.map(({ checker, text, run }) => html`<li><strong>${checkerTitle(checker)}</strong>${system.runs.length > 1 ? ` (run ${run})` : ""}: ${sentence(clip(text, 700))}</li>`)}</ul>`}
</article>`;
}

function observedRows(system: ComparedSystem): Html {
  return html`<div><dt>Observed</dt><dd>${system.consistency}; ${lossWords(system)}</dd></div>
<div><dt>${system.class === "unknown" ? "No class" : "Why this class"}</dt><dd>${clip(system.reason, 600)}</dd></div>
<div><dt>Did the faults bite?</dt><dd>${biteText(system)}</dd></div>
<div><dt>Ran on</dt><dd>${count(system.nodes)} nodes, ${system.runtime}</dd></div>
${system.error === undefined ? "" : html`<div><dt>Trouble</dt><dd>${clip(system.error, 800)}</dd></div>`}
<div><dt>Full report${system.runs.length > 1 ? "s" : ""}</dt><dd><ul class="reports">${system.runs.map(reportLink)}</ul></dd></div>`;
}

function reportLink(run: ComparedRun): Html {
  const { ok, fail, info } = run.ops;
  return html`<li>${validIcon(run.valid)} <a href="${linkTo(run.report)}">run ${run.run}, seed ${run.seed}</a> <small>${count(ok + fail + info)} ops: ${count(ok)} ok, ${count(fail)} failed, ${count(info)} unknown${run.ended === undefined ? "" : `; ended early: ${clip(run.ended, 120)}`}</small></li>`;
}

/** A path and nothing else, whatever it says: "javascript:…" becomes the name of a file. */
function linkTo(report: string): string {
  return `${report.startsWith("../") ? "" : "./"}${encodeURI(report)}`;
}

/** Checkers write clauses; here they stand alone. */
function sentence(text: string): string {
  const start = /^[a-z]+(?=[ ,])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…)]$/.test(start) ? start : `${start}.`;
}
