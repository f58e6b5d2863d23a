/** The last resort of the cycle search: a cycle without adjacent rw edges that meets no transaction twice, by trying all paths. */
import { type Graph, REALTIME, RW, VIRTUAL } from "./graph.js";
import type { Rules } from "./peel.js";
import type { Budget, Hop } from "./search.js";

/**
 * A simple cycle with at least one rw edge and no two in a row, or undefined where there is none (or the budget ran out).
 * Exponential; it is asked only where the shortest closed walk meets a transaction twice, which takes another, sharper cycle
 * through that transaction, so nothing that rules out a model hangs on it.
 */
export function simpleCycle(graph: Graph, rules: Rules, budget: Budget): Hop[] | undefined {
  const onPath = new Uint8Array(graph.txns);
  const hops: Hop[] = [];
  const extend = (start: number, u: number, seenRw: boolean): boolean => {
    onPath[u] = 1;
    for (const { to, kind } of successors(graph, u, rules.mask)) {
      if (--budget.left <= 0) break;
      const last = hops.at(-1)?.kind;
      if (kind === RW && last === RW) continue;
      if (to === start) {
        const closes = (seenRw || kind === RW) && !(kind === RW && hops[0]?.kind === RW) && hops.length > 0;
        if (closes) {
          hops.push({ from: u, to, kind });
          return true;
        }
      }
      // Each cycle is tried from its lowest transaction only.
      if (to <= start || onPath[to] === 1) continue;
      hops.push({ from: u, to, kind });
      if (extend(start, to, seenRw || kind === RW)) return true;
      hops.pop();
    }
    onPath[u] = 0;
    return false;
  };
  for (let t = 0; t < graph.txns && budget.left > 0; t++) if (extend(t, t, false)) return hops;
  return undefined;
}

/** All transactions one hop away, through virtual nodes and in real time. */
function* successors(graph: Graph, u: number, mask: number): Generator<{ to: number; kind: number }> {
  const { txns, outStart, outTo, outKind, invoke, complete } = graph;
  const seen = new Set<number>();
  function* out(node: number, entered: number): Generator<{ to: number; kind: number }> {
    for (let e = outStart[node] as number; e < (outStart[node + 1] as number); e++) {
      const edge = outKind[e] as number;
      if ((edge & (mask | VIRTUAL)) === 0) continue;
      const kind = edge === VIRTUAL ? entered : edge;
      const to = outTo[e] as number;
      if (to < txns) yield { to, kind };
      else if (!seen.has(to * 64 + kind)) {
        seen.add(to * 64 + kind);
        yield* out(to, kind);
      }
    }
  }
  yield* out(u, 0);
  if ((mask & REALTIME) === 0) return;
  for (let t = 0; t < txns; t++) {
    if ((invoke[t] as number) > (complete[u] as number)) yield { to: t, kind: REALTIME };
  }
}
