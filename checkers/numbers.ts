/** Times and quantiles as results show them: milliseconds, rounded so that a results file stays small and readable. */

/** ns to ms, rounded to a microsecond. */
export function toMs(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

/** A share rounded to 6 digits; 0 where nothing was counted. A share below 1 is never rounded up to 1, nor one above 0 down to 0. */
export function share(part: number, whole: number): number {
  if (whole === 0) return 0;
  const rounded = Math.round((part / whole) * 1e6) / 1e6;
  if (part < whole && rounded >= 1) return 0.999999;
  return part > 0 && rounded <= 0 ? 0.000001 : rounded;
}

/** Latency quantiles, ms. `null` where nothing was measured. */
export interface Quantiles {
  readonly count: number;
  readonly minMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** The value at rank ceil(q x n) of ascending numbers (nearest rank: always a value that occurred). */
export function quantileOf(sorted: ArrayLike<number>, q: number): number | null {
  if (sorted.length === 0) return null;
  const rank = Math.ceil(q * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))] ?? null;
}

/** Quantiles of durations in ns. Sorts the array in place. */
export function quantilesMs(durationsNs: Float64Array): Quantiles {
  const sorted = durationsNs.sort();
  const at = (q: number): number | null => {
    const ns = quantileOf(sorted, q);
    return ns === null ? null : toMs(ns);
  };
  return { count: sorted.length, minMs: at(0), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
}

/** "1 write", "2 writes". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "12.5 %", for summaries. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 1000) / 10} %`;
}

/** The first index of an ascending column whose number is at least `bound`; its length where there is none. */
export function lowerBound(column: ArrayLike<number>, bound: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] as number) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
