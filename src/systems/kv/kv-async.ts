/** The system `kv-async`: a bundled primary with asynchronous replicas and automatic fail-over. */
import type { SystemDefinition } from "../../core/system.js";
import { ASYNC_DEFAULTS } from "../../kv/async/index.js";
import { MACHINE_OPS } from "../../kv/machine.js";
import { bugOption, createKv, type KvMode, primariesByClaim } from "./system.js";

const mode: KvMode = {
  name: "kv-async",
  mode: "async",
  ops: MACHINE_OPS,
  options: [
    {
      name: "failover-ms",
      summary: "how long the primary must be silent before the replicas elect another",
      default: String(ASYNC_DEFAULTS.failoverMs),
      values: "integer",
    },
    {
      name: "primary-timeout-ms",
      summary: "how long a primary serves without hearing from a majority; 0 = for ever",
      default: String(ASYNC_DEFAULTS.primaryTimeoutMs),
      values: "integer",
    },
    bugOption("kv-async"),
  ],
  primaries: primariesByClaim,
};

export const kvAsyncDefinition: SystemDefinition = {
  name: mode.name,
  summary:
    "bundled: a primary with asynchronous replicas and automatic fail-over, like Redis; the same objects as kv-raft",
  promises: "linearizable without faults; a primary that is cut off loses what it acknowledged in its last seconds",
  defaultNodes: 5,
  minNodes: 1,
  runtimes: ["docker", "simulation"],
  ops: mode.ops,
  options: mode.options,
  create: (options) => createKv(mode, options),
};
