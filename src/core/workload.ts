/** A workload: what clients do, and which checkers decide what it means. */
import type { Checker } from "./checker.js";
import type { Generator } from "./generator.js";
import type { NodeId } from "./op.js";
import type { OptionSpec } from "./system.js";

export interface WorkloadContext {
  readonly nodes: readonly NodeId[];
  /** Client threads. */
  readonly concurrency: number;
  readonly options: Readonly<Record<string, string>>;
  /** The f's the system understands: a workload leaves out what it can do without. */
  readonly ops: readonly string[];
}

export interface Workload {
  /** Client ops of the main phase; endless, the runner adds rate and time limit. */
  readonly generator: Generator;
  /**
   * Client ops of the final phase, after healing and recovery, when nothing else runs; finite. It must not depend on what
   * the main phase did: it is told of every event from the start of the run through `update`.
   */
  readonly final?: Generator;
  /** Named as in results.json: "linearizable", "lost-writes", … */
  readonly checkers: readonly Checker[];
  /** For `check FILE`: the model of the history. */
  readonly model: string;
}

/** An entry of the registry of workloads. */
export interface WorkloadDefinition {
  readonly name: string;
  readonly summary: string;
  /** The f's a system must understand. */
  readonly needs: readonly string[];
  readonly options: readonly OptionSpec[];
  create(context: WorkloadContext): Workload;
}
