/** Who leads, and is the whole cluster serving again. */
import type { Key, NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import { redisKey } from "./commands.js";
import { connectTo, question, viewOf } from "./nodes.js";
import { SLOTS, slotOf } from "./slots.js";
import { isSettled, ownership, ownsSlots, type View } from "./view.js";

/** Does the node answer a PING? */
export async function answers(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<boolean> {
  try {
    (await connectTo(cluster, node, signal)).close();
    return true;
  } catch {
    return false;
  }
}

/** Every node serves, every slot has an owner, all agree on the owners, and every other node is a replica in sync. */
export async function allSettled(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const views = await question(cluster, signal, (deadline) =>
    Promise.all(cluster.nodes.map((node) => viewOf(cluster, node, deadline))),
  );
  const [first] = views;
  if (first === undefined) return false;
  const owners = ownership(first);
  return views.every(
    (view) => view !== undefined && isSettled(view, cluster.nodes.length) && ownership(view) === owners,
  );
}

/**
 * The current primaries: those that own the keys' slots first, in the order of the keys, then the others. Without keys the
 * set that has no key of its own counts as the key under test.
 */
export async function primaries(
  cluster: Cluster,
  keys: readonly Key[],
  signal: AbortSignal,
): Promise<readonly NodeId[]> {
  const views = await question(cluster, signal, (deadline) =>
    Promise.all(cluster.nodes.map(async (node) => ({ node, view: await viewOf(cluster, node, deadline) }))),
  );
  const owners = slotOwners(views.flatMap(({ node, view }) => (view === undefined ? [] : [{ node, view }])));
  const wanted = keys.length === 0 ? [undefined] : keys;
  const first = wanted.flatMap((key) => owners[slotOf(redisKey(key))] ?? []);
  const all = cluster.nodes.filter((node) => owners.includes(node));
  return [...new Set([...first, ...all])];
}

/**
 * Slot by slot, the node that claims it for itself with the highest configuration epoch. A primary that was cut off and
 * replaced goes on claiming its slots, but a fail-over always takes a higher epoch.
 */
function slotOwners(views: readonly { readonly node: NodeId; readonly view: View }[]): (NodeId | undefined)[] {
  const owners = new Array<NodeId | undefined>(SLOTS).fill(undefined);
  const claims = views.filter(({ view }) => ownsSlots(view.myself));
  claims.sort((a, b) => a.view.myself.epoch - b.view.myself.epoch);
  for (const { node, view } of claims) {
    for (const [first, last] of view.myself.ranges) owners.fill(node, first, last + 1);
  }
  return owners;
}
