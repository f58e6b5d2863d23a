/** Whom an operation is sent to: the replicas of its key, or in a sloppy quorum whoever is in reach. */
import type { Key, NodeId } from "../../core/op.js";
import type { QuorumState } from "./state.js";

/** The nodes to ask, and the replica that each stands in for (undefined: it is a replica itself). */
export function targetsOf(state: QuorumState, key: Key, nowMs: number): Map<NodeId, NodeId | undefined> {
  return state.options.sloppy ? healthyTargets(state, key, nowMs) : strictTargets(state, key);
}

function strictTargets(state: QuorumState, key: Key): Map<NodeId, undefined> {
  return new Map(state.replicasOf(key).map((node) => [node, undefined]));
}

/** Sloppy quorum: the first n nodes in reach; those that are no replicas stand in for the replicas that are missing. */
function healthyTargets(state: QuorumState, key: Key, nowMs: number): Map<NodeId, NodeId | undefined> {
  const replicas = state.replicasOf(key);
  const missing = replicas.filter((node) => !state.reaches(node, nowMs));
  const targets = new Map<NodeId, NodeId | undefined>();
  for (const node of replicas) if (!missing.includes(node)) targets.set(node, undefined);
  for (const node of standIns(state, key, targets, nowMs)) {
    const absent = missing.shift();
    if (absent === undefined) break;
    targets.set(node, absent);
  }
  return targets;
}

/** Nodes in reach that are not yet among the targets: this one first, since it needs no message. */
export function standIns(
  state: QuorumState,
  key: Key,
  targets: ReadonlyMap<NodeId, unknown>,
  nowMs: number,
): readonly NodeId[] {
  const replicas = state.replicasOf(key);
  const free = state.nodes.filter(
    (node) => !replicas.includes(node) && !targets.has(node) && state.reaches(node, nowMs),
  );
  return [...free.filter((node) => node === state.node), ...free.filter((node) => node !== state.node)];
}
