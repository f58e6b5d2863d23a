/** The quieter sections: the interactive timeline's place, node logs, and what the run was made of. */
import type { RunResults, TestSpec } from "../../src/core/run.js";
import { byNumberInName, count, durationMs, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { isForeign } from "../read.js";
import { scroller } from "./generic.js";

const LOG_LINES = 200;
const AROUND_LINES = 40;
const LOG_CHARS = 40_000;

export function timelineSection(invocations: number): Html {
  return html`<section id="timeline" aria-labelledby="timeline-head"><h2 id="timeline-head">Timeline</h2>
<div id="timeline-app" class="needs-js"></div>
<noscript><p class="none">The timeline needs JavaScript. ${count(invocations)} ops are in history.jsonl.</p></noscript></section>`;
}

/** What each node printed: around the violation where there is one (`around`: its span in ns), and the end of it. */
export function logsSection(
  logs: Readonly<Record<string, string>> | undefined,
  around?: readonly [beginNs: number, endNs: number],
): Html | string {
  const nodes = Object.keys(logs ?? {}).sort(byNumberInName);
  if (logs === undefined || nodes.length === 0) return "";
  const near = around === undefined ? [] : nodes.map((node) => [node, linesAround(logs[node] ?? "", around)] as const);
  const told = near.filter(([, lines]) => lines.length > 0);
  return html`<section id="logs" aria-labelledby="logs-head"><h2 id="logs-head">Node logs</h2>
<p>Each line begins with milliseconds since the run began.</p>
${told.length === 0 ? "" : html`<h3>Around the violation</h3>${told.map(([node, lines]) => html`<details class="log" open><summary><strong>${node}</strong> ${plural(lines.length, "line")}</summary>${scroller(html`<pre><code>${lines.join("\n")}</code></pre>`, `Log of ${node} around the violation`)}</details>`)}<h3>The end of each log</h3>`}
${nodes.map((node) => nodeLog(node, logs[node] ?? ""))}</section>`;
}

/** Lines of this time and a second before it: what a node does to a value often begins earlier. At most AROUND_LINES. */
function linesAround(text: string, [beginNs, endNs]: readonly [number, number]): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const ms = /^-?\d+\.\d+(?= )/.exec(line);
    if (ms === null) continue;
    const ns = Number(ms[0]) * 1e6;
    if (ns >= beginNs - 1e9 && ns <= endNs + 0.25e9) lines.push(line);
  }
  if (lines.length <= AROUND_LINES) return lines;
  return [...lines.slice(0, AROUND_LINES), `… ${count(lines.length - AROUND_LINES)} more lines`];
}

function nodeLog(node: string, text: string): Html {
  const tail = text.slice(-LOG_CHARS).replace(/\r\n?/g, "\n").trimEnd().split("\n").slice(-LOG_LINES);
  const lines = text === "" ? 0 : text.trimEnd().split("\n").length;
  const cut = lines > tail.length ? `, the last ${count(tail.length)} shown` : "";
  return html`<details class="log"><summary><strong>${node}</strong> ${plural(lines, "line")}${cut}</summary>
${lines === 0 ? html`<p class="none">It printed nothing.</p>` : scroller(html`<pre><code>${tail.join("\n")}</code></pre>`, `Log of ${node}`)}</details>`;
}

/** The run's own settings: all of test.json, and where its files are. */
export function runSection(test: TestSpec, results: RunResults): Html {
  const options = (record: Readonly<Record<string, string>>): string =>
    Object.entries(record ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(", ") || "none";
  const foreign: readonly (readonly [string, string])[] = [
    ["History", results.dir],
    ["Model", test.workload],
    ["Nodes", test.nodes.join(", ")],
    ["cap-test", test.version],
  ];
  const run: readonly (readonly [string, string])[] = [
    ["System", test.system],
    ["System options", options(test.systemOpts)],
    ["Image", test.image ?? "built in"],
    ["Workload", test.workload],
    ["Workload options", options(test.workloadOpts)],
    ["Nemesis", test.nemesis],
    ["Nemesis interval", durationMs(test.nemesisIntervalMs)],
    ["Nodes", test.nodes.join(", ")],
    ["Clients", count(test.concurrency)],
    ["Rate", test.rate > 0 ? `${count(test.rate)} ops/s` : "as fast as they can"],
    ["Time limit", durationMs(test.timeLimitMs)],
    ["Op time-out", durationMs(test.opTimeoutMs)],
    ["Runtime", test.runtime],
    ["Seed", String(test.seed)],
    ["Started", test.startedAt],
    ["Took", durationMs(results.durationMs)],
    ["Folder", results.dir],
    ["cap-test", test.version],
  ];
  const rows = isForeign(test) ? foreign : run;
  return html`<section id="run" aria-labelledby="run-head"><h2 id="run-head">About this ${isForeign(test) ? "history" : "run"}</h2>
<dl class="about">${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}
