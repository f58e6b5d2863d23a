/** The registry of planted bugs, composed of one list per mode; `--system-opt bug=NAME` plants one. */
import { ASYNC_BUGS } from "./async/bugs.js";
import type { PlantedBug } from "./bug.js";
import { GOSSIP_BUGS } from "./gossip/bugs.js";
import { QUORUM_BUGS } from "./quorum/bugs.js";
import { RAFT_BUGS } from "./raft/bugs.js";

export type { PlantedBug } from "./bug.js";

export const BUGS: readonly PlantedBug[] = [...RAFT_BUGS, ...QUORUM_BUGS, ...ASYNC_BUGS, ...GOSSIP_BUGS];

/** The bugs of one system. */
export function bugsOf(system: string): readonly PlantedBug[] {
  return BUGS.filter((bug) => bug.system === system);
}
