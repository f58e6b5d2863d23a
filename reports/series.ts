/** Rate and latency quantiles over time, for the charts. Counted over all ops, also where the page holds only a part. */
import type { PageData, Series } from "./data.js";
import { tickStep } from "./format.js";
import { endingOf, type OpPair } from "./survey.js";

const BUCKETS = 160;
const MAX_FS = 8;

/** Buckets have a round width (0.1 s, 0.2 s, 0.5 s, …). Ops count where they ended; one without an end, where it began. */
export function seriesOf(pairs: readonly OpPair[], endNs: number): Pick<PageData, "bucketNs" | "series"> {
  const bucketNs = Math.max(1, Math.round(tickStep(Math.max(1, endNs), BUCKETS)));
  const buckets = Math.floor(endNs / bucketNs) + 1;
  const fs = [...new Set(pairs.map((pair) => pair.invoke.f))].sort().slice(0, MAX_FS);
  const series: Record<string, Series> = { "": count(pairs, buckets, bucketNs) };
  if (fs.length > 1) {
    for (const f of fs)
      series[f] = count(
        pairs.filter((pair) => pair.invoke.f === f),
        buckets,
        bucketNs,
      );
  }
  return { bucketNs, series };
}

function count(pairs: readonly OpPair[], buckets: number, bucketNs: number): Series {
  const counts = { ok: zeros(buckets), fail: zeros(buckets), info: zeros(buckets) };
  const took: number[][] = Array.from({ length: buckets }, () => []);
  for (const pair of pairs) {
    const at = Math.floor((pair.end ?? pair.invoke).time / bucketNs);
    const ending = endingOf(pair);
    if (counts[ending][at] === undefined) continue;
    counts[ending][at]++;
    if (ending === "ok" && pair.end !== undefined) took[at]?.push((pair.end.time - pair.invoke.time) / 1000);
  }
  for (const each of took) each.sort((a, b) => a - b);
  const at = (q: number): (number | null)[] => took.map((sorted) => quantile(sorted, q));
  return { ...counts, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Nearest rank: a value that really occurred. */
function quantile(sorted: readonly number[], q: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  return value === undefined ? null : Math.round(value);
}

function zeros(n: number): number[] {
  return new Array<number>(n).fill(0);
}
