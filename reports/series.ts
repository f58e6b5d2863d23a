/** Rate and latency over time: for the charts, and for the strip on the first screen. Counted over all ops of the history. */
import { ENDINGS, type PageData, type Series } from "./data.js";
import { tickStep } from "./format.js";
import type { Calls } from "./survey.js";

const BUCKETS = 160;
const MAX_FS = 8;

/** Buckets have a round width (0.1 s, 0.2 s, 0.5 s, …). Ops count where they ended; one without an end, where it began. */
export function seriesOf(calls: Calls, endNs: number): Pick<PageData, "bucketNs" | "series"> {
  const bucketNs = Math.max(1, Math.round(tickStep(Math.max(1, endNs), BUCKETS)));
  const buckets = Math.floor(endNs / bucketNs) + 1;
  const series: Record<string, Series> = { "": count(calls, buckets, bucketNs, -1) };
  if (calls.fs.length > 1) {
    for (const [id, f] of [...calls.fs.entries()].slice(0, MAX_FS)) series[f] = count(calls, buckets, bucketNs, id);
  }
  return { bucketNs, series };
}

/** `f`: -1 for all. */
function count(calls: Calls, buckets: number, bucketNs: number, f: number): Series {
  const counts = ENDINGS.map(() => new Array<number>(buckets).fill(0));
  const took: number[][] = Array.from({ length: buckets }, () => []);
  for (let row = 0; row < calls.count; row++) {
    if (f >= 0 && calls.f[row] !== f) continue;
    const endNs = calls.endNs[row] as number;
    const at = Math.floor(endNs / bucketNs);
    const ending = calls.ending[row] as number;
    const column = counts[ending] as number[];
    column[at] = (column[at] ?? 0) + 1;
    if (ENDINGS[ending] === "ok") took[at]?.push((endNs - (calls.invokeNs[row] as number)) / 1000);
  }
  for (const each of took) each.sort((a, b) => a - b);
  const at = (q: number): (number | null)[] => took.map((sorted) => quantile(sorted, q));
  const [ok = [], fail = [], info = []] = counts;
  return { ok, fail, info, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Nearest rank: a value that really occurred. */
function quantile(sorted: readonly number[], q: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  return value === undefined ? null : Math.round(value);
}

/** Ops a bucket of time, by ending (in the order of ENDINGS). */
export interface Strip {
  readonly bucketNs: number;
  readonly counts: readonly (readonly [ok: number, fail: number, info: number])[];
}

/** `buckets` equal parts of the run. */
export function stripOf(calls: Calls, endNs: number, buckets: number): Strip {
  const bucketNs = Math.max(1, Math.ceil((endNs + 1) / buckets));
  const counts = Array.from({ length: Math.ceil((endNs + 1) / bucketNs) }, (): [number, number, number] => [0, 0, 0]);
  for (let row = 0; row < calls.count; row++) {
    const bucket = counts[Math.floor((calls.endNs[row] as number) / bucketNs)];
    const ending = calls.ending[row] as 0 | 1 | 2;
    if (bucket !== undefined) bucket[ending]++;
  }
  return { bucketNs, counts };
}
