/** The system `etcd`: a Raft key-value store, reached over its JSON gateway. */
import { UsageError } from "../../core/errors.js";
import type { System, SystemDefinition } from "../../core/system.js";
import { ETCD_OPS, EtcdClient } from "./client.js";
import { etcdContainer } from "./container.js";
import { allServe, leaders, openGateway, serves, waitUntilAllServe } from "./health.js";

export const etcdDefinition: SystemDefinition = {
  name: "etcd",
  summary:
    "etcd 3.5: Raft; registers with compare-and-set on the mod revision, sets, transactions, counters, queues, locks",
  promises:
    "strict serializability for all operations but serializable reads and watches; a minority refuses writes and reads",
  defaultNodes: 5,
  minNodes: 1,
  runtimes: ["docker"],
  ops: ETCD_OPS,
  options: [
    {
      name: "serializable",
      summary: "reads are answered by the node alone, without asking a majority: faster, and allowed to be stale",
      default: "false",
      values: ["true", "false"],
    },
    {
      name: "lock-ttl",
      summary: "locks are bound to a lease of so many seconds that nobody keeps alive; 0 = to none",
      default: "0",
      values: "integer",
    },
  ],
  create: (options) => createEtcd(options),
};

function createEtcd(options: Readonly<Record<string, string>>): System {
  const asked = options.serializable ?? "false";
  if (asked !== "true" && asked !== "false") {
    throw new UsageError(`etcd: serializable is true or false, not "${asked}"`);
  }
  const serializable = asked === "true";
  const ttl = options["lock-ttl"] ?? "0";
  if (!/^\d{1,6}$/.test(ttl)) throw new UsageError(`etcd: lock-ttl is a whole number of seconds, not "${ttl}"`);
  const lockTtlSeconds = Number(ttl);
  return {
    name: "etcd",
    ops: ETCD_OPS,
    container: etcdContainer,
    ready: serves,
    form: waitUntilAllServe,
    recovered: allServe,
    primaries: (cluster, _keys, signal) => leaders(cluster, signal),
    open: async (cluster, node, signal) =>
      new EtcdClient(await openGateway(cluster, node, signal), { serializable, lockTtlSeconds }),
  };
}
