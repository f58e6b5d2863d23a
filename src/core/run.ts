/** The two JSON files of a stored run: what was asked for (test.json) and what was found (results.json). */
import type { Valid, Verdict } from "./checker.js";
import type { Key, NodeId } from "./op.js";
import type { RuntimeName } from "./runtime.js";

/**
 * A fault at a fixed time. Its value spells out who is hurt and how (a grudge, targets, skews, a packet fault), so that
 * nothing is left to chance or to whoever leads at the moment; null ends what the nemesis began.
 */
export interface PlannedFault {
  /** Milliseconds since the run began, as in its history. */
  readonly atMs: number;
  readonly f: string;
  readonly value: unknown;
}

/** A client op at a fixed time, or as soon after it as its client is free. */
export interface PlannedOp {
  readonly atMs: number;
  /** The client thread; it is pinned to the node of that number, as always. */
  readonly client: number;
  readonly f: string;
  readonly key?: Key;
  readonly value: unknown;
}

/** test.json: everything needed to run it again. Times in ms. */
export interface TestSpec {
  readonly version: string;
  readonly system: string;
  readonly systemOpts: Readonly<Record<string, string>>;
  readonly workload: string;
  readonly workloadOpts: Readonly<Record<string, string>>;
  /** As on the command line: "partition:primaries,kill", "none". */
  readonly nemesis: string;
  readonly nemesisIntervalMs: number;
  readonly timeLimitMs: number;
  readonly concurrency: number;
  /** Ops per second over all clients; 0 = as fast as they can. */
  readonly rate: number;
  readonly nodes: readonly NodeId[];
  readonly opTimeoutMs: number;
  readonly seed: number;
  readonly runtime: RuntimeName;
  readonly image?: string;
  /** These faults and no others, where the run follows a plan. */
  readonly faults?: readonly PlannedFault[];
  /** These client ops instead of the workload's own load, where the run follows a plan. */
  readonly ops?: readonly PlannedOp[];
  /** The workload's load ends after so many ops. */
  readonly maxOps?: number;
  /** How the simulated network differs from the usual one: names of latencies and topologies, packets of 10,000. */
  readonly network?: Readonly<Record<string, string | number>>;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  /** The command line that repeats it. */
  readonly repeat: string;
}

/** results.json, and what `run --json` prints. */
export interface RunResults {
  readonly valid: Valid;
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly runtime: RuntimeName;
  readonly seed: number;
  readonly dir: string;
  readonly durationMs: number;
  readonly ops: { readonly ok: number; readonly fail: number; readonly info: number };
  readonly checkers: Readonly<Record<string, Verdict>>;
  /** One sentence: the verdict for people. */
  readonly summary: string;
  /** When the final phase (healed, quiet) began; ns since the run began. Absent where there was none. */
  readonly finalNs?: number;
  /** How the run ended, where not by its time limit: "interrupted", "docker stopped", … */
  readonly ended?: string;
}
