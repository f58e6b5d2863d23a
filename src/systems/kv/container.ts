/** How a bundled node runs in a container: docker/kv/entry.ts with who it is and where the others are. */
import type { NodeId } from "../../core/op.js";
import type { ContainerSpec, Layout } from "../../core/runtime.js";

/** Where nodes talk to each other; clients use the port next to it. */
const CLIENT_PORT = 7000;

export function kvContainer(
  mode: string,
  options: Readonly<Record<string, string>>,
  node: NodeId,
  layout: Layout,
): ContainerSpec {
  return {
    image: "kv",
    command: ["node", "/kv/entry.mjs"],
    env: {
      KV_NODE: node,
      KV_NODES: layout.nodes.map((other) => `${other}=${layout.address(other)}`).join(","),
      KV_MODE: mode,
      KV_OPTIONS: JSON.stringify(options),
      KV_DATA: "/data",
    },
    ports: [CLIENT_PORT],
  };
}
