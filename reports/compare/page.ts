/** A comparison as one page that opens anywhere, offline: verdicts first, then the trade-off, then why. Judges nothing. */
import { pageOf, type ReportAssets } from "../document.js";
import { count, durationMs } from "../format.js";
import { type Html, html } from "../html.js";
import { icon } from "../icons.js";
import { clip } from "../show.js";
import { foundSection } from "./found.js";
import { latencyFigure } from "./latency.js";
import type { Comparison } from "./model.js";
import { quadrantFigure } from "./quadrant.js";
import { rankingSection } from "./ranking.js";
import { timelinesSection } from "./timelines.js";
import { verdictTable } from "./verdicts.js";
import { greenMeans, headline, notes } from "./words.js";

const LINKS: readonly (readonly [id: string, label: string])[] = [
  ["verdict", "Verdicts"],
  ["trade-off", "Trade-off"],
  ["timelines", "Timelines"],
  ["found", "What was found"],
  ["ranking", "Ranking"],
  ["about", "About"],
];

/** Resolves with the whole page. `assets`: the bundled `reports/page/compare.ts` and `compare.css`. */
export function renderComparison(comparison: Comparison, assets: ReportAssets): Promise<string> {
  const names = comparison.systems.map(({ system }) => system).join(", ");
  return pageOf(
    {
      title: clip(`${names} under ${comparison.nemesis}`, 140),
      iconColour: "%236a4fb5",
      skipTo: "the verdicts",
      links: LINKS,
      body: html`${hero(comparison)}
${tradeOff(comparison)}
${timelinesSection(comparison)}
${foundSection(comparison)}
${rankingSection(comparison)}
${about(comparison)}`,
      footer: "Rendered from compare.json; this page judges nothing itself. The reports of the runs lie beside it.",
      data: "",
    },
    assets,
  );
}

function hero(comparison: Comparison): Html {
  const { workload, nemesis, seed, repeat } = comparison;
  return html`<section class="hero compare" aria-labelledby="verdict">
<p class="eyebrow">${workload} · ${nemesis === "none" ? "no faults" : nemesis} · seed ${seed}${repeat === 1 ? "" : ` · ${repeat} runs each`}</p>
<h1 id="verdict">${headline(comparison)}</h1>
<p class="meaning">The same seed, load and faults for every system, one after the other.${repeat === 1 ? "" : " Figures are those of the worst run; losses are summed."}</p>
${verdictTable(comparison)}
<div class="green">${greenMeans(comparison).map((text) => html`<p>${text}</p>`)}${notes(comparison).map((text) => html`<p class="note">${clip(text, 500)}</p>`)}</div>
</section>`;
}

function tradeOff(comparison: Comparison): Html {
  return html`<section id="trade-off" aria-labelledby="trade-off-head"><h2 id="trade-off-head">The trade-off at a glance</h2>
<div class="pair">${quadrantFigure(comparison)}${latencyFigure(comparison)}</div></section>`;
}

function about(comparison: Comparison): Html {
  const rows: readonly (readonly [string, string])[] = [
    ["Workload", comparison.workload],
    ["Nemesis", comparison.nemesis],
    ["Nemesis interval", durationMs(comparison.nemesisIntervalMs)],
    ["Time limit", durationMs(comparison.timeLimitMs)],
    ["Clients", comparison.concurrency],
    ["Rate", comparison.rate > 0 ? `${count(comparison.rate)} ops/s` : "as fast as they can"],
    ["Seed", String(comparison.seed)],
    ["Runs", String(comparison.repeat)],
    ["Started", comparison.startedAt],
    ["cap-test", comparison.version],
  ];
  return html`<section id="about" aria-labelledby="about-head"><h2 id="about-head">About this comparison</h2>
<div class="repeat"><h3 id="repeat-head">Do it again</h3>
<div class="command"><pre tabindex="0" aria-labelledby="repeat-head"><code id="repeat">${comparison.command}</code></pre>
<button type="button" class="needs-js" data-copy="repeat">${icon("copy")}<span>Copy</span></button></div></div>
<dl class="about">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}
