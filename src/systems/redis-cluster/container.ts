/** How one Redis Cluster node runs: the cluster tutorial's configuration, with node-timeout 2 s. */
import type { NodeId } from "../../core/op.js";
import type { ContainerSpec, Layout } from "../../core/runtime.js";

export const CLIENT_PORT = 6379;

/**
 * Append-only file on, as the cluster tutorial has it (fsync each second): a killed process finds all it acknowledged again,
 * so what a run loses is lost by replication. Everything else about safety is Redis' default: asynchronous replication,
 * min-replicas-to-write 0, full slot coverage required.
 */
export function redisContainer(node: NodeId, layout: Layout): ContainerSpec {
  const settings: Readonly<Record<string, string>> = {
    port: String(CLIENT_PORT),
    // Only the run's own network and 127.0.0.1 reach it; without these two it answers loopback clients alone.
    bind: "0.0.0.0",
    "protected-mode": "no",
    "cluster-enabled": "yes",
    "cluster-config-file": "nodes.conf",
    "cluster-node-timeout": "2000",
    "cluster-announce-ip": layout.address(node),
    appendonly: "yes",
    // A primary waits 5 s by default for more replicas to share one transfer. With one replica each, that only makes
    // forming and recovering slower.
    "repl-diskless-sync-delay": "0",
  };
  const command = ["redis-server", ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
  return { image: "redis-cluster", command, ports: [CLIENT_PORT] };
}
