/**
 * A bundled node without I/O: a state machine that takes events and returns effects. Docker executes the effects over TCP
 * and fsync, the simulator from an event heap; the node code is the same bytes.
 *
 * Rules every executor keeps: effects run in order; those after a `sync` wait for it; a crash may fall between any two. Of
 * the lines appended after the last `sync` a prefix survives (the last one may be torn; a torn line is dropped before
 * `start` is delivered). `replace` is atomic and durable (snapshots, truncation). Arming a timer again replaces it.
 * Bodies are JSON: what is sent is cloned as a wire would. A program may mutate its own state.
 */
import type { NodeId } from "./op.js";

export type ProgramEvent =
  | {
      readonly kind: "start";
      /** The surviving lines, oldest first. Empty on the first start. */
      readonly disk: readonly string[];
      /** For the node's own random choices (election time-outs). Differs per node and per start. */
      readonly seed: number;
      readonly wallMs: number;
    }
  | { readonly kind: "message"; readonly from: NodeId; readonly body: unknown; readonly wallMs: number }
  | { readonly kind: "request"; readonly id: number; readonly body: unknown; readonly wallMs: number }
  | { readonly kind: "timer"; readonly name: string; readonly wallMs: number };

/** Adds a line to the disk. */
export interface AppendEffect {
  readonly kind: "append";
  readonly line: string;
  /** `line` is made when somebody reads it, and is the same whenever that is: a simulated disk need not, unless its node restarts. */
  readonly late?: true;
}

export type Effect =
  | AppendEffect
  | { readonly kind: "sync" }
  | { readonly kind: "replace"; readonly lines: readonly string[] }
  | { readonly kind: "send"; readonly to: NodeId; readonly body: unknown }
  | { readonly kind: "reply"; readonly id: number; readonly body: unknown }
  | { readonly kind: "timer"; readonly name: string; readonly afterMs: number }
  | { readonly kind: "log"; readonly line: string };

/** `nowMs` is monotonic and differs between nodes by drift at most; `wallMs` of an event is what the clock nemesis skews. */
export interface Program<S> {
  /**
   * Nobody changes a body once it was sent or received, nor anything in it: a simulation may then hand it over as it is,
   * where it would otherwise copy it as the wire does. (A promise that tests must hold a program to: freeze the bodies.)
   */
  readonly immutableBodies?: boolean;
  init(): S;
  step(state: S, event: ProgramEvent, nowMs: number): readonly [S, readonly Effect[]];
}
