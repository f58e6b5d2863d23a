/** The bundled systems, for the registry. */
import type { SystemDefinition } from "../../core/system.js";
import { kvAsyncDefinition } from "./kv-async.js";
import { kvGossipDefinition } from "./kv-gossip.js";
import { kvQuorumDefinition } from "./kv-quorum.js";
import { kvRaftDefinition } from "./kv-raft.js";

export const kvDefinitions: readonly SystemDefinition[] = [
  kvRaftDefinition,
  kvQuorumDefinition,
  kvAsyncDefinition,
  kvGossipDefinition,
];
