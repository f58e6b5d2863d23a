/** Partition shapes as pure functions: nodes in, a grudge (who refuses whose packets) out. */
import type { NodeId } from "../core/op.js";
import type { Rng } from "../core/rng.js";
import type { Grudge } from "../core/runtime.js";

export const SHAPES = ["one", "halves", "majority-minority", "majorities-ring", "bridge", "primaries"] as const;
export type Shape = (typeof SHAPES)[number];

/** Shapes that leave a majority on one side and a minority on the other (of an odd number of nodes): what tells CP from AP. */
export const SPLITTING: readonly Shape[] = ["one", "halves", "majority-minority", "primaries"];

/** A grudge and, where the cut splits the nodes in two, its sides (smaller first). */
export interface Cut {
  readonly grudge: Grudge;
  readonly sides?: readonly (readonly NodeId[])[];
  /** The nodes that lose most: the smaller side, or every node of a ring or bridge. */
  readonly targets: readonly NodeId[];
}

/** Both sides refuse each other. */
export function complete(sides: readonly (readonly NodeId[])[]): Grudge {
  const grudge = new Map<NodeId, Set<NodeId>>();
  for (const side of sides) {
    const others = sides.filter((other) => other !== side).flat();
    for (const node of side) grudge.set(node, new Set(others));
  }
  return grudge;
}

/**
 * One direction of a grudge: each pair that refuses each other keeps one of its two refusals.
 * `deaf` are the nodes that no longer hear the others (their INPUT is cut) though the others still hear them; pairs within
 * or outside `deaf` keep the refusal of the node that comes first.
 */
export function oneWay(grudge: Grudge, deaf: ReadonlySet<NodeId>): Grudge {
  const out = new Map<NodeId, Set<NodeId>>();
  for (const [node, refused] of grudge) {
    const kept = new Set<NodeId>();
    for (const other of refused) {
      const mutual = grudge.get(other)?.has(node) === true;
      const wins = deaf.has(node) === deaf.has(other) ? node < other : deaf.has(node);
      if (!mutual || wins) kept.add(other);
    }
    if (kept.size > 0) out.set(node, kept);
  }
  return out;
}

/** Splits the nodes: `minority` against the rest. */
export function isolate(minority: readonly NodeId[], nodes: readonly NodeId[]): Cut {
  const rest = nodes.filter((node) => !minority.includes(node));
  const sides = [minority, rest].sort((a, b) => a.length - b.length);
  return { grudge: complete(sides), sides, targets: sides[0] as readonly NodeId[] };
}

/** Two halves that see each other only through one node, which sees everybody. */
export function bridge(nodes: readonly NodeId[]): Cut {
  const half = Math.floor(nodes.length / 2);
  const left = nodes.slice(0, half);
  const right = nodes.slice(half + 1);
  return { grudge: complete([left, right]), targets: [...nodes] };
}

/**
 * Every node sees a majority, but no two nodes see the same one: node i of a ring keeps its nearest neighbours on both
 * sides and refuses the rest. With 5 nodes each sees itself and the two next to it.
 */
export function majoritiesRing(nodes: readonly NodeId[]): Cut {
  const n = nodes.length;
  const majority = Math.floor(n / 2) + 1;
  // Neighbours on each side; an even majority needs one more than a symmetric ring can give, so it is rounded up.
  const reach = Math.ceil((majority - 1) / 2);
  const grudge = new Map<NodeId, Set<NodeId>>();
  for (const [i, node] of nodes.entries()) {
    const refused = nodes.filter((_, j) => {
      const apart = Math.min((i - j + n) % n, (j - i + n) % n);
      return apart > reach;
    });
    if (refused.length > 0) grudge.set(node, new Set(refused));
  }
  return { grudge, targets: [...nodes] };
}

/** The largest number of nodes that is less than half. */
export const largestMinority = (count: number): number => Math.floor((count - 1) / 2);

/**
 * The cut of a shape, with the random choices of `random`. `primaries` are the current leaders, those that own keys under
 * test first; the shape of that name isolates the first of them alone, with none of its replicas: isolating all leaders
 * would leave no majority to elect new ones, and nothing would be lost.
 */
export function cutOf(shape: Shape, nodes: readonly NodeId[], primaries: readonly NodeId[], random: Rng): Cut {
  const shuffled = random.shuffle(nodes);
  switch (shape) {
    case "one":
      return isolate(shuffled.slice(0, 1), nodes);
    case "halves":
      return isolate(shuffled.slice(0, Math.floor(nodes.length / 2)), nodes);
    case "majority-minority":
      return isolate(shuffled.slice(0, 1 + random.below(Math.max(1, largestMinority(nodes.length)))), nodes);
    case "majorities-ring":
      return majoritiesRing(shuffled);
    case "bridge":
      return bridge(shuffled);
    case "primaries":
      return isolate(primaries.slice(0, 1), nodes);
  }
}

/** Can a shape cut anything with so many nodes? (A ring of four sees everybody but one; of three, everybody.) */
export function fits(shape: Shape, count: number): boolean {
  if (shape === "bridge") return count >= 3;
  if (shape === "majorities-ring") return count >= 4;
  return count >= 2;
}

/** A grudge written down: who refuses whom. */
export type WrittenGrudge = Readonly<Record<NodeId, readonly NodeId[]>>;

/** The cut that a written grudge makes, and whether some link is cut in one direction only. */
export function cutOfGrudge(
  written: WrittenGrudge,
  nodes: readonly NodeId[],
): { readonly cut: Cut; readonly oneWay: boolean } {
  const grudge: Grudge = new Map(Object.entries(written).map(([node, refused]) => [node, new Set(refused)]));
  const refuses = (a: NodeId, b: NodeId): boolean => grudge.get(a)?.has(b) === true;
  const oneWayCut = [...grudge].some(([node, refused]) => [...refused].some((other) => !refuses(other, node)));
  const sides = sidesOf(nodes, (a, b) => refuses(a, b) || refuses(b, a));
  const touched = nodes.filter((node) => nodes.some((other) => refuses(node, other) || refuses(other, node)));
  return {
    cut: { grudge, ...(sides === undefined ? {} : { sides }), targets: sides?.[0] ?? touched },
    oneWay: oneWayCut,
  };
}

/** The two sides of a cut, smaller first; undefined where it does not split the nodes cleanly in two. */
function sidesOf(
  nodes: readonly NodeId[],
  apart: (a: NodeId, b: NodeId) => boolean,
): readonly (readonly NodeId[])[] | undefined {
  const side = new Set(nodes.slice(0, 1));
  // A set's loop also visits what is added on the way.
  for (const node of side) for (const other of nodes) if (other !== node && !apart(node, other)) side.add(other);
  const here = nodes.filter((node) => side.has(node));
  const there = nodes.filter((node) => !side.has(node));
  // Three groups that refuse each other: what is left falls apart further.
  const whole = there.every((a) => there.every((b) => a === b || !apart(a, b)));
  if (there.length === 0 || !whole) return undefined;
  return [here, there].sort((a, b) => a.length - b.length);
}
