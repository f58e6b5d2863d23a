/**
 * Peels away what cannot lie on a cycle, with real-time edges that are never built (Kahn's algorithm with a frontier).
 *
 * The frontier walks over invocations and completions in recorded order. It passes the completion of X only when X has been
 * peeled, so a transaction whose invocation it has not reached still waits for somebody that completed before it began.
 * Transactions without a known end never stop it: nobody has to come after them in real time.
 */
import { byCompletion, type Graph, REALTIME, RW, VIRTUAL } from "./graph.js";

/** Which edges count. */
export interface Rules {
  /** Kinds of edges that count, REALTIME among them; VIRTUAL always does. */
  readonly mask: number;
  /**
   * No two rw edges in a row. Each node u is then two states: u (not reached by an rw edge) and u' (reached by one, so no rw
   * may follow): dep a -> b gives a -> b and a' -> b; rw a -> b gives a -> b' only. A cycle of states is a closed walk without
   * adjacent rw, which is what snapshot isolation forbids; no relations need composing.
   */
  readonly nonadjacent?: boolean;
}

/**
 * The states that remain when everything that no cycle leads to has been peeled: 1 = remains. Empty of 1s where there is no
 * cycle. States: node, or with `nonadjacent` node and nodes + node.
 */
export function peelForward(graph: Graph, rules: Rules, completions = byCompletion(graph)): Peeled {
  const { nodes, txns, invoke, complete, outStart, outTo, outKind } = graph;
  const layers = rules.nonadjacent ? 2 : 1;
  const states = nodes * layers;
  const mask = rules.mask | VIRTUAL;
  const realtime = (rules.mask & REALTIME) !== 0;
  const waits = countIncoming(graph, rules);
  const remains = new Uint8Array(states).fill(1);
  const stack = new Int32Array(states);
  let top = 0;
  let left = states;
  // Transactions below `reached` have been reached by the frontier.
  let reached = realtime ? 0 : txns;
  let passed = 0;
  for (let s = 0; s < states; s++) {
    // The primed state is entered by rw edges only, so no real-time edge holds it up.
    const gated = s < txns && s >= reached;
    if (waits[s] === 0 && !gated) stack[top++] = s;
  }
  for (;;) {
    if (realtime) {
      for (;;) {
        const next = passed < completions.length ? (completions[passed] as number) : -1;
        if (reached < txns && (next < 0 || (invoke[reached] as number) < (complete[next] as number))) {
          if (waits[reached] === 0) stack[top++] = reached;
          reached++;
        } else if (next >= 0 && remains[next] === 0 && (layers === 1 || remains[nodes + next] === 0)) {
          passed++;
        } else break;
      }
    }
    if (top === 0) break;
    const s = stack[--top] as number;
    remains[s] = 0;
    left--;
    const primed = s >= nodes;
    const u = primed ? s - nodes : s;
    for (let e = outStart[u] as number, end = outStart[u + 1] as number; e < end; e++) {
      const kind = outKind[e] as number;
      if ((kind & mask) === 0 || (primed && kind === RW)) continue;
      const v = outTo[e] as number;
      const target = layers === 2 && (kind === RW || (primed && kind === VIRTUAL)) ? nodes + v : v;
      const waiting = (waits[target] as number) - 1;
      waits[target] = waiting;
      if (waiting === 0 && (target >= txns || target < reached)) stack[top++] = target;
    }
  }
  return { remains, left };
}

export interface Peeled {
  /** By state. */
  readonly remains: Uint8Array;
  /** How many remain. */
  readonly left: number;
}

function countIncoming(graph: Graph, rules: Rules): Int32Array {
  const { nodes, outTo, outKind, outStart } = graph;
  const mask = rules.mask | VIRTUAL;
  const waits = new Int32Array(rules.nonadjacent ? nodes * 2 : nodes);
  const add = (state: number): void => {
    waits[state] = (waits[state] as number) + 1;
  };
  if (!rules.nonadjacent) {
    for (let e = 0; e < outTo.length; e++) if (((outKind[e] as number) & mask) !== 0) add(outTo[e] as number);
    return waits;
  }
  for (let u = 0; u < nodes; u++) {
    for (let e = outStart[u] as number, end = outStart[u + 1] as number; e < end; e++) {
      const kind = outKind[e] as number;
      if ((kind & mask) === 0) continue;
      const v = outTo[e] as number;
      if (kind === RW) add(nodes + v);
      else {
        add(v);
        // From the primed state: a dependency leads back to the plain layer, a virtual node's exit stays in its own.
        add(kind === VIRTUAL ? nodes + v : v);
      }
    }
  }
  return waits;
}
