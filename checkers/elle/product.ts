/** "All of these before all of those", without the product of the two where it would be large. */
import type { Edges } from "./graph.js";

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
export function allToAll(edges: Edges, before: (readonly [number, number])[], after: number[]): void {
  if (edges.sparse) {
    // What completed before all of `after` began, or began after all of `before` completed, waits in real time anyway.
    const first = after.reduce((least, t) => Math.min(least, edges.invokeOf(t)), Number.POSITIVE_INFINITY);
    const last = before.reduce((most, [t]) => Math.max(most, edges.completeOf(t)), -1);
    product(
      edges,
      before.filter(([t]) => edges.completeOf(t) >= first),
      after.filter((t) => edges.invokeOf(t) <= last),
    );
  } else product(edges, before, after);
}

function product(edges: Edges, before: readonly (readonly [number, number])[], after: readonly number[]): void {
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
  const toOnly = edges.virtual();
  for (const to of targets) if (!kinds.has(to)) edges.leave(toOnly, to);
  const prefix = edges.virtual(both.length);
  const suffix = edges.virtual(both.length);
  for (const [i, [t, own]] of both.entries()) {
    for (const kind of own) {
      edges.enter(t, toOnly, kind);
      edges.enter(t, prefix + i, kind);
      edges.enter(t, suffix + i, kind);
    }
    if (i === 0) continue;
    edges.link(prefix + i - 1, prefix + i);
    edges.leave(prefix + i - 1, t);
    edges.link(suffix + i, suffix + i - 1);
    edges.leave(suffix + i, both[i - 1]?.[0] as number);
  }
}
