/** Everything there is, as literal lists: the command line's validation and the documentation's tables derive from them. */
import { appendWorkload } from "../workloads/append.js";
import { counterWorkload } from "../workloads/counter.js";
import { lockWorkload } from "../workloads/lock.js";
import { mutexWorkload } from "../workloads/mutex.js";
import { queueWorkload } from "../workloads/queue.js";
import { registerWorkload } from "../workloads/register.js";
import { registryWorkload } from "../workloads/registry.js";
import { setWorkload } from "../workloads/set.js";
import { wrWorkload } from "../workloads/wr.js";
import { nemesisDefinitions } from "./nemeses/parse.js";
import type { Registry } from "./runner/plan.js";
import { etcdDefinition } from "./systems/etcd/etcd.js";
import { kvDefinitions } from "./systems/kv/index.js";
import { redisClusterDefinition } from "./systems/redis-cluster/redis-cluster.js";

export const registry: Registry = {
  systems: [etcdDefinition, redisClusterDefinition, ...kvDefinitions],
  workloads: [
    registerWorkload,
    setWorkload,
    appendWorkload,
    wrWorkload,
    mutexWorkload,
    lockWorkload,
    queueWorkload,
    counterWorkload,
    registryWorkload,
  ],
  nemeses: nemesisDefinitions,
};
