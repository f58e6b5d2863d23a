/** What the bundled nodes say of themselves: who serves, who leads, do all hold the same data. */
import { EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import { parseReply, parseStatus, type Status } from "../../kv/protocol.js";
import { until, within } from "../deadline.js";

/** A healthy node answers within milliseconds; a paused one never does. */
const QUESTION_MS = 500;
const POLL_MS = 50;

/** The node answers at all. */
export async function answers(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<boolean> {
  return (await statusOf(cluster, node, signal)) !== undefined;
}

/** A node's status, or undefined when it gives none in time. */
export async function statusOf(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<Status | undefined> {
  try {
    const reply = parseReply(
      await within(cluster.clock, QUESTION_MS, signal, (deadline) => cluster.request(node, { f: "status" }, deadline)),
    );
    return reply?.type === "ok" ? parseStatus(reply.value) : undefined;
  } catch {
    return undefined;
  }
}

function statuses(cluster: Cluster, signal: AbortSignal): Promise<(Status | undefined)[]> {
  return Promise.all(cluster.nodes.map((node) => statusOf(cluster, node, signal)));
}

/** All serve, hold the same data and owe each other nothing: what a quiet final read needs. */
export async function allSettled(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const all = await statuses(cluster, signal);
  const first = all[0];
  return all.every(
    (one) =>
      one?.serving === true &&
      one.primary === first?.primary &&
      one.epoch === first.epoch &&
      one.digest === first.digest &&
      one.pending === 0,
  );
}

/**
 * The nodes join by themselves: forming is waiting until all serve and nothing is owed. (Serving alone is not enough: a
 * primary is served by a majority, and the way from the last node to it may not be open yet.)
 */
export async function waitUntilAllServe(cluster: Cluster, signal: AbortSignal): Promise<void> {
  if (await until(cluster.clock, POLL_MS, signal, () => allSettled(cluster, signal))) return;
  throw new EnvironmentError("the bundled nodes did not form a cluster in time; see their logs");
}

/** The nodes that hold themselves for the primary, newest epoch first: one that was cut off goes on doing so for a while. */
export async function claimants(cluster: Cluster, signal: AbortSignal): Promise<readonly NodeId[]> {
  const all = await statuses(cluster, signal);
  return all
    .filter((one) => one?.role === "primary")
    .sort((a, b) => (b?.epoch ?? 0) - (a?.epoch ?? 0))
    .flatMap((one) => (one === undefined ? [] : [one.node]));
}
