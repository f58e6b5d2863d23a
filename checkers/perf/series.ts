/** Latency and rate over time, in columns of equal buckets: small enough for a results file, ready for a chart. */
import { CALL_TYPES, type Calls, INFO } from "../calls.js";
import { quantileOf, toMs } from "../numbers.js";

/** One line of a chart: ops of one f that ended one way, by the bucket they ended in. Arrays are `buckets` long. */
export interface PerfLine {
  readonly f: string;
  readonly type: (typeof CALL_TYPES)[number];
  /** Ops that ended in the bucket; times 1000 / bucketMs is the rate per second. */
  readonly count: readonly number[];
  /** null where the bucket is empty. */
  readonly p50Ms: readonly (number | null)[];
  readonly p99Ms: readonly (number | null)[];
  readonly maxMs: readonly (number | null)[];
}

export interface PerfSeries {
  /** Bucket i covers [i x bucketMs, (i + 1) x bucketMs). */
  readonly bucketMs: number;
  readonly buckets: number;
  /** Only lines with at least one op. */
  readonly lines: readonly PerfLine[];
}

/** Bucket widths people can read off an axis, ms. */
const STEPS = [1, 2, 5];

/** The smallest readable width (at least 10 ms) with which a run of `durationMs` has at most `most` buckets. */
function widthFor(durationMs: number, most: number): number {
  for (let power = 10; ; power *= 10) {
    for (const step of STEPS) {
      const width = step * power;
      if (Math.floor(durationMs / width) + 1 <= most) return width;
    }
  }
}

/** The series of a history, by f and ending. An op the history ends without counts nowhere: it has no latency yet. */
export function seriesOf(calls: Calls, most: number): PerfSeries {
  const bucketMs = widthFor(toMs(calls.lastNs), Math.max(1, most));
  const buckets = Math.floor(toMs(calls.lastNs) / bucketMs) + 1;
  const types = CALL_TYPES.length;
  const cells = calls.fs.length * types * buckets;
  const cellOf = (call: number): number => {
    const bucket = Math.min(buckets - 1, Math.floor((calls.endNs[call] as number) / 1e6 / bucketMs));
    return ((calls.f[call] as number) * types + (calls.type[call] as number)) * buckets + bucket;
  };
  // Counting sort: latencies of one cell side by side, so that each cell's quantiles are exact.
  const starts = new Int32Array(cells + 1);
  for (let call = 0; call < calls.length; call++) {
    if ((calls.type[call] as number) <= INFO) starts[cellOf(call) + 1] = (starts[cellOf(call) + 1] as number) + 1;
  }
  for (let cell = 0; cell < cells; cell++) starts[cell + 1] = (starts[cell + 1] as number) + (starts[cell] as number);
  const fill = starts.slice();
  const sorted = new Float64Array(starts[cells] as number);
  for (let call = 0; call < calls.length; call++) {
    if ((calls.type[call] as number) > INFO) continue;
    const cell = cellOf(call);
    const at = fill[cell] as number;
    fill[cell] = at + 1;
    sorted[at] = (calls.endNs[call] as number) - (calls.invokeNs[call] as number);
  }
  const lines: PerfLine[] = [];
  calls.fs.forEach((f, fId) => {
    CALL_TYPES.forEach((type, typeId) => {
      const from = (fId * types + typeId) * buckets;
      if (starts[from] === starts[from + buckets]) return;
      lines.push(lineOf(f, type, sorted, starts.subarray(from, from + buckets + 1)));
    });
  });
  return { bucketMs, buckets, lines };
}

function lineOf(f: string, type: PerfLine["type"], sorted: Float64Array, starts: Int32Array): PerfLine {
  const count: number[] = [];
  const p50Ms: (number | null)[] = [];
  const p99Ms: (number | null)[] = [];
  const maxMs: (number | null)[] = [];
  for (let bucket = 0; bucket + 1 < starts.length; bucket++) {
    const cell = sorted.subarray(starts[bucket], starts[bucket + 1]).sort();
    const at = (q: number): number | null => {
      const ns = quantileOf(cell, q);
      return ns === null ? null : toMs(ns);
    };
    count.push(cell.length);
    p50Ms.push(at(0.5));
    p99Ms.push(at(0.99));
    maxMs.push(at(1));
  }
  return { f, type, count, p50Ms, p99Ms, maxMs };
}
