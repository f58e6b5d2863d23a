/** How fast it was: latency quantiles with and without faults, and latency and rate over time for the charts. Judges nothing. */
import type { CheckContext, Checker, Verdict } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type Calls, callsOf, INFO, OK } from "./calls.js";
import { type FaultSummary, faultSummaries } from "./faults.js";
import { type Quantiles, quantilesMs, toMs } from "./numbers.js";
import { type PerfSeries, seriesOf } from "./perf/series.js";

export type { PerfSeries } from "./perf/series.js";

export interface PerfOptions {
  /** At most so many buckets over time. Default 600. */
  readonly buckets?: number;
}

export interface PerfVerdict extends Verdict {
  readonly durationMs: number;
  /** Completed ops per second over the whole run. */
  readonly opsPerSecond: number;
  /** Latencies of ops that ended ok and met no fault; null where there was none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Latencies of ops that ended ok and overlapped a fault. */
  readonly p50FaultMs: number | null;
  readonly p99FaultMs: number | null;
  /** All ops that ended ok. */
  readonly overall: Quantiles;
  readonly byF: Readonly<Record<string, Quantiles>>;
  /** before: ended before the first fault; during: overlapped one; after: the rest. */
  readonly byPhase: { readonly before: Quantiles; readonly during: Quantiles; readonly after: Quantiles };
  readonly series: PerfSeries;
  readonly faults: readonly FaultSummary[];
}

/** The perf checker: informative, so true where it measured anything and unknown where no op ended ok. */
export function perfChecker(options: PerfOptions = {}): Checker {
  return {
    name: "perf",
    holds: (history) => hasLatencies(callsOf(history)),
    check: (history, context) => check(history, context, options),
  };
}

/** Is there anything to measure? */
function hasLatencies({ type, lastNs }: Calls): boolean {
  return lastNs > 0 && type.includes(OK);
}

const BEFORE = 0;
const DURING = 1;
const AFTER = 2;

function check(history: History, _context: CheckContext, options: PerfOptions): PerfVerdict {
  const calls = callsOf(history);
  const phase = phasesOf(calls);
  const select = (test: (call: number) => boolean): Quantiles => quantilesMs(latencies(calls, test));
  const overall = select(() => true);
  const calm = select((call) => phase[call] !== DURING);
  const during = select((call) => phase[call] === DURING);
  const byF: Record<string, Quantiles> = {};
  calls.fs.forEach((f, id) => {
    byF[f] = select((call) => calls.f[call] === id);
  });
  let completed = 0;
  for (let call = 0; call < calls.length; call++) if ((calls.type[call] as number) <= INFO) completed++;
  const durationMs = toMs(calls.lastNs);
  const opsPerSecond = durationMs === 0 ? 0 : Math.round((completed / durationMs) * 1e4) / 10;
  const lag = during.p99Ms === null ? "" : `, ${during.p99Ms} ms during faults`;
  const measured = hasLatencies(calls);
  return {
    valid: measured ? true : "unknown",
    summary: measured
      ? `p50 ${calm.p50Ms ?? "-"} ms, p99 ${calm.p99Ms ?? "-"} ms without a fault${lag}; ${opsPerSecond} ops/s`
      : overall.count === 0
        ? "no op succeeded, so there is no latency"
        : "the history has no times",
    durationMs,
    opsPerSecond,
    p50Ms: calm.p50Ms,
    p95Ms: calm.p95Ms,
    p99Ms: calm.p99Ms,
    maxMs: calm.maxMs,
    p50FaultMs: during.p50Ms,
    p99FaultMs: during.p99Ms,
    overall,
    byF,
    byPhase: {
      before: select((call) => phase[call] === BEFORE),
      during,
      after: select((call) => phase[call] === AFTER),
    },
    series: seriesOf(calls, options.buckets ?? 600),
    faults: faultSummaries(calls).slice(0, 200),
  };
}

/** Phases by call. An op that was under way when a fault began, or still is when it ends, belongs to the fault. */
function phasesOf(calls: Calls): Uint8Array {
  const phase = new Uint8Array(calls.length);
  const spans = calls.windows
    .map(({ beginNs, healedNs }) => ({ from: beginNs, to: healedNs === -1 ? Number.POSITIVE_INFINITY : healedNs }))
    .sort((a, b) => a.from - b.from);
  let first = 0;
  for (let call = 0; call < calls.length; call++) {
    const began = calls.invokeNs[call] as number;
    const ended = calls.endNs[call] as number;
    // Invocations ascend, so what was over before this one is over for all that follow.
    while (first < spans.length && (spans[first] as { to: number }).to <= began) first++;
    phase[call] = spans.some((span, i) => i >= first && span.from < ended && span.to > began)
      ? DURING
      : (spans[0]?.from ?? Number.POSITIVE_INFINITY) < ended
        ? AFTER
        : BEFORE;
  }
  return phase;
}

function latencies(calls: Calls, test: (call: number) => boolean): Float64Array {
  const out = new Float64Array(calls.length);
  let count = 0;
  for (let call = 0; call < calls.length; call++) {
    if (calls.type[call] !== OK || !test(call)) continue;
    out[count++] = (calls.endNs[call] as number) - (calls.invokeNs[call] as number);
  }
  return out.subarray(0, count);
}
