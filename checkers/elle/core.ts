/**
 * From a dependency graph to its anomalies: peel, cut what remains into components, classify each. A valid history ends after
 * the first peel, which needs only the edges that real time does not imply.
 */
import { type Classified, classify, type FoundCycle, type Orders } from "./classify.js";
import { components } from "./components.js";
import { onCycles } from "./first-peel.js";
import { EdgeList, type Edges, type Graph, graphOf, PROCESS, REALTIME, RW, WR, WW } from "./graph.js";
import { SparseEdges } from "./sparse-edges.js";
import { FAIL, OK, type TxnHistory } from "./txn-history.js";

/** Writes the data dependencies (ww, wr, rw) of a history into a list; called for the core where there is one. */
export type EdgeWriter = (edges: Edges) => void;

export interface Cycles {
  /** Hops between transactions of the history. */
  readonly cycles: readonly FoundCycle[];
  /** Sharpest first; how many components show the type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly limited: boolean;
}

/** How many cycles of one type are kept for explaining; all are counted. */
const KEPT = 8;

/** A list for the edges of a whole history that keeps those alone which real time does not imply. */
export function sparseEdges(txns: TxnHistory): SparseEdges {
  return new SparseEdges(txns.count, txns.invoke, txns.complete, txns.count + txns.mopKind.length);
}

/**
 * Finds the cycles of each type, component by component. `sparse`: all edges of the history, in a list of `sparseEdges`;
 * `writeEdges` writes them again into others.
 */
export function findCycles(
  txns: TxnHistory,
  sparse: SparseEdges,
  writeEdges: EdgeWriter,
  orders: Orders,
  budget: number,
): Cycles {
  const core = onCycles(sparse, txns.completions);
  if (core === undefined) return { cycles: [], counts: {}, limited: false };
  const edges = new EdgeList(txns.count, core);
  writeEdges(edges);
  if (orders.process) writeProcessOrder(txns, edges, core);
  const { graph, ids } = compact(txns, edges, core);
  const mask = WW | WR | RW | (orders.process ? PROCESS : 0) | (orders.realtime ? REALTIME : 0);
  const counts: Record<string, number> = {};
  const cycles: FoundCycle[] = [];
  let limited = false;
  for (const part of splitByComponent(graph, components(graph, { mask }))) {
    const found: Classified = classify(part.graph, orders, budget);
    limited ||= found.limited;
    for (const { type, hops } of found.cycles) {
      counts[type] = (counts[type] ?? 0) + 1;
      if ((counts[type] as number) > KEPT) continue;
      const outer = (t: number): number => ids[part.ids[t] as number] as number;
      cycles.push({ type, hops: hops.map(({ from, to, kind }) => ({ from: outer(from), to: outer(to), kind })) });
    }
  }
  return { cycles, counts, limited };
}

/**
 * The order of each process: its completed transactions one after the other, and a last one of unknown outcome after those
 * before it (had it happened, it happened later; Elle leaves that one out). A chain of virtual nodes per process, so that any
 * earlier one is one step from any later one.
 */
function writeProcessOrder(txns: TxnHistory, edges: EdgeList, core: Uint8Array): void {
  const last = new Map<number, number>();
  for (let t = 0; t < txns.count; t++) {
    if (txns.type[t] === FAIL || core[t] === 0) continue;
    const process = txns.process(t);
    const before = last.get(process);
    if (before !== undefined) edges.leave(before, t);
    last.delete(process);
    if (txns.type[t] !== OK) continue;
    const node = edges.virtual();
    edges.enter(t, node, PROCESS);
    if (before !== undefined) edges.link(before, node);
    last.set(process, node);
  }
}

interface Part {
  readonly graph: Graph;
  /** Its transactions' numbers in the graph it was cut from. */
  readonly ids: Int32Array;
}

/** The graph of the core's transactions only, renumbered in the same order. */
function compact(txns: TxnHistory, edges: EdgeList, core: Uint8Array): Part {
  const renumber = new Int32Array(txns.count + edges.virtuals).fill(-1);
  let count = 0;
  for (let t = 0; t < txns.count; t++) if (core[t] === 1) renumber[t] = count++;
  const ids = new Int32Array(count);
  for (let t = 0; t < txns.count; t++) if (core[t] === 1) ids[renumber[t] as number] = t;
  for (let v = 0; v < edges.virtuals; v++) renumber[txns.count + v] = count + v;
  const own = new EdgeList(count, undefined, edges.length + 1);
  own.virtuals = edges.virtuals;
  for (let e = 0; e < edges.length; e++) {
    own.link(renumber[edges.from[e] as number] as number, renumber[edges.to[e] as number] as number, edges.kind[e]);
  }
  const invoke = ids.map((t) => txns.invoke[t] as number);
  const complete = ids.map((t) => txns.complete[t] as number);
  return { graph: graphOf(own, invoke, complete), ids };
}

/** One graph for each component of two transactions or more, in the order of their first transactions. */
function splitByComponent(graph: Graph, component: Int32Array): Part[] {
  // By component: how many transactions. Most components are of one node, so they are not even collected.
  const sizes = new Int32Array(graph.nodes);
  for (let t = 0; t < graph.txns; t++) {
    const id = component[t] as number;
    sizes[id] = (sizes[id] as number) + 1;
  }
  const members = new Map<number, number[]>();
  for (let u = 0; u < graph.nodes; u++) {
    const id = component[u] as number;
    if ((sizes[id] as number) < 2) continue;
    const list = members.get(id);
    if (list === undefined) members.set(id, [u]);
    else list.push(u);
  }
  const local = new Int32Array(graph.nodes).fill(-1);
  const parts: Part[] = [];
  for (const nodes of members.values()) {
    // Nodes come in ascending order: transactions first, still by invocation.
    const ids = Int32Array.from(nodes.filter((u) => u < graph.txns));
    for (const [i, u] of nodes.entries()) local[u] = i;
    const edges = new EdgeList(ids.length, undefined, 16);
    edges.virtuals = nodes.length - ids.length;
    for (const u of nodes) {
      for (let e = graph.outStart[u] as number; e < (graph.outStart[u + 1] as number); e++) {
        const v = graph.outTo[e] as number;
        if (component[v] === component[u]) edges.link(local[u] as number, local[v] as number, graph.outKind[e]);
      }
    }
    const invoke = ids.map((u) => graph.invoke[u] as number);
    const complete = ids.map((u) => graph.complete[u] as number);
    parts.push({ graph: graphOf(edges, invoke, complete), ids });
  }
  return parts;
}
