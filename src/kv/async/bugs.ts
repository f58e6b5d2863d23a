/** Planted bugs of kv-async. A correct kv-async loses writes when its primary is cut off, so these show under other faults. */
import type { PlantedBug } from "../bug.js";

const system = "kv-async";

export const ASYNC_BUGS: readonly PlantedBug[] = [
  {
    name: "replica-reads",
    system,
    summary: "a replica answers reads from its own copy, which may lag behind the primary's",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "cas-at-replica",
    system,
    summary: "a replica compares a cas with its own copy and forwards it as a plain write",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "async-no-dedup",
    system,
    summary: "the primary executes a forwarded write again when the message arrives twice",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "async-ack-before-fsync",
    system,
    summary: "the primary acknowledges a write before its log is on disk, and a crash takes it back",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
  {
    name: "replica-gap",
    system,
    summary: "a replica takes entries without asking for the ones before them, and is promoted without them",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
  },
];
