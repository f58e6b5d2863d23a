/**
 * Shortest paths through a dependency graph, level by level. Real-time edges are followed without being built: of all nodes of
 * a level, the one that completed first reaches every transaction that any of them reaches in real time.
 */
import { type Graph, REALTIME, RW, VIRTUAL } from "./graph.js";
import type { Rules } from "./peel.js";

/** One hop between transactions. */
export interface Hop {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

/** Steps a search may take; shared by all searches of a component. */
export interface Budget {
  left: number;
}

export class PathSearch {
  /** State -> state it was reached from + 1, 0 where not reached. */
  private readonly parent: Int32Array;
  private readonly via: Uint8Array;
  private readonly touched: Int32Array;
  private touchedCount = 0;
  private level: number[] = [];
  private nextLevel: number[] = [];
  /** Transactions from here on have been reached in real time. */
  private swept = 0;

  constructor(
    private readonly graph: Graph,
    private readonly budget: Budget,
  ) {
    const states = graph.nodes * 2;
    this.parent = new Int32Array(states);
    this.via = new Uint8Array(states);
    this.touched = new Int32Array(states);
  }

  /**
   * A shortest path from `start` to the transaction `goal` by the rules, at least one hop long and at most `limit` hops, or
   * undefined. `primed`: `start` was reached by an rw edge (see Rules.nonadjacent). `within`: only through nodes of this
   * component. A virtual node counts no hop of its own, also where the path starts at one.
   */
  path(start: number, goal: number, rules: Rules, limit: number, primed = false, within?: Within): Hop[] | undefined {
    const { graph } = this;
    this.reset();
    const first = primed && rules.nonadjacent ? graph.nodes + start : start;
    this.level.push(first);
    if (start >= graph.txns) {
      for (let i = 0; i < this.level.length; i++) this.expand(this.level[i] as number, goal, rules, first, within);
      this.advance();
    }
    for (let hops = 1; hops <= limit && this.level.length > 0; hops++) {
      // The level grows while it is walked: virtual nodes join the level they are reached in.
      for (let i = 0; i < this.level.length; i++) {
        if (this.expand(this.level[i] as number, goal, rules, first, within)) return this.trace(goal, first);
      }
      if ((rules.mask & REALTIME) !== 0 && this.sweep(goal, first, within)) return this.trace(goal, first);
      this.advance();
      if (this.budget.left <= 0) return undefined;
    }
    return undefined;
  }

  private advance(): void {
    const done = this.level;
    this.level = this.nextLevel;
    this.nextLevel = done;
    done.length = 0;
  }

  private reset(): void {
    for (let i = 0; i < this.touchedCount; i++) this.parent[this.touched[i] as number] = 0;
    this.touchedCount = 0;
    this.level.length = 0;
    this.nextLevel.length = 0;
    this.swept = this.graph.txns;
  }

  /** Follows the stored edges of a state. True when the goal was reached. */
  private expand(state: number, goal: number, rules: Rules, first: number, within: Within | undefined): boolean {
    const { nodes, txns, outStart, outTo, outKind } = this.graph;
    const mask = rules.mask | VIRTUAL;
    const primed = state >= nodes;
    const u = primed ? state - nodes : state;
    const from = outStart[u] as number;
    const end = outStart[u + 1] as number;
    this.budget.left -= end - from + 1;
    for (let e = from; e < end; e++) {
      const kind = outKind[e] as number;
      if ((kind & mask) === 0 || (primed && kind === RW)) continue;
      const v = outTo[e] as number;
      const layered = rules.nonadjacent && (kind === RW || (primed && kind === VIRTUAL));
      const target = layered ? nodes + v : v;
      if (within !== undefined && within.component[target] !== within.id) continue;
      if (!this.reach(target, state, kind)) continue;
      if (v === goal && !layered) return true;
      // Back at the start by a cycle that is not the one sought: nothing new from there.
      if (target === first) continue;
      (v >= txns ? this.level : this.nextLevel).push(target);
    }
    return false;
  }

  /** Follows the real-time edges of a whole level. */
  private sweep(goal: number, first: number, within: Within | undefined): boolean {
    const { nodes, txns, invoke, complete } = this.graph;
    let earliest = -1;
    for (const state of this.level) {
      const u = state >= nodes ? state - nodes : state;
      if (u < txns && (earliest < 0 || (complete[u] as number) < (complete[nodeOf(earliest, nodes)] as number))) {
        earliest = state;
      }
    }
    if (earliest < 0) return false;
    const done = complete[nodeOf(earliest, nodes)] as number;
    if ((invoke[goal] as number) > done && this.reach(goal, earliest, REALTIME)) return true;
    while (this.swept > 0 && (invoke[this.swept - 1] as number) > done) {
      const t = --this.swept;
      this.budget.left--;
      if (within !== undefined && within.component[t] !== within.id) continue;
      if (this.reach(t, earliest, REALTIME) && t !== first) this.nextLevel.push(t);
    }
    return false;
  }

  private reach(state: number, from: number, kind: number): boolean {
    if (this.parent[state] !== 0) return false;
    this.parent[state] = from + 1;
    this.via[state] = kind;
    this.touched[this.touchedCount++] = state;
    return true;
  }

  /** The path to `goal`, virtual nodes folded into the hop that entered them. */
  private trace(goal: number, first: number): Hop[] {
    const { nodes, txns } = this.graph;
    const hops: Hop[] = [];
    let to = goal;
    let state = goal;
    do {
      const kind = this.via[state] as number;
      state = (this.parent[state] as number) - 1;
      const u = nodeOf(state, nodes);
      if (u < txns || state === first) {
        hops.push({ from: u, to, kind });
        to = u;
      }
    } while (state !== first);
    return hops.reverse();
  }
}

/** Restricts a search to one component of `components()`. */
export interface Within {
  readonly component: Int32Array;
  readonly id: number;
}

function nodeOf(state: number, nodes: number): number {
  return state >= nodes ? state - nodes : state;
}
