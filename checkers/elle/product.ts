/** "All of these before all of those", without the product of the two where it would be large. */
import type { EdgeList } from "./graph.js";

/** Up to this many edges are written out. */
const SMALL = 64;

/**
 * Adds an edge from each of `before` (a transaction and the kind of its edges) to each of `after`, except to itself.
 *
 * Beyond a few edges a virtual node stands in between. A transaction on both sides must not pass through it, or it would wait
 * for itself: T reads the last list of x and appends to x, so T -> V -> T, a cycle that is not there. Those in both are lined
 * up instead: t_i leads into the prefix i and the suffix i, the prefix i - 1 and the suffix i + 1 lead to t_i, and prefixes
 * (suffixes) lead to the next (previous) one. So t_i reaches each t_j but never, through virtual nodes alone, itself.
 */
export function allToAll(
  edges: EdgeList,
  before: readonly (readonly [number, number])[],
  after: readonly number[],
): void {
  if (before.length === 0 || after.length === 0) return;
  if (before.length * after.length <= SMALL) {
    for (const [from, kind] of before) for (const to of after) edges.add(from, to, kind);
    return;
  }
  const targets = new Set(after);
  const kinds = new Map<number, number[]>();
  for (const [from, kind] of before) if (targets.has(from)) kinds.set(from, [...(kinds.get(from) ?? []), kind]);
  const hub = edges.virtual();
  for (const [from, kind] of before) if (!kinds.has(from)) edges.enter(from, hub, kind);
  for (const to of targets) edges.leave(hub, to);
  if (kinds.size === 0) return;
  const both = [...kinds];
  const only = [...targets].filter((to) => !kinds.has(to));
  const toOnly = edges.virtual();
  for (const to of only) edges.leave(toOnly, to);
  const prefix = both.map(() => edges.virtual());
  const suffix = both.map(() => edges.virtual());
  for (const [i, [t, own]] of both.entries()) {
    for (const kind of own) {
      edges.enter(t, toOnly, kind);
      edges.enter(t, prefix[i] as number, kind);
      edges.enter(t, suffix[i] as number, kind);
    }
    if (i > 0) {
      edges.link(prefix[i - 1] as number, prefix[i] as number);
      edges.leave(prefix[i - 1] as number, t);
      edges.link(suffix[i] as number, suffix[i - 1] as number);
      edges.leave(suffix[i] as number, both[i - 1]?.[0] as number);
    }
  }
}
