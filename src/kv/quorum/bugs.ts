/** Planted bugs of kv-quorum. With its default options a sound cluster is linearizable and loses nothing. */
import type { PlantedBug } from "../bug.js";

const system = "kv-quorum";

export const QUORUM_BUGS: readonly PlantedBug[] = [
  {
    name: "weak-quorum",
    system,
    summary: "r + w <= n: a read need not meet any replica that has the last write",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
    options: { r: "2", w: "2" },
    optionsAreTheBug: true,
  },
  {
    name: "skewed-timestamps",
    system,
    summary: "versions come from wall clocks: the newer write of a node whose clock is behind is taken for the older",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "stale-repair",
    system,
    summary: "read repair spreads the value of the replica that answered first instead of the newest",
    workload: "register",
    nemesis: "swarm",
    checker: "linearizable",
  },
  {
    name: "dropped-hints",
    system,
    summary: "a stand-in acknowledges writes that it does not keep for the replica out of reach",
    workload: "set",
    nemesis: "swarm",
    checker: "lost-writes",
    options: { n: "2", r: "1", w: "1", sloppy: "true" },
  },
  {
    name: "resurrected-deletes",
    system,
    summary: "no tombstones: a replica that missed a removal brings the element back",
    workload: "registry",
    nemesis: "swarm",
    checker: "registry",
  },
];
