/** What the linearizability checker is asked and what it answers. */
import type { Verdict } from "../../src/core/checker.js";
import type { Key, Op } from "../../src/core/op.js";
import type { Model } from "./model.js";

/** The models that come with the checker. */
export const MODEL_NAMES = [
  "register",
  "cas-register",
  "multi-register",
  "mutex",
  "set",
  "queue",
  "stack",
  "counter",
  "list",
] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

/** How a key was decided: by the near-linear method of its model, or by searching for an order. */
export type Method = "fast" | "search";

export interface LinearizableOptions {
  /** A model's name or your own. Default: told from the ops' names. */
  readonly model?: ModelName | Model<unknown>;
  /** The value before the first write (register: any; set, queue, stack, list: a list; counter: a number). Default null. */
  readonly initial?: unknown;
  /** "any": an ok read of null may have seen anything (Knossos' meaning). Default "observed": it saw null. */
  readonly nilReads?: "observed" | "any";
  /** How many steps all searches together may take before the verdict is "unknown". Default `DEFAULT_BUDGET_STEPS`. */
  readonly budgetSteps?: number;
  /** "fast" and "search" force a method, to compare them; "fast" gives "unknown" where the fast one does not apply. */
  readonly method?: "auto" | Method;
  /** "unknown": a history in which nothing was observed proves nothing. Default "valid": no violation was found. */
  readonly vacuous?: "unknown" | "valid";
  readonly signal?: AbortSignal;
}

/** About a second of searching. */
export const DEFAULT_BUDGET_STEPS = 4_000_000;

/** How far the search came in a key where it found no order, or stopped. */
export interface Prefix {
  readonly key?: Key;
  /** So many completed ops can be put in order, and `total` there are. */
  readonly linearized: number;
  readonly total: number;
  /** The op that cannot be placed (its invocation and completion), or where the search stopped. */
  readonly op: readonly Op[];
  /** The states that are possible just before it, as texts; at most 16 of them. */
  readonly states: readonly string[];
}

export interface LinearizableVerdict extends Verdict {
  readonly model: string;
  /** "mixed": some keys one way, some the other. */
  readonly method: Method | "mixed";
  readonly keys: { readonly checked: number; readonly invalid: number; readonly unknown: number };
  /** The keys found invalid (at most 100), in the order they first occur. */
  readonly invalidKeys?: readonly Key[];
  /** Completed and crashed ops that were judged. */
  readonly ops: number;
  /** The smallest witness of an invalid history. */
  readonly witness?: NonNullable<Verdict["witnesses"]>[number];
  readonly prefix?: Prefix;
  /** How many steps the searches took. */
  readonly steps: number;
  /** `["nonlinearizable"]` where invalid, as transaction checkers name their anomalies. */
  readonly anomalyTypes: readonly string[];
}
