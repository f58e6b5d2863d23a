/** A relation between names, followed in both directions. The lattice of models is three of these. */

export interface Relation {
  readonly out: ReadonlyMap<string, readonly string[]>;
  readonly in: ReadonlyMap<string, readonly string[]>;
  readonly nodes: readonly string[];
  readonly sources: readonly string[];
}

/** Builds a relation from its pairs. */
export function relation(pairs: readonly (readonly [string, string])[]): Relation {
  const out = new Map<string, string[]>();
  const into = new Map<string, string[]>();
  const nodes = new Set<string>();
  for (const [from, to] of pairs) {
    out.set(from, [...(out.get(from) ?? []), to]);
    into.set(to, [...(into.get(to) ?? []), from]);
    nodes.add(from).add(to);
  }
  return { out, in: into, nodes: [...nodes], sources: [...out.keys()] };
}

/** Everything reachable from `start`, itself included. */
export function closure(edges: ReadonlyMap<string, readonly string[]>, start: Iterable<string>): Set<string> {
  const seen = new Set(start);
  for (const name of seen) for (const next of edges.get(name) ?? []) seen.add(next);
  return seen;
}
