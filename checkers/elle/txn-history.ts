/**
 * Transactions in columns: typed arrays of micro-ops with interned keys and values, so that the checkers never touch an
 * object. Transactions are numbered in the order of their invocations; real-time questions then are comparisons of numbers.
 */
import type { History } from "../../src/core/history.js";

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
/** A register read that found the initial value. */
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
  /** Position that names the transaction: its completion's or, where it has none, its invocation's. */
  readonly at: Int32Array;
  readonly process: Int32Array;
  /** The transactions with an ok completion, in the order of their completions. */
  readonly completions: Int32Array;
  /** Micro-ops of transaction t: mopStart[t] … mopStart[t + 1] - 1. */
  readonly mopStart: Int32Array;
  /** READ or WRITE (an append, or a register's write). */
  readonly mopKind: Uint8Array;
  /** Key ids. */
  readonly mopKey: Int32Array;
  /** Write: value id. Register read: value id, NIL or UNKNOWN. List read: the number of a list that begins so, or UNKNOWN. */
  readonly mopValue: Int32Array;
  /** List read: how many elements of that list; 0 where that is not known. */
  readonly mopSize: Int32Array;
  /** Value ids of the lists read. */
  readonly elements: Int32Array;
  /** List -> where it starts in `elements`. */
  readonly listStart: Int32Array;
  /** Keys by id. */
  readonly keys: readonly unknown[];
  /** The value of a value id. */
  value(id: number): unknown;
}

/** Where the list of a read whose result is known starts in `elements`. */
export function listFrom({ listStart, mopValue }: TxnHistory, read: number): number {
  return listStart[mopValue[read] as number] as number;
}

/** The transaction of a micro-op: by bisection, for the few that are told of. */
export function ownerOf({ mopStart, count }: TxnHistory, m: number): number {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((mopStart[middle] as number) <= m) low = middle;
    else high = middle;
  }
  return low;
}
