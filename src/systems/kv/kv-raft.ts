/** The system `kv-raft`: the bundled consensus node. */
import type { SystemDefinition } from "../../core/system.js";
import { MACHINE_OPS } from "../../kv/machine.js";
import { RAFT_DEFAULTS } from "../../kv/raft/index.js";
import { bugOption, createKv, type KvMode, primariesByClaim } from "./system.js";

const mode: KvMode = {
  name: "kv-raft",
  mode: "raft",
  ops: MACHINE_OPS,
  options: [
    {
      name: "reads",
      summary:
        "index: confirmed by a majority; lease: by a lease that a majority granted; local: not at all, may be stale",
      default: RAFT_DEFAULTS.reads,
      values: ["index", "lease", "local"],
    },
    {
      name: "election-ms",
      summary: "how long a follower waits for a leader before it stands for election, at least",
      default: String(RAFT_DEFAULTS.electionMs),
      values: "integer",
    },
    {
      name: "pre-vote",
      summary: "ask before an election whether it could be won; without, elections are far more frequent",
      default: "true",
      values: ["true", "false"],
    },
    {
      name: "settle-ms",
      summary: "how long a new leader only brings the others up to date before it takes requests; 0: not at all",
      default: String(RAFT_DEFAULTS.settleMs),
      values: "integer",
    },
    {
      name: "snapshot-entries",
      summary: "entries applied before the log is replaced by a snapshot",
      default: String(RAFT_DEFAULTS.snapshotEntries),
      values: "integer",
    },
    bugOption("kv-raft"),
  ],
  primaries: primariesByClaim,
};

export const kvRaftDefinition: SystemDefinition = {
  name: mode.name,
  summary:
    "bundled: Raft with pre-vote, snapshots, ReadIndex or lease reads; registers, cas, sets, transactions, counters, queues, locks",
  promises:
    "linearizable under every fault, and nothing acknowledged is lost; a minority refuses (reads=local: stale reads)",
  defaultNodes: 5,
  minNodes: 1,
  runtimes: ["docker", "simulation"],
  ops: mode.ops,
  options: mode.options,
  create: (options) => createKv(mode, options),
};
