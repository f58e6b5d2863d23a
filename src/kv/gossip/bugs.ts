/** Planted bugs of kv-gossip. A sound registry is stale for a while, but what is gone stays gone. */
import type { PlantedBug } from "../bug.js";

const system = "kv-gossip";

export const GOSSIP_BUGS: readonly PlantedBug[] = [
  {
    name: "never-expires",
    system,
    summary: "an instance whose heartbeats have stopped is listed for ever",
    workload: "registry",
    nemesis: "swarm",
    checker: "registry",
  },
  {
    name: "comes-back",
    system,
    summary: "a removal leaves no tombstone: a node that missed it brings the instance back",
    workload: "registry",
    nemesis: "swarm",
    checker: "registry",
  },
];
