/** The words every layer shares: what one event of a history looks like. */

/** A node of the system under test: "n1", "n2", … */
export type NodeId = string;

/** One of several independent registers, sets, …; checkers split a history by it. */
export type Key = string | number;

/** A logical client. It is retired when one of its ops ends `info`: nobody knows whether that op is still under way. */
export type Process = number | "nemesis";

/** A worker slot of the interpreter. It outlives its processes: thread t runs process t, then t + n, t + 2n, … */
export type Thread = number | "nemesis";

/**
 * `ok` happened, `fail` did not happen, `info` may have happened or may still happen.
 * `info` is the one that matters: calling an unknown write a failure turns a correct system red, and calling it a
 * success hides nothing but invents order.
 */
export type OpType = "invoke" | "ok" | "fail" | "info";

/** What a client is asked to do. */
export interface Invocation {
  readonly f: string;
  readonly key?: Key;
  /** What to write. Of a read: what an absent key reads as, null but for objects that begin as something else (a counter: 0). */
  readonly value: unknown;
}

/** How it ended, as the client saw it. `value` replaces the invocation's (a read's result). */
export interface Completion {
  readonly type: Exclude<OpType, "invoke">;
  readonly value?: unknown;
  /** A short, stable word or sentence: "timeout", "mismatch", "CLUSTERDOWN …". */
  readonly error?: string;
  /** The node that really answered, where it is not the one the client is pinned to (a followed redirect). */
  readonly via?: NodeId;
}

/** One event of a history: one line of history.jsonl. */
export interface Op {
  /** Position in the history as it was recorded, from 0. */
  readonly index: number;
  /** Nanoseconds since the run began. */
  readonly time: number;
  readonly process: Process;
  readonly type: OpType;
  readonly f: string;
  readonly key?: Key;
  readonly value: unknown;
  readonly error?: string;
  /** The node the client was pinned to. */
  readonly node?: NodeId;
  /** The node that answered, where a redirect was followed. */
  readonly via?: NodeId;
}

/** For building a record field by field, where spreading its optional fields would cost too much. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
