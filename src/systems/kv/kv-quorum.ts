/** The system `kv-quorum`: the bundled leaderless store. */
import type { SystemDefinition } from "../../core/system.js";
import { ownersOf, QUORUM_DEFAULTS, QUORUM_OPS } from "../../kv/quorum/index.js";
import { THE_SET } from "./client.js";
import { bugOption, createKv, type KvMode } from "./system.js";

const mode: KvMode = {
  name: "kv-quorum",
  mode: "quorum",
  ops: QUORUM_OPS,
  options: [
    {
      name: "n",
      summary: "replicas of each key; 0 = all nodes",
      default: String(QUORUM_DEFAULTS.n),
      values: "integer",
    },
    {
      name: "r",
      summary: "replicas that must answer a read; 0 = a majority of n",
      default: String(QUORUM_DEFAULTS.r),
      values: "integer",
    },
    {
      name: "w",
      summary: "replicas that must have stored a write; 0 = a majority of n",
      default: String(QUORUM_DEFAULTS.w),
      values: "integer",
    },
    {
      name: "sloppy",
      summary: "other nodes stand in for replicas out of reach, and hand over later what they took",
      default: "false",
      values: ["false", "true"],
    },
    {
      name: "repair",
      summary: "read repair: blocking (before the answer), async (after it) or none",
      default: QUORUM_DEFAULTS.repair,
      values: ["blocking", "async", "none"],
    },
    {
      name: "versions",
      summary: "lww: the last write wins; vector: concurrent writes stay as siblings",
      default: QUORUM_DEFAULTS.versions,
      values: ["lww", "vector"],
    },
    {
      name: "anti-entropy-ms",
      summary: "pause between a node's comparisons with a peer; 0 = none",
      default: String(QUORUM_DEFAULTS.antiEntropyMs),
      values: "integer",
    },
    bugOption("kv-quorum"),
  ],
  // Nobody leads; the first replica of a key is what comes closest.
  primaries: async (cluster, keys) => ownersOf(cluster.nodes, keys.length > 0 ? keys : [THE_SET]),
};

export const kvQuorumDefinition: SystemDefinition = {
  name: mode.name,
  summary: "bundled: leaderless like Dynamo; r, w, n, sloppy quorums, read repair, anti-entropy; registers, sets",
  promises:
    "r + w > n with blocking repair: linearizable, majority only; r = w = 1, sloppy: always answers, stale, converges",
  defaultNodes: 5,
  minNodes: 1,
  runtimes: ["docker", "simulation"],
  ops: mode.ops,
  options: mode.options,
  create: (options) => createKv(mode, options),
};
