/** How one etcd node runs: etcd's own defaults, spelled out where a run's figures depend on them. */
import type { NodeId } from "../../core/op.js";
import type { ContainerSpec, Layout } from "../../core/runtime.js";

export const CLIENT_PORT = 2379;
const PEER_PORT = 2380;

/** A statically bootstrapped member. On a later start etcd finds its data and leaves the initial cluster alone. */
export function etcdContainer(node: NodeId, layout: Layout): ContainerSpec {
  const peer = (id: NodeId): string => `http://${layout.address(id)}:${PEER_PORT}`;
  const flags: Readonly<Record<string, string>> = {
    name: node,
    "data-dir": "/data/etcd",
    "listen-client-urls": `http://0.0.0.0:${CLIENT_PORT}`,
    "advertise-client-urls": `http://${layout.address(node)}:${CLIENT_PORT}`,
    "listen-peer-urls": `http://0.0.0.0:${PEER_PORT}`,
    "initial-advertise-peer-urls": peer(node),
    "initial-cluster": layout.nodes.map((id) => `${id}=${peer(id)}`).join(","),
    "initial-cluster-state": "new",
    "initial-cluster-token": "cap-test",
    // Defaults: a leader is missed after 1 s, and leads for 1 s at most without hearing from a majority.
    "heartbeat-interval": "100",
    "election-timeout": "1000",
    "log-level": "warn",
  };
  const command = ["etcd", ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
  return { image: "etcd", command, ports: [CLIENT_PORT] };
}
