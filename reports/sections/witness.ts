/** One witness: its words, its picture, and the same ops as a table for those who read rather than look. */
import type { Band } from "../data.js";
import { duration, moment } from "../format.js";
import { type Html, html, opLink } from "../html.js";
import { icon } from "../icons.js";
import { callText, clip, endText, showKey } from "../show.js";
import type { OpPair } from "../survey.js";
import { witnessSvg } from "../witness-svg.js";
import type { FoundWitness } from "../witnesses.js";
import { scroller } from "./generic.js";

export function witnessFigure(witness: FoundWitness, bands: readonly Band[]): Html {
  const picture = witnessSvg(witness, bands);
  return html`<figure class="witness" id="${witness.id}">
<figcaption>${words(witness)}</figcaption>
${picture === undefined ? "" : scroller(picture, `Picture of the witness: ${witness.label}`)}
${
  picture === undefined
    ? ""
    : html`<p class="witness-foot"><span>${keyNote(witness.pairs)}Time runs left to right and is not to scale.</span>
<button type="button" class="needs-js link" data-witness="${witness.id}">${icon("locate")}<span>Show in the timeline</span></button></p>
<details><summary>These ops as a table</summary>${scroller(opTable(witness.pairs), "Ops of the witness")}</details>`
}
</figure>`;
}

/** The bars leave a common key out, to be short. */
function keyNote(pairs: readonly OpPair[]): Html | string {
  const [first, ...others] = new Set(pairs.map((pair) => pair.invoke.key));
  return first === undefined || others.length > 0 ? "" : html`All on key <code>${showKey(first)}</code>. `;
}

/** The first paragraph explains; further lines, and steps where a checker gives them (a cycle), become a list. */
function words(witness: FoundWitness): Html {
  const [first = "", ...more] = witness.text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const steps = [...more, ...witness.steps].slice(0, 60);
  return html`<p>${clip(sentence(first), 1200)}</p>${steps.length === 0 ? "" : html`<ol class="steps">${steps.map((step) => html`<li>${clip(step.replace(/^(\d+[.)]|[-*•])\s+/, ""), 600)}</li>`)}</ol>`}`;
}

/** Checkers write clauses; here they stand alone. A first word with a digit or a hyphen is a name and stays as it is. */
function sentence(text: string): string {
  const start = /^[a-z]+(?=[ ,])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(start) || start === "" ? start : `${start}.`;
}

function opTable(pairs: readonly OpPair[]): Html {
  return html`<table><thead><tr><th scope="col">Process</th><th scope="col">Node</th><th scope="col">Op</th><th scope="col">Ending</th><th scope="col">Invoked</th><th scope="col">Completed</th><th scope="col">Took</th><th scope="col" class="num">Index</th></tr></thead>
<tbody>${pairs.map(opRow)}</tbody></table>`;
}

function opRow({ invoke, end }: OpPair): Html {
  const node = `${invoke.node ?? "–"}${end?.via === undefined ? "" : ` (via ${end.via})`}`;
  return html`<tr><td>${String(invoke.process)}</td><td>${node}</td><td><code>${callText(invoke, 120)} ${endText(invoke, end, 120)}</code></td>
<td>${end === undefined ? "none" : end.type}</td><td class="num">${moment(invoke.time)}</td><td class="num">${end === undefined ? "–" : moment(end.time)}</td>
<td class="num">${end === undefined ? "–" : duration(end.time - invoke.time)}</td><td class="num">${opLink(invoke.index, `${invoke.index}${end === undefined ? "" : `–${end.index}`}`)}</td></tr>`;
}
