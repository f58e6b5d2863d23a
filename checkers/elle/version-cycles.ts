/** Circles in the order of a key's versions. */
import { tarjan } from "./components.js";
import type { RegisterIndex } from "./register-index.js";
import { NIL } from "./txn-history.js";

/** `from` comes before `to`: write micro-ops, NIL, or a chain node (-2 - micro-op). */
export interface VersionEdge {
  readonly key: number;
  readonly from: number;
  readonly to: number;
}

/** Key -> versions that lie on a circle of these edges and "the initial version is before all others". */
export function cyclesOfVersions(
  index: RegisterIndex,
  edges: readonly VersionEdge[],
): Map<number, { key: number; versions: number[] }> {
  const { txns } = index;
  const mops = txns.mopKind.length;
  const keys = txns.keys.length;
  // Nodes: micro-ops, initial versions by key, chain nodes.
  const node = (key: number, version: number): number =>
    version >= 0 ? version : version === NIL ? mops + key : mops + keys - 2 - version;
  const size = mops + keys + mops;
  const pairs: [number, number][] = [];
  for (const { key, from, to } of edges) {
    pairs.push([node(key, from), node(key, to)]);
    // Only an edge back to the initial version can close a circle through it.
    if (to === NIL) pairs.push([node(key, NIL), node(key, from)]);
  }
  const start = new Int32Array(size + 1);
  for (const [from] of pairs) start[from + 1] = (start[from + 1] as number) + 1;
  for (let u = 0; u < size; u++) start[u + 1] = (start[u + 1] as number) + (start[u] as number);
  const next = start.slice(0, size);
  const to = new Int32Array(pairs.length);
  for (const [from, target] of pairs) {
    const slot = next[from] as number;
    next[from] = slot + 1;
    to[slot] = target;
  }
  const component = tarjan(size, start, to);
  const members = new Map<number, Set<number>>();
  const keyOf = new Map<number, number>();
  for (const { key, from, to: target } of edges) {
    for (const version of [from, target]) {
      if (version < NIL) continue;
      const id = component[node(key, version)] as number;
      keyOf.set(id, key);
      const set = members.get(id) ?? new Set<number>();
      members.set(id, set.add(version));
    }
  }
  const cycles = new Map<number, { key: number; versions: number[] }>();
  for (const [id, versions] of members) {
    const key = keyOf.get(id) as number;
    if (versions.size > 1 && !cycles.has(key)) cycles.set(key, { key, versions: [...versions] });
  }
  return cycles;
}
