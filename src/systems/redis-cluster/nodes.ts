/** Connections to nodes by name, and what a node knows of the cluster. */
import { EnvironmentError } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Cluster } from "../../core/runtime.js";
import { within } from "../deadline.js";
import { type Connection, loadLibrary, openConnection, reasonOf } from "./connection.js";
import { CLIENT_PORT } from "./container.js";
import { parseView, type View } from "./view.js";

/** How long one question may take. A healthy node answers within milliseconds; a paused one never does. */
const QUESTION_MS = 2000;

/** A connection to a node that has answered a PING. Rejects after two seconds at the latest. */
export async function connectTo(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<Connection> {
  const endpoint = cluster.endpoint?.(node, CLIENT_PORT);
  if (endpoint === undefined) {
    throw new EnvironmentError("redis-cluster runs on docker only: the cluster has no endpoints");
  }
  await loadLibrary();
  try {
    return await question(cluster, signal, (deadline) => openConnection(endpoint.host, endpoint.port, deadline));
  } catch (error) {
    throw new EnvironmentError(`Redis on ${node} did not answer a PING: ${reasonOf(error)}`, { cause: error });
  }
}

/** Asks with the deadline of one question. */
export const question = <T>(cluster: Cluster, signal: AbortSignal, ask: (deadline: AbortSignal) => Promise<T>) =>
  within(cluster.clock, QUESTION_MS, signal, ask);

/** The value of a command that must work; rejects with the node's words otherwise. */
export async function tell(connection: Connection, args: readonly string[], signal: AbortSignal): Promise<string> {
  const reply = await connection.command(args, signal);
  if (reply.kind === "value") return String(reply.value);
  throw new EnvironmentError(`${args.join(" ")}: ${reply.kind === "error" ? reply.message : reply.reason}`);
}

/** What the node itself knows, or undefined when it does not answer in time. */
export async function viewOf(cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<View | undefined> {
  try {
    return await question(cluster, signal, async (deadline) => {
      const connection = await connectTo(cluster, node, deadline);
      try {
        return await readView(connection, deadline);
      } finally {
        connection.close();
      }
    });
  } catch {
    return undefined;
  }
}

export async function readView(connection: Connection, signal: AbortSignal): Promise<View> {
  // Sent together: one round trip.
  const [info, nodes, replication] = await Promise.all([
    tell(connection, ["CLUSTER", "INFO"], signal),
    tell(connection, ["CLUSTER", "NODES"], signal),
    tell(connection, ["INFO", "replication"], signal),
  ]);
  return parseView(info, nodes, replication);
}
