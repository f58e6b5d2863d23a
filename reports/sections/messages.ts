/** How a violation came about: the messages between the simulated nodes around it, and what the nodes printed then. */
import type { TraceEntry } from "../../src/core/trace.js";
import type { Band } from "../data.js";
import { byNumberInName, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { traceLines, traceSvg } from "../trace-svg.js";
import { type TraceWindow, traceAround } from "../trace-window.js";
import type { FoundWitness } from "../witnesses.js";
import { scroller } from "./generic.js";

/** What the section is made of; undefined where there is no violation with messages around it. */
export interface ToldMessages {
  readonly witness: FoundWitness;
  readonly window: TraceWindow;
}

/** Messages around the first violation that has a witness. */
export function messagesOf(
  witnesses: ReadonlyMap<string, readonly FoundWitness[]>,
  trace: readonly TraceEntry[],
): ToldMessages | undefined {
  const witness = violation(witnesses);
  const window = witness === undefined ? undefined : traceAround(witness.pairs, trace);
  return witness === undefined || window === undefined ? undefined : { witness, window };
}

/** The first witness of something invalid. */
export function violation(witnesses: ReadonlyMap<string, readonly FoundWitness[]>): FoundWitness | undefined {
  return [...witnesses.values()].flat().find(({ valid, pairs }) => valid === false && pairs.length > 0);
}

export function messagesSection(told: ToldMessages | undefined, bands: readonly Band[]): Html | string {
  if (told === undefined) return "";
  const { witness, window } = told;
  const nodes = nodesOf(window);
  const left = window.left === 0 ? "" : ` ${plural(window.left, "other message")} nearby left out.`;
  return html`<section id="messages" aria-labelledby="messages-head"><h2 id="messages-head">Messages around the violation</h2>
<p>How <a href="#${witness.id}">${witness.label}</a> came about: what its clients asked, the messages that carried its values, and what was dropped.${left}</p>
${scroller(traceSvg(window, nodes, bands), "Messages around the violation")}
<details><summary>The same as a list</summary><ol class="trace-list">${traceLines(window).map((line) => html`<li>${line}</li>`)}</ol></details></section>`;
}

function nodesOf({ moments }: TraceWindow): string[] {
  const nodes = new Set<string>();
  for (const at of moments) {
    if ("op" in at) {
      if (at.op.invoke.node !== undefined) nodes.add(at.op.invoke.node);
    } else
      for (const name of [at.entry.from, at.entry.to]) if (name !== "client" && name !== "nemesis") nodes.add(name);
  }
  return [...nodes].sort(byNumberInName);
}
