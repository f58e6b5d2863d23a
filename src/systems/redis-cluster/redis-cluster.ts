/** The system `redis-cluster`: sharded primaries with asynchronous replicas and automatic fail-over. */
import { UsageError } from "../../core/errors.js";
import type { System, SystemDefinition } from "../../core/system.js";
import { RedisClusterClient } from "./client.js";
import { REDIS_OPS } from "./commands.js";
import { redisContainer } from "./container.js";
import { formCluster } from "./form.js";
import { allSettled, answers, primaries } from "./health.js";
import { connectTo } from "./nodes.js";

export const redisClusterDefinition: SystemDefinition = {
  name: "redis-cluster",
  summary:
    "Redis Cluster 8: primaries with asynchronous replicas and automatic fail-over; registers, compare-and-set, sets, MULTI/EXEC, counters, queues, locks",
  promises: "no strong consistency: acknowledged writes may be lost in a fail-over, for about one node-timeout (2 s)",
  defaultNodes: 6,
  minNodes: 6,
  runtimes: ["docker"],
  ops: REDIS_OPS,
  options: [
    {
      name: "wait",
      summary: "after each write, how many replicas must have acknowledged it (WAIT); a write with fewer is info",
      default: "0",
      values: "integer",
    },
  ],
  create: (options) => createRedisCluster(options),
};

function createRedisCluster(options: Readonly<Record<string, string>>): System {
  const asked = options.wait ?? "0";
  if (!/^\d{1,3}$/.test(asked)) {
    throw new UsageError(`redis-cluster: wait is a whole number of replicas, not "${asked}"`);
  }
  const wait = Number(asked);
  return {
    name: "redis-cluster",
    ops: REDIS_OPS,
    container: redisContainer,
    ready: answers,
    form: formCluster,
    recovered: allSettled,
    primaries,
    open: async (cluster, node, signal) =>
      new RedisClusterClient(cluster, node, await connectTo(cluster, node, signal), { wait }),
  };
}
