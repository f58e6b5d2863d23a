/** Which consistency levels a run kept, which session guarantees its reads broke, and how stale they were. */
import type { Verdict } from "../../src/core/checker.js";
import { count, durationMs, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { type Fields, fieldsOf, isFields, numberIn, textIn } from "../read.js";
import { clip } from "../show.js";
import { scroller } from "./generic.js";

/** Fields that these tables show; the finding leaves them out. */
export const SHOWN_BY_LEVELS: readonly string[] = ["level", "levels", "sessions", "causalWitness"];
export const SHOWN_BY_STALENESS: readonly string[] = ["reads", "staleReads", "staleFraction", "byPhase", "stalest"];

const LEVELS: readonly (readonly [field: string, label: string])[] = [
  ["linearizable", "Linearizable"],
  ["sequential", "Sequential"],
  ["causal", "Causal"],
  ["session", "Session guarantees"],
  ["eventual", "Eventual (replicas converged)"],
];

const GUARANTEES: readonly (readonly [field: string, label: string])[] = [
  ["readYourWrites", "Read your writes"],
  ["monotonicReads", "Monotonic reads"],
  ["monotonicWrites", "Monotonic writes"],
  ["writesFollowReads", "Writes follow reads"],
];

/** Levels, strongest first, and session guarantees, each with the first read that broke it. */
export function levelsTable(verdict: Verdict): Html | string {
  const fields = fieldsOf(verdict);
  const levels = fieldsOf(fields["levels"]);
  const sessions = fieldsOf(fields["sessions"]);
  const rows = [
    ...LEVELS.filter(([name]) => name in levels).map(([name, label]) =>
      levelRow(label, levels[name], why(name, fields)),
    ),
    ...GUARANTEES.filter(([name]) => isFields(sessions[name])).map(([name, label]) =>
      guaranteeRow(label, fieldsOf(sessions[name])),
    ),
  ];
  if (rows.length === 0) return "";
  return scroller(
    html`<table><caption>Levels, strongest first, and session guarantees</caption>
<thead><tr><th scope="col">Level</th><th scope="col">Holds</th><th scope="col">First seen broken</th></tr></thead><tbody>${rows}</tbody></table>`,
    "Consistency levels",
  );
}

function levelRow(label: string, holds: unknown, text: string): Html {
  return html`<tr><th scope="row">${label}</th><td>${word(holds)}</td><td>${clip(text, 600)}</td></tr>`;
}

function guaranteeRow(label: string, guarantee: Fields): Html {
  const violations = numberIn(guarantee, "violations") ?? 0;
  const text = textIn(fieldsOf(guarantee["witness"]), "text") ?? "";
  const times = violations === 0 ? "" : `${plural(violations, "read")}, the first: `;
  return levelRow(label, guarantee["valid"], text === "" ? times : `${times}${text}`);
}

function why(level: string, fields: Fields): string {
  return level === "causal" ? (textIn(fieldsOf(fields["causalWitness"]), "text") ?? "") : "";
}

/** Nobody could tell is an answer of its own. */
function word(holds: unknown): string {
  return holds === true ? "yes" : holds === false ? "no" : "undecided";
}

/** Stale reads before, during and after faults, and the stalest. */
export function stalenessTable(verdict: Verdict): Html | string {
  const fields = fieldsOf(verdict);
  const phases = fieldsOf(fields["byPhase"]);
  const rows = Object.keys(phases).filter((name) => isFields(phases[name]));
  if (rows.length === 0 || numberIn(fields, "reads") === undefined) return "";
  const cell = (phase: Fields, name: string, text: (n: number) => string): Html => {
    const value = numberIn(phase, name);
    return html`<td class="num">${value === undefined ? "–" : text(value)}</td>`;
  };
  const stalest = textIn(fieldsOf(fields["stalest"]), "text");
  return html`${scroller(
    html`<table><caption>Reads that began after a newer value was there for certain</caption>
<thead><tr><th scope="col">Faults</th><th scope="col" class="num">Reads</th><th scope="col" class="num">Stale</th><th scope="col" class="num">Stalest</th></tr></thead>
<tbody>${rows.map((name) => {
      const phase = fieldsOf(phases[name]);
      return html`<tr><th scope="row">${clip(name, 40)}</th>${cell(phase, "reads", count)}${cell(phase, "staleReads", count)}${cell(phase, "maxMs", durationMs)}</tr>`;
    })}</tbody></table>`,
    "Staleness by phase",
  )}${stalest === undefined ? "" : html`<p>The stalest: ${clip(stalest, 600)}.</p>`}`;
}
