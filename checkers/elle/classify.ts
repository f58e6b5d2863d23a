/**
 * Which anomalies a strongly connected set of transactions shows. For each type, sharpest first, a shortest cycle is sought; a
 * type that a found one implies is skipped. So whatever is found has exactly its type: a cycle of ww and wr edges found when
 * there is none of ww alone must contain a wr, one found with real-time edges when there is none without must contain one, …
 */
import { components, eachStateEdge } from "./components.js";
import { byCompletion, type Graph, PROCESS, REALTIME, RW, WR, WW } from "./graph.js";
import { impliedAnomalies } from "./models.js";
import { peelForward, type Rules } from "./peel.js";
import { type Budget, type Hop, PathSearch } from "./search.js";
import { simpleCycle } from "./simple-cycle.js";

/** Which orders beyond the data's a search uses. */
export interface Orders {
  readonly process: boolean;
  readonly realtime: boolean;
}

export interface FoundCycle {
  readonly type: string;
  /** Each hop starts where the one before ended; the last ends where the first starts. */
  readonly hops: readonly Hop[];
}

export interface Classified {
  readonly cycles: readonly FoundCycle[];
  /** The budget ran out: a sharper type or a shorter cycle may exist. */
  readonly limited: boolean;
}

/** How many rw edges a cycle of the type has, and how they lie. */
type RwMode = "none" | "one" | "nonadjacent" | "any";

const FAMILIES: readonly { readonly name: string; readonly mask: number; readonly rw: RwMode }[] = [
  { name: "G0", mask: WW, rw: "none" },
  { name: "G1c", mask: WW | WR, rw: "none" },
  { name: "G-single-item", mask: WW | WR, rw: "one" },
  { name: "G-nonadjacent-item", mask: WW | WR, rw: "nonadjacent" },
  { name: "G2-item", mask: WW | WR, rw: "any" },
];

/** Finds the anomalies of one component. `budget`: edges to visit before settling for what was found. */
export function classify(graph: Graph, orders: Orders, budget: number): Classified {
  const variants: readonly (readonly [string, number])[] = [
    ["", 0],
    ...(orders.process ? [["-process", PROCESS] as const] : []),
    ...(orders.realtime ? [["-realtime", REALTIME] as const] : []),
  ];
  const search = new ComponentSearch(graph, { left: budget });
  const cycles: FoundCycle[] = [];
  const redundant = new Set<string>();
  for (const [suffix, extra] of variants) {
    if (!search.cyclic({ mask: WW | WR | RW | extra })) continue;
    for (const { name, mask, rw } of FAMILIES) {
      const type = `${name}${suffix}`;
      if (redundant.has(type)) continue;
      const hops = search.find(mask | extra, rw);
      if (hops === undefined) continue;
      cycles.push({ type, hops });
      for (const implied of impliedAnomalies([type])) redundant.add(implied);
    }
  }
  return { cycles, limited: search.limited };
}

class ComponentSearch {
  limited = false;
  private readonly paths: PathSearch;
  private readonly completions: Int32Array;

  constructor(
    private readonly graph: Graph,
    private readonly budget: Budget,
  ) {
    this.paths = new PathSearch(graph, budget);
    this.completions = byCompletion(graph);
  }

  cyclic(rules: Rules): boolean {
    return peelForward(this.graph, rules, this.completions).left > 0;
  }

  /** A shortest cycle of edges in `mask`, plus rw edges as `rw` says (at least one, unless "none"). */
  find(mask: number, rw: RwMode): Hop[] | undefined {
    if (rw === "none") return this.shortest({ mask });
    const all: Rules = rw === "any" ? { mask: mask | RW } : { mask: mask | RW, nonadjacent: true };
    const edges = this.rwEdgesOnCycles(all);
    if (edges.length === 0) return undefined;
    let best: Hop[] | undefined;
    for (const [from, to] of edges) {
      const limit = (best === undefined ? this.graph.txns : best.length) - 2;
      if ((best !== undefined && limit < 1) || this.spent()) break;
      // With one rw edge, the way back has none. Otherwise it may have more; where rw edges must not touch, it starts after one.
      const back = this.paths.path(to, from, rw === "one" ? { mask } : all, limit + 1, rw === "nonadjacent");
      if (back !== undefined) best = this.close(from, to, back);
    }
    return best === undefined ? undefined : this.simple(best, all, rw);
  }

  /** The rw edge from -> to, then the way back; an edge into a virtual node is a hop to where the way leaves it. */
  private close(from: number, to: number, back: Hop[]): Hop[] {
    const [first, ...rest] = back as [Hop, ...Hop[]];
    if (to < this.graph.txns) return [{ from, to, kind: RW }, ...back];
    return [{ from, to: first.to, kind: RW }, ...rest];
  }

  private spent(): boolean {
    if (this.budget.left > 0) return false;
    this.limited = true;
    return true;
  }

  /** The walk, or another cycle in its stead where it meets a transaction twice. */
  private simple(walk: Hop[], rules: Rules, rw: RwMode): Hop[] | undefined {
    if (new Set(walk.map((hop) => hop.from)).size === walk.length) return walk;
    // Counterexample: a -rw-> b -ww-> c -ww-> b -rw-> … visits b twice without two rw in a row; as a simple cycle it has two.
    if (rw !== "nonadjacent") return undefined;
    return simpleCycle(this.graph, rules, this.budget);
  }

  /** The rw edges (from transaction, to node) that lie on a closed walk of these rules. */
  private rwEdgesOnCycles(rules: Rules): [number, number][] {
    const { remains, left } = peelForward(this.graph, rules, this.completions);
    if (left === 0) return [];
    const component = components(this.graph, rules, remains);
    const edges: [number, number][] = [];
    eachStateEdge(this.graph, rules, (from, to, kind) => {
      if (kind === RW && component[from] !== -1 && component[from] === component[to]) {
        edges.push([from, to % this.graph.nodes]);
      }
    });
    return edges;
  }

  /** A shortest cycle of these rules. */
  private shortest(rules: Rules): Hop[] | undefined {
    const { remains, left } = peelForward(this.graph, rules, this.completions);
    if (left === 0) return undefined;
    const component = components(this.graph, rules, remains);
    const sizes = new Map<number, number>();
    for (let t = 0; t < this.graph.txns; t++) {
      const id = component[t] as number;
      if (id >= 0) sizes.set(id, (sizes.get(id) ?? 0) + 1);
    }
    let best: Hop[] | undefined;
    // Small components first: their cycles are short and soon found, which bounds the search in the others.
    for (const [id, size] of [...sizes].sort(([, a], [, b]) => a - b)) {
      if (size < 2) continue;
      for (let t = 0; t < this.graph.txns; t++) {
        if (component[t] !== id) continue;
        const limit = best === undefined ? size : best.length - 1;
        if (limit < 2 || (best !== undefined && this.spent())) return best;
        best = this.paths.path(t, t, rules, limit, false, { component, id }) ?? best;
      }
    }
    return best;
  }
}
