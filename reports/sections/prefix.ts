/** How far a search for an order came: what the linearizability checker adds where it found none, or gave up. */
import type { Verdict } from "../../src/core/checker.js";
import { count } from "../format.js";
import { type Html, html } from "../html.js";
import { fieldsOf, isFields, listIn, numberIn } from "../read.js";
import { callText, clip, endText, isOp, showKey } from "../show.js";

/** Empty for verdicts without a prefix. */
export function prefixNote(verdict: Verdict): Html | string {
  const prefix = fieldsOf(verdict)["prefix"];
  if (!isFields(prefix)) return "";
  const [placed, total] = [numberIn(prefix, "linearized"), numberIn(prefix, "total")];
  const [invoke, end] = listIn(prefix, "op").filter(isOp);
  const key = prefix["key"];
  const states = listIn(prefix, "states").map((state) => clip(String(state), 80));
  if (placed === undefined || total === undefined) return "";
  return html`<p class="prefix">${typeof key === "string" || typeof key === "number" ? html`Key <code>${showKey(key)}</code>: ` : ""}${count(placed)} of ${count(total)} completed ops can be put in order${
    invoke === undefined
      ? ""
      : html`; the next, <code>${callText(invoke, 60)} ${endText(invoke, end, 60)}</code> by process ${String(invoke.process)}, fits nowhere`
  }${states.length === 0 ? "" : html` when the state can only be ${states.map((state, i) => html`${i > 0 ? " or " : ""}<code>${state}</code>`)}`}.</p>`;
}
