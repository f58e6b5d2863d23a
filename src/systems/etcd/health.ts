/** What the cluster says of itself: does a node serve, who leads, do all agree. Each question has its own short deadline. */
import { EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import { until, within } from "../deadline.js";
import { field, textField, toBase64 } from "./codec.js";
import { CLIENT_PORT } from "./container.js";
import { isOk, reasonFor } from "./errors.js";
import { Gateway } from "./gateway.js";

/** How long one question may take. A healthy node answers within milliseconds; a paused one never does. */
const QUESTION_MS = 2000;
const POLL_MS = 50;

/** What one node knows of the leadership. Ids are etcd's, as decimal text; leader "0": it knows of none. */
export interface Status {
  readonly member: string;
  readonly leader: string;
  readonly term: number;
}

/** A gateway to a node that has answered a status request: only such a connection is used for ops. Rejects otherwise. */
export async function openGateway(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<Gateway> {
  const gateway = gatewayOf(cluster, node);
  const status = await within(cluster.clock, QUESTION_MS, signal, (deadline) => askStatus(gateway, deadline));
  if (typeof status !== "string") return gateway;
  gateway.close();
  throw new EnvironmentError(`etcd on ${node} did not answer a status request: ${status}`);
}

/** The node's status, or in words why there is none. */
export async function askStatus(gateway: Gateway, signal: AbortSignal): Promise<Status | string> {
  const outcome = await gateway.post("/v3/maintenance/status", {}, signal);
  if (!isOk(outcome)) return reasonFor(outcome);
  const member = textField(field(outcome.body, "header"), "member_id");
  if (member === undefined) return "a status reply without a member id";
  const term = Number(textField(outcome.body, "raftTerm") ?? 0);
  return { member, leader: textField(outcome.body, "leader") ?? "0", term };
}

/** Does the node itself answer a linearizable read now? That takes a leader and a majority. */
export async function serves(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<boolean> {
  return ask(cluster, node, signal, (gateway, deadline) => readLinearizable(gateway, deadline));
}

/** Every node answers a linearizable read, and all name the same leader in the same term. */
export async function allServe(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const views = await askAll(cluster, signal, async (gateway, deadline) =>
    (await readLinearizable(gateway, deadline)) ? askStatus(gateway, deadline) : "does not serve",
  );
  const statuses = views.filter((view): view is Status => typeof view !== "string");
  const [first] = statuses;
  if (first === undefined || statuses.length < cluster.nodes.length || first.leader === "0") return false;
  return statuses.every((status) => status.leader === first.leader && status.term === first.term);
}

/** etcd joins its members by itself: forming is waiting until all of them serve. */
export async function waitUntilAllServe(cluster: Cluster, signal: AbortSignal): Promise<void> {
  if (await until(cluster.clock, POLL_MS, signal, () => allServe(cluster, signal))) return;
  // The caller's signal is used up; this last question has its own deadline.
  const { signal: fresh } = new AbortController();
  const serving = await askAll(cluster, fresh, readLinearizable);
  const silent = cluster.nodes.filter((_, i) => serving[i] !== true);
  const missing = silent.join(", ") || "none, but they do not agree on a leader";
  throw new EnvironmentError(
    `etcd did not form a cluster in time; nodes that do not serve: ${missing}. See their logs.`,
  );
}

/**
 * The nodes that hold themselves for the leader, latest term first: mostly one. A leader that was just cut off goes on
 * believing in itself for up to one election time-out, but its term is older.
 */
export async function leaders(cluster: Cluster, signal: AbortSignal): Promise<readonly NodeId[]> {
  const statuses = await askAll(cluster, signal, askStatus);
  return cluster.nodes
    .flatMap((node, i) => {
      const status = statuses[i];
      return typeof status === "object" && status.leader === status.member ? [{ node, status }] : [];
    })
    .sort((a, b) => b.status.term - a.status.term)
    .map(({ node }) => node);
}

async function readLinearizable(gateway: Gateway, signal: AbortSignal): Promise<boolean> {
  const outcome = await gateway.post("/v3/kv/range", { key: toBase64("health"), count_only: true }, signal);
  return isOk(outcome);
}

function gatewayOf(cluster: Cluster, node: NodeId): Gateway {
  const endpoint = cluster.endpoint?.(node, CLIENT_PORT);
  if (endpoint === undefined) throw new EnvironmentError("etcd runs on docker only: the cluster has no endpoints");
  return new Gateway(endpoint.host, endpoint.port);
}

/** One question over a connection of its own. */
async function ask<T>(
  cluster: Cluster,
  node: NodeId,
  signal: AbortSignal,
  question: (gateway: Gateway, deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const gateway = gatewayOf(cluster, node);
  try {
    return await within(cluster.clock, QUESTION_MS, signal, (deadline) => question(gateway, deadline));
  } finally {
    gateway.close();
  }
}

/** The same question to every node at once; the answers in the order of the nodes. */
function askAll<T>(
  cluster: Cluster,
  signal: AbortSignal,
  question: (gateway: Gateway, deadline: AbortSignal) => Promise<T>,
): Promise<T[]> {
  return within(cluster.clock, QUESTION_MS, signal, (deadline) =>
    Promise.all(cluster.nodes.map((node) => ask(cluster, node, deadline, question))),
  );
}
