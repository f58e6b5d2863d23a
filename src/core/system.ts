/** A system under test: how to start it, how to talk to it, what it promises. */
import type { Completion, Invocation, Key, NodeId } from "./op.js";
import type { Program } from "./program.js";
import type { Cluster, ContainerSpec, Layout } from "./runtime.js";

/** One client, pinned to one node. Never retries; never re-routes across a cut. */
export interface Client {
  /**
   * Runs one op. Definite errors (it did not happen) are `fail`; everything else on a write is `info`. When the signal
   * aborts (the op's deadline), the client gives up and completes at once; one that does not is abandoned.
   * A client may throw: the interpreter records `info` with the message.
   */
  invoke(op: Invocation, signal: AbortSignal): Promise<Completion>;
  /** True when its connection is gone: the interpreter then opens a new client before the next op. */
  readonly closed?: boolean;
  close(): Promise<void>;
}

export interface System {
  readonly name: string;
  /** The f's its clients understand: workloads and systems are matched on these. */
  readonly ops: readonly string[];
  /** Present: runs on docker. */
  container?(node: NodeId, layout: Layout): ContainerSpec;
  /** Present: runs in the simulation (and in docker, by the bundled entry point). */
  program?(node: NodeId, nodes: readonly NodeId[]): Program<unknown>;
  /** Resolves when the node answers its own health question; polled by `form`'s caller until the deadline. */
  ready?(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<boolean>;
  /** Once, when every node's process is up: join them (redis-cli --cluster create) and wait until the cluster serves. */
  form?(cluster: Cluster, signal: AbortSignal): Promise<void>;
  /** Is the whole cluster serving again (after healing)? Polled before the final phase. */
  recovered?(cluster: Cluster, signal: AbortSignal): Promise<boolean>;
  /** Current leaders, those that own `keys` first; for faults aimed at leaders. */
  primaries?(cluster: Cluster, keys: readonly Key[], signal: AbortSignal): Promise<readonly NodeId[]>;
  /**
   * A ready client, never a half-open one: it has shaken hands with the node. Rejects when it cannot; the interpreter
   * records `fail` (nothing was sent) and backs off.
   */
  open(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<Client>;
}

/** `--system-opt NAME=VALUE`: what a system (or workload) understands. */
export interface OptionSpec {
  readonly name: string;
  readonly summary: string;
  readonly default: string;
  /** The values allowed, where they can be listed; "integer" for a whole number of 0 or more. */
  readonly values: readonly string[] | "integer";
}

/** An entry of the registry of systems. */
export interface SystemDefinition {
  readonly name: string;
  readonly summary: string;
  /** What the system's documentation promises, in a sentence. */
  readonly promises: string;
  readonly defaultNodes: number;
  readonly minNodes: number;
  readonly runtimes: readonly ("docker" | "simulation")[];
  readonly ops: readonly string[];
  readonly options: readonly OptionSpec[];
  create(options: Readonly<Record<string, string>>): System;
}
