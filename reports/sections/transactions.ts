/** What a transaction checker adds to a finding: the models ruled out, and each kind of anomaly with its cycle drawn. */
import type { Verdict } from "../../src/core/checker.js";
import type { Op } from "../../src/core/op.js";
import { type CycleEdge, type CycleNode, cycleSvg } from "../cycle-svg.js";
import { count } from "../format.js";
import { type Html, html } from "../html.js";
import { type Fields, fieldsOf, isFields, listIn, numberIn, rowsIn, textIn } from "../read.js";
import { callText, clip, endText } from "../show.js";
import { scroller } from "./generic.js";

/** Fields of the verdict that this section shows. */
export const SHOWN_BY_TRANSACTIONS: readonly string[] = ["anomalies", "anomalyTypes", "counts", "not", "alsoNot"];

const MAX_TYPES = 12;
const MAX_CASES = 3;
const MAX_STEPS = 12;

/** The op at a position of the history, where there is one. */
export type OpAt = (position: number) => { readonly invoke: Op; readonly end: Op | undefined } | undefined;

/** Empty for verdicts without anomalies. */
export function transactions(verdict: Verdict, opAt: OpAt): Html | string {
  const fields = fieldsOf(verdict);
  const types = Object.entries(fieldsOf(fields["anomalies"])).slice(0, MAX_TYPES);
  if (types.length === 0) return "";
  const words = (name: string): readonly string[] => listIn(fields, name).filter((word) => typeof word === "string");
  const counts = fieldsOf(fields["counts"]);
  return html`<dl class="fields">${modelLine("Ruled out", words("not"))}${modelLine("And so also", words("alsoNot"))}</dl>
${types.map(([type, cases]) => anomaly(type, Array.isArray(cases) ? cases.filter(isFields) : [], numberIn(counts, type), opAt))}`;
}

function modelLine(label: string, models: readonly string[]): Html | string {
  return models.length === 0
    ? ""
    : html`<div><dt>${label}</dt><dd>${models.map((model) => clip(model, 60)).join(", ")}</dd></div>`;
}

function anomaly(type: string, cases: readonly Fields[], total: number | undefined, opAt: OpAt): Html {
  const shown = cases.slice(0, MAX_CASES);
  const all = Math.max(total ?? 0, cases.length);
  return html`<section class="anomaly"><h4>${clip(type, 60)} <span class="times">${count(all)} found</span></h4>
${shown.map((each) => anomalyCase(each, opAt))}${all > shown.length ? html`<p class="more">${count(all - shown.length)} more of this type${cases.length > shown.length ? ", in results.json" : " were counted"}.</p>` : ""}</section>`;
}

function anomalyCase(each: Fields, opAt: OpAt): Html {
  const steps = rowsIn(fieldsOf(each["cycle"]), "steps");
  const picture =
    steps.length < 2 || steps.length > MAX_STEPS
      ? undefined
      : cycleSvg(
          steps.map((step, i) => nodeOf(step, i, opAt)),
          steps.map(edgeOf),
        );
  return html`<p>${clip(textIn(each, "text") ?? "", 1500)}</p>${picture === undefined ? "" : html`<div class="picture">${scroller(picture, "Picture of the cycle")}</div>`}`;
}

function nodeOf(step: Fields, i: number, opAt: OpAt): CycleNode {
  const position = numberIn(step, "from");
  const pair = position === undefined ? undefined : opAt(position);
  const name = `T${i + 1}`;
  if (pair === undefined) return { name, who: position === undefined ? "" : `op ${position}`, did: "" };
  const { invoke, end } = pair;
  const node = invoke.node === undefined ? "" : ` on ${invoke.node}`;
  // What a transaction read is in its completion; what it asked says less.
  const did =
    end?.type === "ok"
      ? callText({ ...invoke, value: end.value }, 200)
      : `${callText(invoke, 200)} ${endText(invoke, end, 40)}`;
  return { name, who: `op ${(end ?? invoke).index}, process ${invoke.process}${node}`, did };
}

function edgeOf(step: Fields): CycleEdge {
  const key = step["key"];
  return {
    kind: textIn(step, "kind") ?? "before",
    why: textIn(step, "why") ?? "",
    ...(key === undefined ? {} : { key }),
  };
}
