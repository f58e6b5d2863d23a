/** The whole run in one strip: how many ops ended how, over time, with the faults behind. Plain SVG, no script needed. */
import { ENDINGS } from "../data.js";
import { moment, plural } from "../format.js";
import { type Html, html } from "../html.js";
import { type Strip, stripOf } from "../series.js";
import type { Survey } from "../survey.js";

const WIDTH = 960;
const HEIGHT = 84;
const BUCKETS = 240;

export function glance(found: Survey): Html {
  const { endNs } = found;
  if (found.calls.count === 0 || endNs === 0) return html`<p class="none">The history holds no client ops.</p>`;
  const strip = stripOf(found.calls, endNs, BUCKETS);
  const most = Math.max(1, ...strip.counts.map(([ok, fail, info]) => ok + fail + info));
  const x = (ns: number): number => round((ns / (strip.counts.length * strip.bucketNs)) * WIDTH);
  const seconds = endNs / 1e9;
  return html`<figure class="glance"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${altText(found)}">
${found.faults.map(({ band }) => html`<rect class="band kind-${band.kind}" x="${x(band.beginNs)}" y="0" width="${Math.max(1, round(x(band.endNs) - x(band.beginNs)))}" height="${HEIGHT}"/>`)}
${ENDINGS.map((ending, at) => html`<path class="${ending}" d="${columnsPath(strip.counts, at, most)}"/>`)}
</svg><div class="scale" aria-hidden="true"><span>0 s</span><span>${(seconds / 2).toFixed(1)} s</span><span>${seconds.toFixed(1)} s</span></div>
<figcaption>Ops completed over time: <span class="key ok">ok</span> <span class="key fail">failed (did not happen)</span> <span class="key info">unknown (may have happened)</span>${found.faults.length > 0 ? html` <span class="key band">fault</span>` : ""}</figcaption></figure>`;
}

/** Stacked columns as one path an ending: 240 buckets are 3 elements, not 720. */
function columnsPath(counts: Strip["counts"], at: number, most: number): string {
  const wide = WIDTH / counts.length;
  const scale = (HEIGHT - 6) / most;
  let path = "";
  for (const [i, bucket] of counts.entries()) {
    const n = bucket[at] as number;
    if (n === 0) continue;
    const below = bucket.slice(0, at).reduce((sum, each) => sum + each, 0);
    // One fail among a thousand oks must still be seen.
    const tall = Math.max(at === 0 ? 0 : 2, n * scale);
    path += `M${round(i * wide)} ${round(HEIGHT - below * scale)}v${-round(tall)}h${round(Math.max(0.8, wide - 0.6))}v${round(tall)}z`;
  }
  return path;
}

function altText(found: Survey): string {
  const faults = found.faults.map(
    ({ band }) => `${band.kind} ${band.label} from ${moment(band.beginNs)} to ${moment(band.endNs)}`,
  );
  return `${plural(found.calls.count, "op")} over ${moment(found.endNs)}. ${faults.length === 0 ? "No faults." : `Faults: ${faults.join("; ")}.`}`;
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
