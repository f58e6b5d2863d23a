/**
 * Which nodes hold a key. Keys are hashed into partitions, and a partition's preference list is the ring of nodes from a
 * place of its own on: the first n are its replicas, the rest stand in for them in a sloppy quorum (Dynamo, section 4.3).
 */
import type { Key, NodeId } from "../../core/op.js";
import { hashOf, PARTITIONS } from "../tree.js";

export function partitionOf(key: Key): number {
  return hashOf(typeof key, String(key)) % PARTITIONS;
}

/** All nodes, the replicas of the partition first. */
export function preference(nodes: readonly NodeId[], partition: number): readonly NodeId[] {
  const start = partition % nodes.length;
  return [...nodes.slice(start), ...nodes.slice(0, start)];
}

/** The nodes that own these keys, in the order of the keys, each once. */
export function ownersOf(nodes: readonly NodeId[], keys: readonly Key[]): readonly NodeId[] {
  return [...new Set(keys.map((key) => preference(nodes, partitionOf(key))[0] as NodeId))];
}
