/** All systems over the same time, under one band of faults: who answered, on which side, second by second. */
import type { ServiceCounts, ServiceTimeline, TimelineFault } from "../../checkers/availability/timeline.js";
import { moment } from "../format.js";
import { type Html, html } from "../html.js";
import { clip } from "../show.js";
import type { ComparedRun, ComparedSystem, Comparison } from "./model.js";
import { classChip, hueOf, systemId } from "./verdicts.js";
import { shareText } from "./words.js";

/** A stretch of time in which any system was hurt, ms. */
interface Band {
  readonly beginMs: number;
  readonly endMs: number;
  readonly kinds: readonly string[];
}

const LANE = 100;

export function timelinesSection({ systems }: Comparison): Html {
  const shown = systems.flatMap((system, index) => {
    const [run] = system.runs;
    return run === undefined ? [] : [{ system, run, index }];
  });
  if (shown.length === 0) return html``;
  // Whole slices, so that the strips and the band above them have one scale.
  const sliceMs = shown[0]?.run.timeline.sliceMs ?? 1000;
  const endMs = Math.ceil(Math.max(1, ...shown.map(({ run }) => run.timeline.durationMs)) / sliceMs) * sliceMs;
  const bands = bandsOf(shown.flatMap(({ run }) => run.timeline.faults));
  const repeated = systems.some(({ runs }) => runs.length > 1);
  return html`<section id="timelines" aria-labelledby="timelines-head"><h2 id="timelines-head">Side by side in time</h2>
<div class="card timelines">
<p class="hint">The share of operations that got an answer within 1 s, by the time they were issued. ${repeated ? "The first run of each. " : ""}<span class="key ok">answered</span> <span class="key fail">not answered</span>${bands.length > 0 ? html` <span class="key band">fault</span>` : ""}</p>
${bands.length === 0 ? "" : html`<div class="strip-row faults-row"><span class="who">faults</span><svg height="24" role="img" aria-label="${faultsAlt(bands)}">${bands.map((band, i) => bandMark(band, i, endMs))}</svg></div>`}
${shown.map(({ system, run, index }) => strip(system, run, index, bands, endMs))}
<div class="strip-row" aria-hidden="true"><span></span><div class="scale"><span>0 s</span><span>${(endMs / 2000).toFixed(0)} s</span><span>${(endMs / 1000).toFixed(0)} s</span></div></div>
</div></section>`;
}

function bandMark({ beginMs, endMs, kinds }: Band, index: number, wholeMs: number): Html {
  const middle = percentOf((beginMs + endMs) / 2, wholeMs);
  return html`<rect class="band" x="${percentOf(beginMs, wholeMs)}%" width="${percentOf(endMs - beginMs, wholeMs)}%" y="0" height="24"/><text x="${middle}%" y="16" text-anchor="middle">${index + 1}<tspan class="kind"> · ${kinds.join("+")}</tspan></text>`;
}

function faultsAlt(bands: readonly Band[]): string {
  return `Faults: ${bands.map(({ kinds, beginMs, endMs }) => `${kinds.join(" and ")} from ${moment(beginMs * 1e6)} to ${moment(endMs * 1e6)}`).join("; ")}.`;
}

function strip(system: ComparedSystem, run: ComparedRun, index: number, bands: readonly Band[], endMs: number): Html {
  const { timeline } = run;
  const slices = Math.ceil(endMs / timeline.sliceMs);
  const split = timeline.minority.tried.some((n) => n > 0);
  const height = split ? LANE * 2 + 16 : LANE;
  const alt = `${system.system}: during cuts the majority side answered ${shareText(run.majorityYield)}, the minority side ${shareText(run.minorityYield)} of the operations.`;
  return html`<div class="strip-row"><span class="who"><span class="dot ${hueOf(index)}"></span><a href="#${systemId(system)}">${system.system}</a> ${classChip(run.class)}</span>
<div><div class="lanes-of"><svg class="strip${split ? " split" : ""}" viewBox="0 0 ${slices} ${height}" preserveAspectRatio="none" role="img" aria-label="${alt}">
${bands.map(({ beginMs, endMs: until }) => html`<rect class="band" x="${round(beginMs / timeline.sliceMs)}" y="0" width="${round((until - beginMs) / timeline.sliceMs)}" height="${height}"/>`)}
${lane(timeline.majority, 0)}${split ? lane(timeline.minority, LANE + 16) : ""}<path class="edges" d="${bands.map(({ beginMs, endMs: until }) => `M${round(beginMs / timeline.sliceMs)} 0v${height}M${round(until / timeline.sliceMs)} 0v${height}`).join("")}"/></svg>${split ? html`<span class="lane-name" aria-hidden="true">majority</span><span class="lane-name second" aria-hidden="true">minority</span>` : ""}</div>
${cutNodes(timeline)}</div></div>`;
}

/** Two paths a lane, however many slices: what was answered from below, what was not on top of it. */
function lane({ tried, answered }: ServiceCounts, top: number): Html {
  let ok = "";
  let missed = "";
  for (const [i, all] of tried.entries()) {
    if (all === 0) continue;
    const good = round(((answered[i] ?? 0) / all) * LANE);
    if (good > 0) ok += `M${i} ${top + LANE}v${-good}h1v${good}z`;
    if (good < LANE) missed += `M${i} ${top}h1v${round(LANE - good)}h-1z`;
  }
  return html`<path class="ok" d="${ok}"/><path class="fail" d="${missed}"/>`;
}

/** Leaders move: the same fault may cut off different nodes. */
function cutNodes({ faults }: ServiceTimeline): Html | string {
  if (faults.length === 0) return "";
  const words = faults
    .slice(0, 12)
    .map(({ targets, proved }) => `${targets.join(" ")}${proved ? "" : " (not proved)"}`);
  return html`<p class="cut-nodes">hurt: ${words.map((word, i) => html`${i > 0 ? " · " : ""}<span>${clip(word, 120)}</span>`)}${faults.length > words.length ? " …" : ""}</p>`;
}

/** Joins what overlaps: the systems follow one plan, but each proves its faults in its own time. */
function bandsOf(faults: readonly TimelineFault[]): readonly Band[] {
  const sorted = [...faults].sort((a, b) => a.beginMs - b.beginMs || a.endMs - b.endMs);
  const bands: Band[] = [];
  for (const { beginMs, endMs, kind, shape } of sorted) {
    const last = bands.at(-1);
    const name = kind === "partition" && shape !== undefined ? shape : kind;
    if (last !== undefined && beginMs < last.endMs) {
      const kinds = last.kinds.includes(name) ? last.kinds : [...last.kinds, name];
      bands[bands.length - 1] = { beginMs: last.beginMs, endMs: Math.max(last.endMs, endMs), kinds };
    } else bands.push({ beginMs, endMs, kinds: [name] });
  }
  return bands;
}

const percentOf = (ms: number, wholeMs: number): number => round((ms / wholeMs) * 100);
const round = (n: number): number => Math.round(n * 100) / 100;
