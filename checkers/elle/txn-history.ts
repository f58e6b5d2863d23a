/**
 * Transactions in columns: typed arrays of micro-ops with interned keys and values, so that the checkers never touch an
 * object. Transactions are numbered in the order of their invocations; real-time questions then are comparisons of numbers.
 */
import type { History } from "../../src/core/history.js";
import type { ListPool, WriteRanges } from "../../src/history/index.js";

/** Codes of `type`. */
export const OK = 0;
export const INFO = 1;
export const FAIL = 2;

/** Codes of `mopKind`. */
export const READ = 0;
export const WRITE = 1;

/** `complete` of a transaction that may still be running when the history ends: it never blocks what comes later. */
export const NEVER = 0x7fffffff;

/** A read whose result is not known (of a transaction that did not complete `ok`). */
export const UNKNOWN = -2;
/** A read that found the initial value. */
export const NIL = -1;

export interface TxnHistory {
  /** Where the ops are, for explanations and witnesses. */
  readonly history: History;
  readonly count: number;
  /** OK, INFO, FAIL. */
  readonly type: Uint8Array;
  /** Position of the invocation; ascending. */
  readonly invoke: Int32Array;
  /** Position of the ok completion, NEVER for others. */
  readonly complete: Int32Array;
  /** Position that names transaction t: its completion's or, where it has none, its invocation's. */
  at(t: number): number;
  process(t: number): number;
  /** The transactions with an ok completion, in the order of their completions. */
  readonly completions: Int32Array;
  /**
   * Micro-ops of transaction t: mopStart[t] … mopEnd[t] - 1. There may be others in between, which are nobody's (what an
   * invocation asked for), and they need not lie in the order of the transactions.
   */
  readonly mopStart: Int32Array;
  readonly mopEnd: Int32Array;
  /** READ or WRITE (an append, or a register's write). */
  readonly mopKind: Uint8Array;
  /** Key ids. */
  readonly mopKey: Int32Array;
  /**
   * Write: value id. Register read: value id, NIL or UNKNOWN. List read: the number of a list that begins so, NIL where there
   * is no list (it is empty), or UNKNOWN; NIL too where the transaction is not known to have happened.
   */
  readonly mopValue: Int32Array;
  /** List read: how many elements of that list; 0 or less where there is none. */
  readonly mopSize: Int32Array;
  /** Value ids of the lists read. */
  readonly elements: Int32Array;
  /** List -> where it starts in `elements`. */
  readonly listStart: Int32Array;
  /** The pool of those lists, by the numbers of `keys`, where it is known. */
  readonly pool?: ListPool;
  /** Keys by id. */
  readonly keys: readonly unknown[];
  /** The value of a value id. */
  value(id: number): unknown;
  /** The transaction of a micro-op: for the few that are told of. */
  ownerOf(m: number): number;
  /** What was written to each key, or more than that, where that is known already. */
  readonly ranges?: () => WriteRanges;
}

/** The elements of a list read, as value ids. */
export function listOf({ listStart, mopValue, mopSize, elements }: TxnHistory, read: number): Int32Array {
  const size = mopSize[read] as number;
  if (size <= 0) return elements.subarray(0, 0);
  const start = listStart[mopValue[read] as number] as number;
  return elements.subarray(start, start + size);
}

/** Who starts last of those that start at `at` or before: `start(i)`, i below `count`, ascend. By bisection. */
export function lastBefore(at: number, count: number, start: (i: number) => number): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (start(middle) <= at) low = middle;
    else high = middle;
  }
  return low;
}
