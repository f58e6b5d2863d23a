/**
 * Which links a packet takes. In a star or a ring the nodes' network stacks forward packets that are not theirs (a killed
 * process does not stop that: its host still forwards), always along the same shortest way. A cut of one link therefore cuts
 * every pair of nodes whose way leads over it, and nothing is routed around it.
 */

import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";

export type Topology = "mesh" | "star" | "ring";

/** The nodes a packet passes from `from` to `to`, both included; indexes into the list of nodes. The first node is a star's hub. */
export function route(topology: Topology, nodes: number, from: number, to: number): readonly number[] {
  if (from === to) return [from];
  if (topology === "mesh") return [from, to];
  if (topology === "star") return from === 0 || to === 0 ? [from, to] : [from, 0, to];
  const clockwise = (to - from + nodes) % nodes;
  // Of two equally long ways round an even ring, the clockwise one: any fixed choice would do.
  const step = clockwise <= nodes - clockwise ? 1 : nodes - 1;
  const path = [from];
  for (let at = from; at !== to; ) {
    at = (at + step) % nodes;
    path.push(at);
  }
  return path;
}

/** Does the grudge drop a packet on its way along `path`? At each hop the receiver refuses its neighbour or the sender. */
export function refused(path: readonly number[], nodes: readonly NodeId[], grudge: Grudge): boolean {
  const sender = nodes[path[0] as number] as NodeId;
  for (let i = 1; i < path.length; i++) {
    const refuses = grudge.get(nodes[path[i] as number] as NodeId);
    if (refuses === undefined) continue;
    if (refuses.has(sender) || refuses.has(nodes[path[i - 1] as number] as NodeId)) return true;
  }
  return false;
}
