/**
 * Generators decide what is invoked, when and by whom. They are immutable values: asking twice gives the same answer, and
 * randomness is keyed by the seed and the number of ops invoked so far (Jepsen's generators, as plain data).
 */
import type { Invocation, NodeId, Op, Process, Thread } from "./op.js";

/** What a generator may look at. */
export interface Context {
  /** Nanoseconds since the run began. */
  readonly nowNs: number;
  readonly seed: number;
  /** Ops invoked so far by anybody: the key of this step's random choices. */
  readonly step: number;
  /** Every thread this generator may use (its parents may have narrowed it). */
  readonly threads: readonly Thread[];
  /** Those of `threads` that are idle now, in the order of `threads`. */
  readonly free: readonly Thread[];
  process(thread: Thread): Process;
  /** The node a client thread is pinned to; undefined for the nemesis. */
  node(thread: Thread): NodeId | undefined;
}

/** An op to invoke on a free thread, not before `atNs` (a time in the past means now). */
export interface Emission extends Invocation {
  readonly thread: Thread;
  /** Move the thread's client to this node first (final reads from every node with few threads). */
  readonly node?: NodeId;
  readonly atNs: number;
}

/** `pending`: nothing now, ask again after the next event. */
export type Next = "done" | "pending" | { readonly op: Emission; readonly rest: Generator };

/** What `next` would say, with the time at which its op is due in the place of the op. */
export type When = "done" | "pending" | number;

/** An invocation or a completion, and the thread it belongs to. */
export interface GeneratorEvent {
  readonly op: Op;
  readonly thread: Thread;
}

export interface Generator {
  next(context: Context): Next;
  /**
   * When would the op be due that `next` gives? Must agree with `next` in every context. Optional: the interpreter asks about
   * three times for each op it invokes, and this spares it making two of the three.
   */
  when?(context: Context): When;
  /** Told of every event of the run; returns the generator to go on with (mostly itself). */
  update(context: Context, event: GeneratorEvent): Generator;
}
