/**
 * A cluster in virtual time: the same programs, faults and contracts as on Docker, but one event heap instead of the world,
 * so that a seed repeats a run bit for bit. Nothing in this folder reads a real clock.
 */
import { UsageError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Program } from "../../core/program.js";
import { rng } from "../../core/rng.js";
import type { Clock, Cluster, NodeSpec } from "../../core/runtime.js";
import type { TraceEntry } from "../../core/trace.js";
import { virtualClock } from "./clock.js";
import { simulatedCluster } from "./cluster.js";
import { SimDisk } from "./disk.js";
import { dispatcher } from "./dispatch.js";
import { drive } from "./drive.js";
import { Faults } from "./faults.js";
import { EventKind } from "./heap.js";
import { Kernel } from "./kernel.js";
import { latencyTable } from "./latency.js";
import { Network } from "./network.js";
import { type NodeWires, SimNode } from "./node.js";
import { NodeClock } from "./node-clock.js";
import { DEFAULT_NETWORK, type SimulationOptions } from "./options.js";
import { Requests } from "./requests.js";

export { LATENCIES, type LatencyName, type LatencyTable } from "./latency.js";
export { DEFAULT_NETWORK, type NetworkOptions, type SimulationOptions } from "./options.js";
export type { Topology } from "./topology.js";

export interface Simulation {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /**
   * Runs `main` in virtual time until its promise settles. Inside, wait only for the clock and the cluster. Rejects with
   * what main rejected with, or with a CapTestError when main waits for what can never happen.
   */
  drive<T>(main: () => Promise<T>): Promise<T>;
  /** The message trace so far, in the order of sending; empty unless asked for. */
  trace(): readonly TraceEntry[];
  /** Programs that threw, in words. A correct program never does. */
  crashes(): readonly string[];
}

/** Builds the cluster; its nodes start at virtual time 0, when `drive` begins. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { seed } = options;
  const kernel = new Kernel(options.trace ?? false);
  const network = { ...DEFAULT_NETWORK, ...options.network };
  const programs = programsOf(options);
  const links = new Network(kernel, options.nodes, network, seed);
  const index = new Map<NodeId, number>(options.nodes.map((node, i) => [node, i]));
  let requests: Requests | undefined;
  const wires: NodeWires = {
    send: (from, to, body, immutable) => links.send(from, to, body, immutable),
    reply: (id, body, immutable) => requests?.reply(id, body, immutable),
    indexOf: (node) => {
      const at = index.get(node);
      if (at === undefined) throw new TypeError(`a program sent a message to "${node}", which is not a node`);
      return at;
    },
  };
  const fsync = latencyTable(options.disk ?? "fsync");
  const driftMax = options.clockDriftPpm ?? 50;
  const nodes = options.nodes.map((id, i) => {
    const disk = new SimDisk(rng(seed, "disk", i), fsync);
    const drift = new NodeClock(rng(seed, "drift", i).below(2 * driftMax + 1) - driftMax);
    return new SimNode(kernel, wires, i, id, programs[i] as Program<unknown>, seed, disk, drift);
  });
  requests = new Requests(kernel, nodes, network, seed);
  const clients = requests;
  for (const node of nodes) {
    node.ended = (open) => {
      node.disk.crash();
      clients.breakAll(node.index, open);
    };
    kernel.schedule(0, EventKind.boot, node.index, 0, 0, null, null);
  }
  const clock = virtualClock(kernel);
  const faults = new Faults(kernel, clock, links, requests, nodes, seed);
  const dispatch = dispatcher(kernel, nodes, links, requests);
  return {
    clock,
    cluster: simulatedCluster({ clock, nodes, network: links, requests, faults }),
    drive: (main) => drive(kernel, dispatch, main),
    trace: () => kernel.trace.entries,
    crashes: () => nodes.flatMap((node) => node.crashes),
  };
}

function programsOf(options: SimulationOptions): readonly Program<unknown>[] {
  const specs = new Map<NodeId, NodeSpec>();
  const layout = { nodes: options.nodes, address: (node: NodeId) => node };
  for (const spec of options.specs(layout)) specs.set(spec.node, spec);
  return options.nodes.map((node) => {
    const program = specs.get(node)?.program;
    if (program === undefined) {
      throw new UsageError(
        `Node ${node} has no program, so it cannot be simulated. Use --runtime docker for this system.`,
      );
    }
    return program;
  });
}
