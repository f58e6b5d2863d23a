import { join } from "node:path";
import { type Client, type Cluster, defineConfig, type NodeId, type SystemDefinition } from "cap-test";

const urlOf = (cluster: Cluster, node: NodeId): string => {
  const endpoint = cluster.endpoint?.(node, 8080);
  return `http://${endpoint?.host}:${endpoint?.port}`;
};

const healthOf = async (cluster: Cluster, node: NodeId, signal: AbortSignal): Promise<string> =>
  (await fetch(`${urlOf(cluster, node)}/health`, { signal })).text();

/** One client, pinned to one node: it never retries and never goes elsewhere. */
function client(base: string): Client {
  return {
    async invoke({ f, key, value }, signal) {
      const body = f === "write" ? { method: "PUT", body: JSON.stringify(value) } : {};
      // A read that went wrong has changed nothing: `fail`. A write may have happened all the same: `info`.
      const lost = f === "read" ? "fail" : "info";
      try {
        const reply = await fetch(`${base}/keys/${key}`, { ...body, signal });
        const text = await reply.text();
        if (reply.ok) return f === "read" ? { type: "ok", value: JSON.parse(text) } : { type: "ok" };
        return { type: reply.status === 503 ? "fail" : lost, error: `HTTP ${reply.status}` };
      } catch (error) {
        const code = (error as { cause?: { code?: string } }).cause?.code ?? "timeout";
        return { type: code === "ECONNREFUSED" ? "fail" : lost, error: code };
      }
    },
    async close() {},
  };
}

const ownService: SystemDefinition = {
  name: "own-service",
  summary: "our key-value service: one primary, the others copy it",
  promises: "linearizable where reads go to the primary; local reads may be stale",
  defaultNodes: 3,
  minNodes: 2,
  runtimes: ["docker"],
  ops: ["read", "write"],
  options: [{ name: "reads", summary: "who answers reads", default: "primary", values: ["primary", "local"] }],
  create: ({ reads = "primary" }) => ({
    name: "own-service",
    ops: ["read", "write"],
    container: (node, layout) => ({
      image: join(import.meta.dirname, "service"),
      command: ["node", "/server.mjs"],
      env: { NODE: node, PRIMARY: "n1", PRIMARY_URL: `http://${layout.address("n1")}:8080`, READS: reads },
      ports: [8080],
    }),
    ready: async (cluster, node, signal) => (await healthOf(cluster, node, signal)) !== "",
    recovered: async (cluster, signal) => {
      const all = await Promise.all(cluster.nodes.map((node) => healthOf(cluster, node, signal)));
      return all.every((health) => health === all[0]);
    },
    primaries: async () => ["n1"],
    open: async (cluster, node, signal) => {
      await healthOf(cluster, node, signal);
      return client(urlOf(cluster, node));
    },
  }),
};

export default defineConfig({
  systems: [ownService],
  defaults: { system: "own-service", nemesis: "partition:primaries", timeLimit: 15, rate: 100 },
  contracts: [
    { name: "reads from the primary are linearizable", expect: { linearizable: true, "lost-writes": true } },
    {
      name: "local reads are stale while the primary is cut off (known, must be found)",
      systemOpts: { reads: "local" },
      expect: { linearizable: false, "lost-writes": true },
    },
  ],
});
