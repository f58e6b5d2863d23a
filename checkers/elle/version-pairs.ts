/** "This version comes before that one", as pairs of nodes, and the circles among them. */
import { tarjan } from "./components.js";
import { Int32List } from "./int32-list.js";
import type { RegisterIndex } from "./register-index.js";
import { NIL } from "./txn-history.js";
import type { Circle } from "./versions.js";

/**
 * Pairs of versions. A node is a write micro-op, or micro-ops + key for the key's initial version; users may add nodes of
 * their own from `size` on.
 */
export class VersionPairs {
  readonly from = new Int32List(16);
  readonly to = new Int32List(16);
  /** How many nodes there are. */
  size: number;
  private start: Int32Array | undefined;
  private next: Int32Array | undefined;
  private readonly mops: number;

  constructor(private readonly index: RegisterIndex) {
    this.mops = index.txns.mopKind.length;
    this.size = this.mops + index.txns.keys.length;
  }

  /** Adds a pair of versions of a key: write micro-ops or NIL. */
  add(key: number, from: number, to: number): void {
    this.link(from === NIL ? this.mops + key : from, to === NIL ? this.mops + key : to);
    // The initial version is before all others; only an edge back to it can close a circle through it.
    if (to === NIL) this.link(this.mops + key, from);
  }

  /** Adds a pair of nodes. */
  link(from: number, to: number): void {
    this.from.push(from);
    this.to.push(to);
  }

  /** These pairs and others. */
  and(other: VersionPairs): VersionPairs {
    const sum = new VersionPairs(this.index);
    for (const each of [this, other]) {
      for (let i = 0; i < each.from.length; i++) sum.link(each.from.get(i), each.to.get(i));
    }
    return sum;
  }

  /** These pairs less those of some keys. */
  without(keys: ReadonlyMap<number, unknown>): VersionPairs {
    if (keys.size === 0) return this;
    const rest = new VersionPairs(this.index);
    for (let i = 0; i < this.from.length; i++) {
      if (!keys.has(this.keyOf(this.from.get(i)))) rest.link(this.from.get(i), this.to.get(i));
    }
    return rest;
  }

  /** The versions that directly come after a version: indices of `sorted`. */
  after(version: number): { from: number; to: number } {
    const start = this.starts();
    return { from: start[version] as number, to: start[version + 1] as number };
  }

  /** Does a version directly come after another? */
  has(earlier: number, later: number): boolean {
    const { from, to } = this.after(earlier);
    return this.sorted.subarray(from, to).includes(later);
  }

  /** The second nodes of all pairs, by first node; see `after`. */
  get sorted(): Int32Array {
    this.starts();
    return this.next as Int32Array;
  }

  /** Node -> its component. */
  components(): Int32Array {
    return tarjan(this.size, this.starts(), this.sorted);
  }

  keyOf(node: number): number {
    return node < this.mops ? (this.index.txns.mopKey[node] as number) : node - this.mops;
  }

  private starts(): Int32Array {
    if (this.start !== undefined) return this.start;
    const start = new Int32Array(this.size + 1);
    const from = this.from.view();
    const to = this.to.view();
    for (const u of from) start[u + 1] = (start[u + 1] as number) + 1;
    for (let u = 0; u < this.size; u++) start[u + 1] = (start[u + 1] as number) + (start[u] as number);
    const slot = start.slice(0, this.size);
    const next = new Int32Array(to.length);
    for (let i = 0; i < to.length; i++) {
      const u = from[i] as number;
      next[slot[u] as number] = to[i] as number;
      slot[u] = (slot[u] as number) + 1;
    }
    this.start = start;
    this.next = next;
    return start;
  }
}

/** Key -> some versions of it that lie on one circle. */
export function circles(index: RegisterIndex, pairs: VersionPairs): Map<number, Circle> {
  const versions = index.txns.mopKind.length + index.txns.keys.length;
  const component = pairs.components();
  const members = new Map<number, number[]>();
  const sizes = new Int32Array(pairs.size);
  for (let v = 0; v < versions; v++) {
    const id = component[v] as number;
    sizes[id] = (sizes[id] as number) + 1;
  }
  for (let v = 0; v < versions; v++) {
    const id = component[v] as number;
    if ((sizes[id] as number) > 1) members.set(id, [...(members.get(id) ?? []), v]);
  }
  const found = new Map<number, Circle>();
  for (const list of members.values()) {
    const key = pairs.keyOf(list[0] as number);
    const mops = index.txns.mopKind.length;
    if (!found.has(key)) found.set(key, { key, versions: list.map((v) => (v < mops ? v : NIL)) });
  }
  return found;
}
