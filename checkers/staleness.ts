/**
 * How stale were the reads of registers? In real time, beside any verdict: a read is stale if a newer value had been there for
 * certain before it began. Informative: its verdict is always true, since what a run must keep is for other checkers to say.
 */
import type { CheckContext, Checker, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type ColumnarHistory, columnar } from "../src/history/index.js";
import { callsOf } from "./calls.js";
import { beginOf, type Rows, rowsOf, THIN_AIR } from "./levels/rows.js";
import { witnessOfRows } from "./levels/words.js";
import { scanCells } from "./linearizable/cell-scan.js";
import { didText } from "./linearizable/cell-words.js";
import { cellsOf } from "./linearizable/cells.js";
import { counted, percent, quantileOf, share, toMs } from "./numbers.js";
import { deltaOf } from "./staleness/delta.js";
import { type Phase, phasesOf } from "./staleness/phases.js";
import { firstAfter, type Zones, zonesOf } from "./staleness/zones.js";

/** Stale reads of a phase of the run. Ages in ms, null where no read was stale. */
export interface PhaseStaleness {
  readonly reads: number;
  readonly staleReads: number;
  readonly maxMs: number | null;
}

export interface StalenessVerdict extends Verdict {
  /** Reads that were looked at, and those that were stale; null where it cannot be told: a value is written twice. */
  readonly reads: number | null;
  readonly staleReads: number | null;
  readonly staleFraction: number | null;
  /** t-visibility: for how long a value that was read had been overwritten for certain when the read began. Null: never, or not known. */
  readonly maxMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Before, during and after faults; all reads are "before" in a run without faults. */
  readonly byPhase: Readonly<Record<Phase, PhaseStaleness>>;
  /** Every read returned one of the last `k` values, as far as the order of the writes is certain (1: never stale). At most 1,001. */
  readonly k: number | null;
  /** The smallest delta, in ms, for which the reads and writes are delta-atomic (Golab, Li & Shah 2011). Null: not looked for. */
  readonly deltaMs: number | null;
  /** The stalest read. */
  readonly stalest?: Witness;
}

export interface StalenessOptions {
  /** The value before the first write. Default null. */
  readonly initial?: unknown;
  /** See `LinearizableOptions`. */
  readonly nilReads?: "observed" | "any";
}

export function stalenessChecker(options: StalenessOptions = {}): Checker {
  return {
    name: "staleness",
    holds: () => true,
    check: (history, context) => checkStaleness(history, context, options),
  };
}

/** At most so many newer values are counted for one read. */
const K_LIMIT = 1000;

interface Stale {
  readonly row: number;
  readonly ageNs: number;
  readonly newer: number;
}

/**
 * The staleness of a history of registers with unique values. v was overwritten for certain at the first end of a call that
 * wrote or read w, where w's write began after a call that wrote or read v had ended. Compare-and-sets count as writes.
 */
export function checkStaleness(
  history: History,
  context: CheckContext = {},
  options: StalenessOptions = {},
): StalenessVerdict {
  const columns = columnar(history);
  const scan = scanCells(columns, options);
  const cells = cellsOf(columns, options, "register");
  const rows = rowsOf(cells);
  if (rows === undefined) return unknown("not measured: a value is written twice, so reads do not name their writes");
  if (!columns.timed) return unknown("not measured: the history has no times");
  const phases = phasesOf(callsOf(history).windows, context.finalNs);
  const keys = zonesOf(rows);
  const reads: Record<Phase, number> = { before: 0, during: 0, after: 0 };
  const stale: Record<Phase, Stale[]> = { before: [], during: [], after: [] };
  for (const zones of keys) {
    zones.reads.forEach((row, i) => {
      const phase = phases(columns.times[beginOf(rows, row)] as number);
      reads[phase]++;
      const found = staleness(columns, rows, zones, row, zones.seen[i] as number);
      if (found !== undefined) stale[phase].push(found);
    });
  }
  const delta = scan?.undecided.size === 0 ? 0 : deltaOf(keys, columns.times);
  return measured(rows, reads, stale, delta);
}

/** Undefined where the read is not stale for certain. */
function staleness(history: ColumnarHistory, rows: Rows, zones: Zones, row: number, seen: number): Stale | undefined {
  const { begins, ends, laterEnds, count } = zones;
  const from = firstAfter(begins, seen === -1 ? -1 : (ends[seen] as number));
  if (from === count) return undefined;
  const begin = beginOf(rows, row);
  const overwritten = laterEnds[from] as number;
  if (overwritten >= begin) return undefined;
  let newer = 0;
  for (let at = from; at < count && newer < K_LIMIT && (begins[at] as number) < begin; at++) {
    if ((ends[at] as number) < begin) newer++;
  }
  return { row, newer, ageNs: (history.times[begin] as number) - (history.times[overwritten] as number) };
}

function measured(
  rows: Rows,
  reads: Readonly<Record<Phase, number>>,
  stale: Readonly<Record<Phase, readonly Stale[]>>,
  deltaNs: number | undefined,
): StalenessVerdict {
  const all = [...stale.before, ...stale.during, ...stale.after];
  const ages = Float64Array.from(all, ({ ageNs }) => ageNs).sort();
  const ms = (q: number): number | null => {
    const ns = quantileOf(ages, q);
    return ns === null ? null : toMs(ns);
  };
  const total = reads.before + reads.during + reads.after;
  const phase = (name: Phase): PhaseStaleness => ({
    reads: reads[name],
    staleReads: stale[name].length,
    maxMs: stale[name].length === 0 ? null : toMs(stale[name].reduce((most, { ageNs }) => Math.max(most, ageNs), 0)),
  });
  const worst = all.reduce<Stale | undefined>(
    (most, one) => (most === undefined || one.ageNs > most.ageNs ? one : most),
    undefined,
  );
  const k = 1 + all.reduce((most, { newer }) => Math.max(most, newer), 0);
  const deltaMs = deltaNs === undefined ? null : toMs(deltaNs);
  return {
    valid: true,
    summary:
      total === 0 && rows.source.includes(THIN_AIR)
        ? "no read saw what anybody had written"
        : summaryOf(total, all.length, ms(1), k),
    reads: total,
    staleReads: all.length,
    staleFraction: share(all.length, total),
    maxMs: ms(1),
    p50Ms: ms(0.5),
    p99Ms: ms(0.99),
    byPhase: { before: phase("before"), during: phase("during"), after: phase("after") },
    k: total === 0 ? null : k,
    deltaMs: total === 0 ? null : deltaMs,
    ...(worst === undefined ? {} : { stalest: witnessOfStale(rows, worst) }),
  };
}

function witnessOfStale(rows: Rows, { row, ageNs, newer }: Stale): Witness {
  const did = didText(rows.cells, rows.calls[row] as number);
  const text = `${did}, a value overwritten ${toMs(ageNs)} ms before the read began (${counted(newer, "newer value")})`;
  return witnessOfRows(rows, [row], text);
}

function summaryOf(reads: number, stale: number, maxMs: number | null, k: number): string {
  if (reads === 0) return "nothing was read";
  if (stale === 0) return `none of ${counted(reads, "read")} was stale`;
  return `${stale} of ${counted(reads, "read")} stale (${percent(share(stale, reads))}), by up to ${maxMs} ms and ${counted(k - 1, "value")}`;
}

function unknown(summary: string): StalenessVerdict {
  const none: PhaseStaleness = { reads: 0, staleReads: 0, maxMs: null };
  return {
    valid: true,
    summary,
    reads: null,
    staleReads: null,
    staleFraction: null,
    maxMs: null,
    p50Ms: null,
    p99Ms: null,
    byPhase: { before: none, during: none, after: none },
    k: null,
    deltaMs: null,
  };
}
