/** What the transaction checkers say: verdicts, anomalies, cycles. Plain data, fit for results.json. */
import type { Verdict } from "../../src/core/checker.js";

/** Why one transaction must come before another. */
export type DependencyKind = "ww" | "wr" | "rw" | "process" | "realtime";

/** One edge of a cycle: `from` must come before `to`. */
export interface CycleStep {
  /** Position in the history that names the transaction: of its completion or, where it has none, of its invocation. */
  readonly from: number;
  readonly to: number;
  readonly kind: DependencyKind;
  /** The key both touched; absent for process and realtime. */
  readonly key?: unknown;
  /** The same in words, with T1, T2, … for the transactions in the order of the cycle. */
  readonly why: string;
}

/**
 * A cycle of transactions, each once: step i leads from transaction i to transaction i + 1, the last one back to the first.
 * To draw it: the nodes are the `from`s, the edges the steps, labelled by kind and key.
 */
export interface Cycle {
  readonly steps: readonly CycleStep[];
}

/** One finding. */
export interface ElleAnomaly {
  readonly type: string;
  /** In words. */
  readonly text: string;
  /** Positions (see CycleStep) of the transactions concerned and of those whose reads prove the version order. */
  readonly positions: readonly number[];
  readonly key?: unknown;
  readonly cycle?: Cycle;
}

export type TxnModel = "list-append" | "rw-register";

/** The verdict of a transaction checker. */
export interface ElleVerdict extends Verdict {
  readonly model: TxnModel;
  /** The consistency models asked for. */
  readonly consistency: readonly string[];
  /** Found anomalies that the models asked for forbid, sorted. */
  readonly anomalyTypes: readonly string[];
  /** Where invalid: the weakest models ruled out, as Elle's :not. */
  readonly not: readonly string[];
  /** Where invalid: the stronger models that follow, as Elle's :also-not. */
  readonly alsoNot: readonly string[];
  /** A few cases of each of `anomalyTypes`. */
  readonly anomalies: Readonly<Record<string, readonly ElleAnomaly[]>>;
  /** How many cases of each type there are; cycles count one per type and component. */
  readonly counts: Readonly<Record<string, number>>;
  /** Everything found, also what the models asked for allow. */
  readonly found: readonly string[];
  /** All models ruled out by `found`, whether asked for or not. */
  readonly ruledOut: readonly string[];
  readonly transactions: { readonly ok: number; readonly info: number; readonly fail: number };
  /** Present where the search for the sharpest type or the shortest cycle stopped at its step budget. */
  readonly limited?: string;
}

/** Options of both checkers. */
export interface ElleOptions {
  /** One or several of CONSISTENCY_MODELS. Default "strict-serializable". */
  readonly consistency?: string | readonly string[];
  /** Orders to look at besides those the consistency models need. */
  readonly orders?: readonly ("process" | "realtime")[];
  /** Cycle search: edges visited per component before it settles for what it has. Default 4 million. */
  readonly budget?: number;
}

/** Options of the register checker. The three claims say how versions of one key are ordered; they are yours to make. */
export interface RegisterOptions extends ElleOptions {
  /** In a transaction that reads a key and writes it, the version read comes right before the version written. */
  readonly wfrKeys?: boolean;
  /** Each process sees each key's versions in order. */
  readonly sequentialKeys?: boolean;
  /** Each key by itself is linearizable: real time orders its versions. */
  readonly linearizableKeys?: boolean;
  /** The value of a key before any write, besides null. */
  readonly initial?: unknown;
}
