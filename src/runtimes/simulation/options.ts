/** What a simulation can be asked for, and what it does when it is not. */
import type { NodeId } from "../../core/op.js";
import type { Layout, NodeSpec } from "../../core/runtime.js";
import type { LatencyName, LatencyTable } from "./latency.js";
import type { Topology } from "./topology.js";

/** Of 10,000 packets … : `Per10k` counts those. */
export interface NetworkOptions {
  /** mesh: every pair has its own link. star: all over the first node. ring: along the shorter side. */
  readonly topology: Topology;
  readonly latency: LatencyName | LatencyTable;
  /** Links with another latency: "n1>n2" (one direction). */
  readonly links: Readonly<Record<string, LatencyName | LatencyTable>>;
  /** Between a client and the node it is pinned to. */
  readonly clientLatency: LatencyName | LatencyTable;
  readonly lossPer10k: number;
  readonly duplicatePer10k: number;
  readonly reorderPer10k: number;
  /** Of the packets that a cut dropped, how many arrive after it healed, as TCP sends them again. */
  readonly revivePer10k: number;
  readonly clientLossPer10k: number;
  readonly clientDuplicatePer10k: number;
}

/**
 * TCP between healthy hosts, with a little of everything that can happen anyway (reconnects lose and repeat messages), so
 * that no run relies on a perfect network. Clients' connections are perfect until a packet fault hits them: a system
 * without request de-duplication need not survive doubled requests in a run without faults.
 */
export const DEFAULT_NETWORK: NetworkOptions = {
  topology: "mesh",
  latency: "lan",
  links: {},
  clientLatency: "near",
  lossPer10k: 5,
  duplicatePer10k: 5,
  reorderPer10k: 20,
  revivePer10k: 500,
  clientLossPer10k: 0,
  clientDuplicatePer10k: 0,
};

export interface SimulationOptions {
  readonly seed: number;
  readonly nodes: readonly NodeId[];
  specs(layout: Layout): readonly NodeSpec[];
  readonly network?: Partial<NetworkOptions>;
  /** Latency of fsync; default "fsync". */
  readonly disk?: LatencyName | LatencyTable;
  /** Every node's monotonic clock is off by a seeded constant of at most this; default 50. */
  readonly clockDriftPpm?: number;
  /** Keep a message trace; default false. */
  readonly trace?: boolean;
}
