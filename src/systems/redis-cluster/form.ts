/**
 * Joins the nodes: the first half are primaries, the others their replicas in the same order. The steps of
 * `redis-cli --cluster create`, but all nodes at once and every node introduced to every other: joining by gossip alone
 * takes seconds.
 */
import { setMaxListeners } from "node:events";
import { EnvironmentError, messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import { until } from "../deadline.js";
import type { Connection } from "./connection.js";
import { CLIENT_PORT } from "./container.js";
import { allSettled } from "./health.js";
import { connectTo, readView, tell, viewOf } from "./nodes.js";
import { SLOTS } from "./slots.js";
import { isSettled, knowsAll } from "./view.js";

const POLL_MS = 50;

/** Forms the cluster and waits until it serves and every replica is in sync. Rejects when the signal aborts first. */
export async function formCluster(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const links = new Map<NodeId, Connection>();
  // Every node listens to it at once, and Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, signal);
  try {
    await Promise.all(cluster.nodes.map(async (node) => links.set(node, await patiently(cluster, node, signal))));
    await assignSlots(cluster, links, signal);
    await introduce(cluster, links, signal);
    await attachReplicas(cluster, links, signal);
  } finally {
    for (const link of links.values()) link.close();
  }
  if (await until(cluster.clock, POLL_MS, signal, () => allSettled(cluster, signal))) return;
  throw new EnvironmentError(`Redis Cluster did not form in time: ${await troubles(cluster)}. See the nodes' logs.`);
}

/** n1 … nk are primaries; redis-cli's minimum is three. */
function primariesOf(cluster: Cluster): readonly NodeId[] {
  return cluster.nodes.slice(0, Math.max(3, Math.floor(cluster.nodes.length / 2)));
}

/** Slots in equal parts, and an epoch of its own for each node: equal epochs would first have to be resolved by gossip. */
async function assignSlots(
  cluster: Cluster,
  links: ReadonlyMap<NodeId, Connection>,
  signal: AbortSignal,
): Promise<void> {
  const owners = primariesOf(cluster);
  await onEach(links, async (link, node) => {
    const epoch = cluster.nodes.indexOf(node) + 1;
    await tell(link, ["CLUSTER", "SET-CONFIG-EPOCH", String(epoch)], signal);
    const at = owners.indexOf(node);
    if (at === -1) return;
    const first = Math.floor((at * SLOTS) / owners.length);
    const last = Math.floor(((at + 1) * SLOTS) / owners.length) - 1;
    await tell(link, ["CLUSTER", "ADDSLOTSRANGE", String(first), String(last)], signal);
  });
}

/** Everybody meets everybody, and waits until they know each other. */
async function introduce(cluster: Cluster, links: ReadonlyMap<NodeId, Connection>, signal: AbortSignal): Promise<void> {
  await onEach(links, async (link, node) => {
    for (const other of cluster.nodes) {
      if (other !== node) await tell(link, ["CLUSTER", "MEET", cluster.address(other), String(CLIENT_PORT)], signal);
    }
  });
  await onEach(links, async (link) => {
    const met = async (): Promise<boolean> => knowsAll(await readView(link, signal), cluster.nodes.length);
    if (await until(cluster.clock, POLL_MS, signal, met)) return;
    throw new EnvironmentError("it does not know all the others in time");
  });
}

async function attachReplicas(
  cluster: Cluster,
  links: ReadonlyMap<NodeId, Connection>,
  signal: AbortSignal,
): Promise<void> {
  const owners = primariesOf(cluster);
  const ids = new Map<NodeId, string>();
  await onEach(links, async (link, node) => {
    ids.set(node, await tell(link, ["CLUSTER", "MYID"], signal));
  });
  await onEach(links, async (link, node) => {
    const at = cluster.nodes.indexOf(node);
    if (at < owners.length) return;
    const primary = owners[at % owners.length] as NodeId;
    await tell(link, ["CLUSTER", "REPLICATE", ids.get(primary) as string], signal);
  });
}

/** Connects as often as it takes: on a busy machine a fresh process may miss the deadline of one handshake. */
async function patiently(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<Connection> {
  for (;;) {
    try {
      return await connectTo(cluster, node, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      await cluster.clock.sleep(POLL_MS, signal);
    }
  }
}

/** One step on every node at once; what goes wrong is told with the node's name. */
async function onEach(
  links: ReadonlyMap<NodeId, Connection>,
  action: (link: Connection, node: NodeId) => Promise<void>,
): Promise<void> {
  const step = async (link: Connection, node: NodeId): Promise<void> => {
    try {
      await action(link, node);
    } catch (error) {
      throw new EnvironmentError(`Redis Cluster did not form: ${node}: ${messageOf(error)}. See its log.`, {
        cause: error,
      });
    }
  };
  await Promise.all([...links].map(([node, link]) => step(link, node)));
}

/** Why it is not settled, node by node, asked once more after the deadline. */
async function troubles(cluster: Cluster): Promise<string> {
  const { signal } = new AbortController();
  const words = await Promise.all(
    cluster.nodes.map(async (node) => {
      const view = await viewOf(cluster, node, signal);
      if (view === undefined) return [`${node} does not answer`];
      if (!view.stateOk) return [`${node} says cluster_state:fail`];
      return isSettled(view, cluster.nodes.length) ? [] : [`${node} is not in sync`];
    }),
  );
  return words.flat().join(", ") || "the nodes do not agree on the slots' owners";
}
