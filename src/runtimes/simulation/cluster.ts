/** The simulated nodes as a Cluster: what nemeses, the runner and bundled systems see, on either runtime. */
import { UsageError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, Cluster } from "../../core/runtime.js";
import type { Faults } from "./faults.js";
import type { Network } from "./network.js";
import type { SimNode } from "./node.js";
import type { Requests } from "./requests.js";

export interface ClusterParts {
  readonly clock: Clock;
  readonly nodes: readonly SimNode[];
  readonly network: Network;
  readonly requests: Requests;
  readonly faults: Faults;
}

export function simulatedCluster({ clock, nodes, network, requests, faults }: ClusterParts): Cluster {
  const ids = nodes.map((node) => node.id);
  const byId = new Map<NodeId, SimNode>(nodes.map((node) => [node.id, node]));
  const find = (id: NodeId): SimNode => {
    const node = byId.get(id);
    if (node === undefined) throw new UsageError(`There is no node "${id}". The nodes are ${ids.join(", ")}.`);
    return node;
  };
  return {
    nodes: ids,
    runtime: "simulation",
    clock,
    capabilities: new Set(["partition", "kill", "pause", "clock", "packet"] as const),
    cut: (grudge) => {
      for (const [node, refuses] of grudge) for (const id of [node, ...refuses]) find(id);
      return faults.cut(grudge);
    },
    heal: () => faults.heal(),
    connected: (from, to) => {
      const a = find(from).index;
      const b = find(to).index;
      return a === b || (!network.at(a, b).cut && !network.at(b, a).cut);
    },
    signal: (node, act) => faults.signal(find(node), act),
    skew: (node, skew) => faults.skew(find(node), skew),
    disturb: (fault) => faults.disturb(fault),
    address: (node) => find(node).id,
    request: (node, body, signal) => requests.send(find(node), body, signal),
    log: (node) =>
      Promise.resolve(
        find(node)
          .log.map((line) => `${line}\n`)
          .join(""),
      ),
    stop: () => {
      for (const node of nodes) node.die();
      requests.abandon();
      return Promise.resolve();
    },
  };
}
