/** The else-branch of PACELC: what consistency costs when nothing is broken, and what a fault adds. */
import { durationMs } from "../format.js";
import { type Html, html } from "../html.js";
import type { ComparedSystem, Comparison } from "./model.js";
import { hueOf } from "./verdicts.js";
import { timeText } from "./words.js";

/** A scale by powers of ten over all latencies shown. */
interface Scale {
  readonly ticks: readonly number[];
  /** 0 … 100, percent of the width. */
  at(ms: number): number;
}

export function latencyFigure({ systems }: Comparison): Html {
  const ran = systems.map((system, index) => ({ system, index })).filter(({ system }) => system.p50Ms !== null);
  if (ran.length === 0) return html`<p class="none">No latency was measured.</p>`;
  const scale = scaleOf(ran.map(({ system }) => system));
  return html`<figure class="card latency"><figcaption><strong>Without a cut: how long does an answer take?</strong> <span>Of ops that ended ok; each line is ten times the one before.</span></figcaption>
<div class="latency-key" aria-hidden="true"><span class="p50">p50</span><span class="p99">p99 without a fault</span><span class="p99-fault">p99 during faults</span></div>
${ran.map(({ system, index }) => latencyRow(system, index, scale))}
<div class="latency-row" aria-hidden="true"><span></span><svg class="ticks" height="18">${scale.ticks.map((tick, i) => html`<text x="${i === 0 ? 0 : i === scale.ticks.length - 1 ? 100 : scale.at(tick)}%" y="13" text-anchor="${i === 0 ? "start" : i === scale.ticks.length - 1 ? "end" : "middle"}">${durationMs(tick)}</text>`)}</svg></div></figure>`;
}

function latencyRow(system: ComparedSystem, index: number, scale: Scale): Html {
  const { p50Ms, p99Ms, p99FaultMs } = system;
  const x = (ms: number | null): string => `${scale.at(ms ?? 0)}%`;
  const words = `p50 ${timeText(p50Ms)}, p99 ${timeText(p99Ms)}${p99FaultMs === null ? "" : `, ${timeText(p99FaultMs)} during faults`}`;
  const far = Math.max(p99Ms ?? 0, p99FaultMs ?? 0);
  return html`<div class="latency-row ${hueOf(index)}"><span class="who"><strong>${system.system}</strong> <small>${words}</small></span>
<svg height="26" aria-hidden="true">${scale.ticks.map((tick) => html`<line class="grid" x1="${scale.at(tick)}%" x2="${scale.at(tick)}%" y1="0" y2="26"/>`)}
<line class="range" x1="${x(p50Ms)}" x2="${x(far)}" y1="13" y2="13"/><circle class="p50" cx="${x(p50Ms)}" cy="13" r="5"/>
${p99Ms === null ? "" : html`<rect class="p99" x="${x(p99Ms)}" y="6" width="4" height="14" transform="translate(-2 0)"/>`}${p99FaultMs === null ? "" : html`<circle class="p99-fault" cx="${x(p99FaultMs)}" cy="13" r="5"/>`}</svg></div>`;
}

function scaleOf(systems: readonly ComparedSystem[]): Scale {
  const all = systems
    .flatMap(({ p50Ms, p99Ms, p99FaultMs }) => [p50Ms, p99Ms, p99FaultMs])
    .filter((ms): ms is number => ms !== null && ms > 0);
  const low = Math.floor(Math.log10(Math.min(1, ...all)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(10, ...all))));
  const at = (ms: number): number => {
    const share = (Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low);
    // A margin on both sides, so that no mark is cut in half.
    return Math.round((4 + share * 92) * 100) / 100;
  };
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}
