/** Every fault with its times, its sides and the evidence that it bit and ended. */
import type { FaultRecord } from "../../src/core/fault.js";
import type { Op } from "../../src/core/op.js";
import type { Fault } from "../bands.js";
import { count, duration, moment, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { clip, show } from "../show.js";
import type { Survey } from "../survey.js";

const MAX_FACTS = 40;
const MAX_FAULTS = 200;

export function faultsSection(found: Survey, nemesis: string): Html {
  const { faults } = found;
  const failed = found.nemesisOps.filter((op) => op.error !== undefined);
  return html`<section id="faults" aria-labelledby="faults-head"><h2 id="faults-head">Faults</h2>
${faults.length === 0 ? html`<p class="none">${nemesis === "none" ? "This run had no faults." : "No fault was recorded in this history."}</p>` : ""}
<ol class="faults">${faults.slice(0, MAX_FAULTS).map((fault) => faultItem(fault))}</ol>
${faults.length > MAX_FAULTS ? html`<p class="more">${count(faults.length - MAX_FAULTS)} more are in history.jsonl.</p>` : ""}
${failed.length === 0 ? "" : html`<details><summary>${plural(failed.length, "fault step")} went wrong</summary><ul>${failed.slice(0, MAX_FAULTS).map(failedStep)}</ul></details>`}
</section>`;
}

function faultItem({ window, band, begin, end }: Fault): Html {
  const healed = window.endNs >= 0;
  return html`<li class="fault kind-${window.kind}"><h3>${window.kind}${window.shape === undefined ? "" : html` <span class="shape">${window.shape}${window.oneWay === true ? ", one way" : ""}</span>`}</h3>
${sides(band.label, window)}
<p class="when">${moment(band.beginNs)} to ${healed ? moment(band.endNs) : "the end"} <span class="took">${duration(band.endNs - band.beginNs)}</span></p>
<p class="proofs">${proof(window.proved, "Bite proved", "Bite not proved")} ${healed ? proof(window.healProved, "End proved", "End not proved") : proof(false, "", "Never ended")}</p>
${evidence("How it is known that it bit", begin)}${evidence("How it is known that it ended", end)}</li>`;
}

function sides(label: string, window: Fault["window"]): Html {
  if (window.sides === undefined || window.sides.length === 0)
    return html`<p class="sides">${label}${refusals(window.grudge)}</p>`;
  return html`<p class="sides">${window.sides.map((side, i) => html`${i > 0 ? html`<span class="cut" aria-label="cut from">${window.oneWay === true ? "⇥" : "┃"}</span>` : ""}<span class="side">${side.map((node) => html`<span class="node">${node}</span>`)}</span>`)}</p>`;
}

/** Ring and bridge cuts have no sides: say who refuses whom. */
function refusals(grudge: Fault["window"]["grudge"]): Html | string {
  if (grudge === undefined) return "";
  const entries = Object.entries(grudge).slice(0, 20);
  return html`<span class="refusals">${entries.map(([node, refused]) => html`<span><span class="node">${node}</span> refuses ${refused.map((each) => html`<span class="node">${each}</span>`)}</span>`)}</span>`;
}

function proof(proved: boolean, yes: string, no: string): Html {
  return html`<span class="proof ${proved ? "valid" : "unknown"}">${proved ? `✓ ${yes}` : `? ${no}`}</span>`;
}

function evidence(title: string, record: FaultRecord | undefined): Html | string {
  const facts = Array.isArray(record?.facts) ? record.facts : [];
  if (record === undefined || facts.length === 0) return "";
  return html`<details><summary>${title} (took ${duration(record.completeNs - record.beganNs)})</summary><ul class="facts-list">${facts.slice(0, MAX_FACTS).map((fact) => html`<li>${clip(String(fact), 400)}</li>`)}</ul>
${facts.length > MAX_FACTS ? html`<p class="more">${plural(facts.length - MAX_FACTS, "more fact")} in history.jsonl.</p>` : ""}</details>`;
}

function failedStep(op: Op): Html {
  return html`<li>${moment(op.time)} ${op.f}: ${clip(op.error ?? "", 400)} ${op.value === null || op.value === undefined ? "" : html`<code>${show(op.value, 200)}</code>`}</li>`;
}
