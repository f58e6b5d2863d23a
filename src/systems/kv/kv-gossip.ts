/** The system `kv-gossip`: the bundled service registry. */
import type { SystemDefinition } from "../../core/system.js";
import { GOSSIP_DEFAULTS, GOSSIP_OPS } from "../../kv/gossip/index.js";
import { ownersOf } from "../../kv/quorum/index.js";
import { THE_SET } from "./client.js";
import { bugOption, createKv, type KvMode } from "./system.js";

const mode: KvMode = {
  name: "kv-gossip",
  mode: "gossip",
  ops: GOSSIP_OPS,
  options: [
    {
      name: "ttl-ms",
      summary: "how long a registered instance is listed without a heartbeat",
      default: String(GOSSIP_DEFAULTS.ttlMs),
      values: "integer",
    },
    {
      name: "anti-entropy-ms",
      summary: "pause between a node's comparisons with a peer; 0 = none",
      default: String(GOSSIP_DEFAULTS.antiEntropyMs),
      values: "integer",
    },
    {
      name: "fanout",
      summary: "how many peers a node tells news to at a time",
      default: String(GOSSIP_DEFAULTS.fanout),
      values: "integer",
    },
    bugOption("kv-gossip"),
  ],
  // Nobody leads and no node is special to a key; a fault aimed at leaders still gets a node, chosen by the keys.
  primaries: async (cluster, keys) => ownersOf(cluster.nodes, keys.length > 0 ? keys : [THE_SET]),
};

export const kvGossipDefinition: SystemDefinition = {
  name: mode.name,
  summary: "bundled: a service registry by gossip; heartbeats with expiry, local reads, rumors and anti-entropy",
  promises:
    "always answers, from what the node knows: stale, but all nodes agree in the end and nothing gone comes back",
  defaultNodes: 5,
  minNodes: 1,
  runtimes: ["docker", "simulation"],
  ops: mode.ops,
  options: mode.options,
  create: (options) => createKv(mode, options),
};
