/** A cluster of nothing but ports on 127.0.0.1, for tests that put scripted servers in the nodes' places. */
import type { NodeId } from "../../core/op.js";
import type { Clock, Cluster } from "../../core/runtime.js";

export const testClock: Clock = {
  nowNs: () => Math.round(performance.now() * 1e6),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, ms);
      const early = (): void => {
        clearTimeout(timer);
        resolve();
      };
      signal?.addEventListener("abort", early, { once: true });
    }),
};

const unused = (): never => {
  throw new Error("not part of this test");
};

/** Node n1 listens on ports[0], has the address 10.0.0.1, and so on; `cuts` are the pairs that do not reach each other. */
export function testCluster(ports: readonly number[], cuts: readonly (readonly [NodeId, NodeId])[] = []): Cluster {
  const nodes = ports.map((_, i) => `n${i + 1}`);
  return {
    nodes,
    runtime: "docker",
    clock: testClock,
    capabilities: new Set(),
    connected: (from, to) => !cuts.some((pair) => from !== to && pair.includes(from) && pair.includes(to)),
    address: (node) => `10.0.0.${nodes.indexOf(node) + 1}`,
    endpoint: (node) => ({ host: "127.0.0.1", port: ports[nodes.indexOf(node)] as number }),
    cut: unused,
    heal: unused,
    signal: unused,
    request: unused,
    log: unused,
    stop: async () => undefined,
  };
}
