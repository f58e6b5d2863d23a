/** A nemesis brings its own generator, its healing ops and the code that does the damage. */
import type { Generator } from "./generator.js";
import type { Completion, Invocation, Key, NodeId } from "./op.js";
import type { Capability, Cluster } from "./runtime.js";
import type { System } from "./system.js";

/** What a nemesis may use. */
export interface NemesisContext {
  readonly cluster: Cluster;
  readonly system: System;
  readonly seed: number;
  /** Nodes that are down or frozen now, and by which fault; shared by all nemeses of the run, which keep it. */
  readonly hurt: Map<NodeId, "kill" | "pause">;
  /** Keys that clients touched lately, newest first: "the keys under test". */
  recentKeys(): readonly Key[];
  readonly signal: AbortSignal;
}

/** How the faults of a nemesis follow each other where they do not come one by one. */
export interface Rhythm {
  /** How often a fault moves on to other nodes before it ends, each time for as long again. */
  readonly moves?: number;
  /** They come so many at a time, each time after a longer rest; ms. */
  readonly burst?: { readonly faults: number; readonly restMs: number };
}

export interface Nemesis {
  readonly name: string;
  /** The f's it answers to. */
  readonly fs: readonly string[];
  /** What the runtime must be able to do. */
  readonly needs: readonly Capability[];
  /**
   * Begin and end of faults: each lasts `lastsMs` on average, and the next begins `intervalMs` after its end. Without `lastsMs`
   * both are the interval. A nemesis may ignore the rhythm. Endless: the runner's time limit ends it.
   */
  generator(intervalMs: number, lastsMs?: number, rhythm?: Rhythm): Generator;
  /** Ops that end every fault of this nemesis; invoked once before the final phase, and on interruption. */
  readonly final: readonly Invocation[];
  /** Completes with `info` and a FaultRecord as value; an error leaves the record out and says why. */
  invoke(op: Invocation, context: NemesisContext): Promise<Completion>;
}
