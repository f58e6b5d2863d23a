/**
 * The data inside a report page, as both sides see it: packed into columns by pure code, unpacked by the page's script.
 * Columns of small numbers compress to about a tenth of one JSON object an op.
 */

/** How an op ended; positions are the codes of the `ending` column. */
export const ENDINGS = ["ok", "fail", "info"] as const;
export type Ending = (typeof ENDINGS)[number];

/** A column of repeating words: `words[ids[row]]`; id -1 for none. */
export interface WordColumn {
  readonly words: readonly string[];
  readonly ids: readonly number[];
}

/**
 * A value as it travels: a number stands for itself, null for nil; a string is the value's text as `show` prints it.
 * As a result it may also be the number column's stand-in `SAME`: equal to what was asked.
 */
export type PackedValue = number | string | null;

/** Not a text that `show` can print (texts of strings are quoted), so it cannot be mistaken for a value. */
export const SAME = "=";

/** One row an op (an invocation with its completion), in order of invocation. */
export interface OpColumns {
  readonly count: number;
  /** Microseconds since the run began; each row holds the difference to the row before. */
  readonly startUs: readonly number[];
  /** Microseconds from invocation to completion; -1 where there is no completion. */
  readonly tookUs: readonly number[];
  readonly process: readonly number[];
  /** Codes of ENDINGS. */
  readonly ending: readonly number[];
  /** Index of the invocation in the history; difference to the row before. */
  readonly index: readonly number[];
  /** Index of the completion minus that of the invocation; -1 where there is none. */
  readonly endIndex: readonly number[];
  readonly f: WordColumn;
  readonly key: WordColumn;
  readonly node: WordColumn;
  readonly via: WordColumn;
  readonly error: WordColumn;
  readonly value: readonly PackedValue[];
  readonly result: readonly PackedValue[];
}

/** A fault for the eye: where to shade, and what to write there. Times in ns since the run began. */
export interface Band {
  readonly kind: string;
  /** "n3 | n1 n2 n4 n5", "n2 killed" */
  readonly label: string;
  readonly targets: readonly string[];
  readonly beginNs: number;
  readonly biteNs: number;
  /** Healing began; the end of the run where it never did. */
  readonly endNs: number;
  readonly healedNs: number;
  readonly proved: boolean;
}

/** A witness in the timeline: the rows to highlight. */
export interface WitnessRows {
  /** The id of its picture in the page. */
  readonly id: string;
  readonly label: string;
  readonly rows: readonly number[];
}

/** Rate and latency over time, one entry a bucket. Latencies in µs of completed (ok) ops; null where there were none. */
export interface Series {
  readonly ok: readonly number[];
  readonly fail: readonly number[];
  readonly info: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface PageData {
  readonly format: 1;
  readonly nodes: readonly string[];
  /** Client threads of the run; 0 where unknown. Process p runs on thread p mod concurrency. */
  readonly concurrency: number;
  readonly endNs: number;
  readonly bands: readonly Band[];
  readonly witnesses: readonly WitnessRows[];
  /** Client ops in the whole history; more than `ops.count` where rows were left out. */
  readonly invocations: number;
  readonly ops: OpColumns;
  /** Buckets of the series; exact even where rows were left out. */
  readonly bucketNs: number;
  /** "" for all ops, then by f. */
  readonly series: Readonly<Record<string, Series>>;
}
