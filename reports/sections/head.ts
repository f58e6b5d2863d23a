/** The first screen: the verdict in a sentence, what was run, what each checker says, and how to run it again. */
import type { Valid, Verdict } from "../../src/core/checker.js";
import type { RunResults, TestSpec } from "../../src/core/run.js";
import { count, durationMs, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { icon, validIcon, validWord } from "../icons.js";
import { checkerTitle } from "../names.js";
import { isForeign, validOf } from "../read.js";
import { clip } from "../show.js";
import type { Survey } from "../survey.js";
import { findingId, inOrder } from "./findings.js";
import { glance } from "./glance.js";

const MEANING: Readonly<Record<"valid" | "invalid" | "unknown", string>> = {
  valid: "Green means that nothing was found in this run. It is not a proof for other runs.",
  invalid: "A violation was found. The findings below show the ops that prove it.",
  unknown: "Nothing was proved, neither for nor against. The amber findings say why.",
};

export function headSection(test: TestSpec, results: RunResults, found: Survey): Html {
  const valid = validOf(results);
  const word = validWord(valid);
  return html`<section class="hero ${word}" aria-labelledby="verdict">
<div class="verdict">${validIcon(valid)}<div>
<p class="eyebrow"><strong class="badge ${word}">${word}</strong> ${[test.system, test.workload, test.nemesis === "none" ? "no faults" : test.nemesis].filter((part) => part !== "").join(" · ")}</p>
<h1 id="verdict">${clip(results.summary, 400)}</h1>
<p class="meaning">${MEANING[word]}${results.ended === undefined ? "" : ` The run ended early: ${clip(results.ended, 200)}.`}</p>
</div></div>
${checkerList(results)}
${facts(test, results, found)}
${glance(found)}
${repeatBox(test.repeat)}
</section>`;
}

function checkerList(results: RunResults): Html {
  const checkers = inOrder(results.checkers);
  if (checkers.length === 0) return html`<p class="none">No checker gave a verdict.</p>`;
  return html`<ul class="checkers" aria-label="Findings">${checkers.map(([name, verdict]) => checkerRow(name, verdict))}</ul>`;
}

function checkerRow(name: string, verdict: Verdict): Html {
  const valid: Valid = validOf(verdict);
  return html`<li class="${validWord(valid)}"><a href="#${findingId(name)}">${validIcon(valid)}<span class="name">${checkerTitle(name)} <span class="word">${validWord(valid)}</span></span>
<span class="said">${clip(String(verdict.summary ?? ""), 300)}</span></a></li>`;
}

function facts(test: TestSpec, results: RunResults, found: Survey): Html {
  const { ok, fail, info } = results.ops;
  const rows: readonly (readonly [name: string, value: string, more?: string])[] = [
    ["Ops", count(ok + fail + info), `${count(ok)} ok, ${count(fail)} failed, ${count(info)} unknown`],
    ["Faults", faultsText(found)],
    [
      "Nodes",
      `${test.nodes.length > 0 ? plural(test.nodes.length, "node") : plural(found.nodes.length, "node")}, ${results.runtime}`,
    ],
    [
      "Clients",
      test.concurrency > 0 ? `${count(test.concurrency)}${test.rate > 0 ? `, ${count(test.rate)} ops/s` : ""}` : "–",
    ],
    ["Time", durationMs(results.durationMs)],
    ["Seed", String(results.seed)],
  ];
  const known = isForeign(test) ? rows.filter(([name]) => name === "Ops" || name === "Time") : rows;
  return html`<dl class="facts">${known.map(([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}${more === undefined ? "" : html`<small>${more}</small>`}</dd></div>`)}</dl>`;
}

function faultsText(found: Survey): string {
  const faults = found.faults.length;
  if (faults === 0) return "none";
  const proved = found.faults.filter((fault) => fault.window.proved).length;
  return proved === faults ? `${count(faults)}, all proved` : `${count(faults)}, ${count(proved)} proved`;
}

function repeatBox(command: string): Html {
  return html`<div class="repeat"><h2 id="repeat-head">Run it again</h2>
<div class="command"><pre tabindex="0" aria-labelledby="repeat-head"><code id="repeat">${command}</code></pre>
<button type="button" class="needs-js" data-copy="repeat">${icon("copy")}<span>Copy</span></button></div></div>`;
}
