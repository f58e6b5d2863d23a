/**
 * On which side of a cut is a node? One rule for all shapes: a node is on the majority side when it exchanges packets both
 * ways with nodes that are, with itself, more than half of the cluster. In a ring or under a bridge that is true of every
 * node, so nobody is on a minority side there; in an even split it is true of none.
 */
import type { FaultWindow } from "../src/core/fault.js";
import type { NodeId } from "../src/core/op.js";

export type Side = "minority" | "majority";

/** A cut as checkers see it. */
export interface CutSides {
  readonly side: ReadonlyMap<NodeId, Side>;
  /** Nodes judged together: the sides of a symmetric split; otherwise (one-way, bridge, ring) each node by itself. */
  readonly groups: readonly (readonly NodeId[])[];
  readonly symmetric: boolean;
}

/** The sides of a partition among `nodes`. Needs a grudge, sides or targets; a node in none of them counts as uncut. */
export function sidesOf(window: FaultWindow, nodes: readonly NodeId[]): CutSides {
  const refuses = refusals(window, nodes);
  const side = new Map<NodeId, Side>();
  for (const node of nodes) {
    let linked = 0;
    for (const other of nodes) {
      const cut = refuses.get(node)?.has(other) === true || refuses.get(other)?.has(node) === true;
      if (other === node || !cut) linked++;
    }
    side.set(node, linked * 2 > nodes.length ? "majority" : "minority");
  }
  const split =
    window.oneWay === true ? undefined : (window.sides ?? (window.grudge ? undefined : bySide(window, nodes)));
  const groups = split?.filter((group) => group.length > 0) ?? nodes.map((node) => [node]);
  return { side, groups, symmetric: split !== undefined };
}

function refusals(window: FaultWindow, nodes: readonly NodeId[]): ReadonlyMap<NodeId, ReadonlySet<NodeId>> {
  const out = new Map<NodeId, ReadonlySet<NodeId>>();
  if (window.grudge !== undefined) {
    for (const [node, refused] of Object.entries(window.grudge)) out.set(node, new Set(refused));
    return out;
  }
  const sides = window.sides ?? bySide(window, nodes);
  for (const group of sides) {
    const others = new Set(sides.filter((other) => other !== group).flat());
    for (const node of group) out.set(node, others);
  }
  return out;
}

/** A record with targets alone is read as "the targets against the rest". */
function bySide(window: FaultWindow, nodes: readonly NodeId[]): readonly (readonly NodeId[])[] {
  return [window.targets, nodes.filter((node) => !window.targets.includes(node))];
}

/** Every node the history or its faults name, in natural order, unless the run says which there are. */
export function nodesOf(
  windows: readonly FaultWindow[],
  pinned: readonly NodeId[],
  known: readonly NodeId[] | undefined,
): readonly NodeId[] {
  if (known !== undefined && known.length > 0) return known;
  const nodes = new Set<NodeId>(pinned);
  for (const { targets, sides, grudge } of windows) {
    for (const node of [...targets, ...(sides?.flat() ?? [])]) nodes.add(node);
    for (const [node, refused] of Object.entries(grudge ?? {})) for (const one of [node, ...refused]) nodes.add(one);
  }
  return [...nodes].sort(byName);
}

/** Sorts nodes as people count them: n2 before n10. */
export function byName(a: NodeId, b: NodeId): number {
  return numberIn(a) - numberIn(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** 10 of "n10": n2 comes before n10. */
function numberIn(node: NodeId): number {
  const digits = /\d+/.exec(node);
  return digits === null ? 0 : Number(digits[0]);
}
