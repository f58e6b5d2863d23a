/**
 * Strongly connected components, with real-time edges as a chain of time nodes (3 edges a transaction instead of all pairs)
 * and, for snapshot isolation, two layers of states (see Rules). Only what peeling left over comes here.
 */
import { byCompletion, type Graph, REALTIME, RW, VIRTUAL } from "./graph.js";
import type { Rules } from "./peel.js";

/**
 * The component of each state, or -1 for states that `alive` leaves out. Two states have the same number exactly where each
 * reaches the other.
 */
export function components(graph: Graph, rules: Rules, alive?: Uint8Array): Int32Array {
  const { nodes } = graph;
  const states = rules.nonadjacent ? nodes * 2 : nodes;
  const expanded = expand(graph, rules, alive);
  const component = tarjan(expanded.size, expanded.start, expanded.to);
  const out = component.subarray(0, states);
  if (alive !== undefined) for (let s = 0; s < states; s++) if (alive[s] === 0) out[s] = -1;
  return out;
}

interface Expanded {
  readonly size: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
}

/** All edges of the rules written out: states first, then the time nodes. */
function expand(graph: Graph, rules: Rules, alive: Uint8Array | undefined): Expanded {
  const { nodes, txns, invoke, complete } = graph;
  const states = rules.nonadjacent ? nodes * 2 : nodes;
  const times = (rules.mask & REALTIME) !== 0 ? byCompletion(graph) : new Int32Array(0);
  const size = states + times.length;
  const start = new Int32Array(size + 1);
  const isAlive = (state: number): boolean => alive === undefined || alive[state] === 1;
  // A time node stands for "everything completed up to here is done": each completion leads into its own, each leads to the
  // next, and each leads to what is invoked before the next completion.
  const each = (visit: (from: number, to: number) => void): void => {
    eachStateEdge(graph, rules, (from, to) => {
      if (isAlive(from) && isAlive(to)) visit(from, to);
    });
    let t = 0;
    for (let i = 0; i < times.length; i++) {
      const x = times[i] as number;
      if (isAlive(x)) visit(x, states + i);
      if (rules.nonadjacent && isAlive(nodes + x)) visit(nodes + x, states + i);
      if (i > 0) visit(states + i - 1, states + i);
      const until = i + 1 < times.length ? (complete[times[i + 1] as number] as number) : NOWHERE;
      while (t < txns && (invoke[t] as number) < (complete[x] as number)) t++;
      for (; t < txns && (invoke[t] as number) < until; t++) if (isAlive(t)) visit(states + i, t);
    }
  };
  each((from) => {
    start[from + 1] = (start[from + 1] as number) + 1;
  });
  for (let u = 0; u < size; u++) start[u + 1] = (start[u + 1] as number) + (start[u] as number);
  const next = start.slice(0, size);
  const to = new Int32Array(start[size] as number);
  each((from, target) => {
    const slot = next[from] as number;
    next[from] = slot + 1;
    to[slot] = target;
  });
  return { size, start, to };
}

const NOWHERE = 0x7fffffff;

/** Visits the edges between states (real-time edges are left to the caller). */
export function eachStateEdge(
  graph: Graph,
  rules: Rules,
  visit: (from: number, to: number, kind: number) => void,
): void {
  const { nodes, outStart, outTo, outKind } = graph;
  const mask = rules.mask | VIRTUAL;
  for (let u = 0; u < nodes; u++) {
    for (let e = outStart[u] as number, end = outStart[u + 1] as number; e < end; e++) {
      const kind = outKind[e] as number;
      if ((kind & mask) === 0) continue;
      const v = outTo[e] as number;
      if (!rules.nonadjacent) visit(u, v, kind);
      else if (kind === RW) visit(u, nodes + v, kind);
      else {
        visit(u, v, kind);
        visit(nodes + u, kind === VIRTUAL ? nodes + v : v, kind);
      }
    }
  }
}

/** Tarjan's algorithm (1972) without recursion: the component number of each node. */
export function tarjan(size: number, start: Int32Array, to: Int32Array): Int32Array {
  const component = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const index = new Int32Array(size);
  const edge = start.slice(0, size);
  const stack = new Int32Array(size);
  const path = new Int32Array(size);
  let stacked = 0;
  let counter = 0;
  let found = 0;
  for (let root = 0; root < size; root++) {
    if (index[root] !== 0) continue;
    let depth = 0;
    path[0] = root;
    index[root] = low[root] = ++counter;
    stack[stacked++] = root;
    while (depth >= 0) {
      const u = path[depth] as number;
      const e = edge[u] as number;
      if (e < (start[u + 1] as number)) {
        edge[u] = e + 1;
        const v = to[e] as number;
        if (index[v] === 0) {
          index[v] = low[v] = ++counter;
          stack[stacked++] = v;
          path[++depth] = v;
        } else if (component[v] === -1 && (index[v] as number) < (low[u] as number)) {
          low[u] = index[v] as number;
        }
        continue;
      }
      if (low[u] === index[u]) {
        for (;;) {
          const v = stack[--stacked] as number;
          component[v] = found;
          if (v === u) break;
        }
        found++;
      }
      if (--depth >= 0) {
        const parent = path[depth] as number;
        if ((low[u] as number) < (low[parent] as number)) low[parent] = low[u] as number;
      }
    }
  }
  return component;
}
