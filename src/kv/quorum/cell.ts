/**
 * Versions of one item, and which of two is newer. Two ways, as in Dynamo-like stores: last-write-wins (Cassandra; here with
 * logical timestamps), where one of two concurrent writes vanishes, and vector clocks (Dynamo, Riak), where both stay as
 * siblings until a later write has seen them.
 */
import type { NodeId } from "../../core/op.js";

/** A timestamp [counter, boot, node], in that order of weight; or what of each node's writes was seen. */
export type Clock = readonly [number, number, NodeId] | { readonly [node: NodeId]: number };

/** A value with its version. `dead`: the item was removed (a tombstone). */
export interface Sibling {
  readonly c: Clock;
  readonly x?: unknown;
  readonly dead?: true;
}

/** All current versions of an item; with last-write-wins at most one. Sorted, so that equal cells have equal JSON. */
export type Cell = readonly Sibling[];

/** Who issues a version, and the numbers it may use. */
export interface Issuer {
  readonly node: NodeId;
  /** Counts the node's starts: a node that forgot what it issued before a crash must not issue it again. */
  readonly boot: number;
  /** The newest counter this node has issued since it started. */
  issued: number;
}

export interface Versioning {
  /** A version newer than everything in `seen`, never issued before. */
  next(seen: Cell, issuer: Issuer): Clock;
  /** Does `a` make `b` obsolete? True also when they are equal. */
  covers(a: Clock, b: Clock): boolean;
}

/** Starts leave this much room for versions: 2^24 per start, and still exact integers for 2^29 starts. */
const PER_BOOT = 16_777_216;

export const lastWriteWins: Versioning = {
  next(seen, issuer) {
    let newest = issuer.issued;
    for (const { c } of seen) newest = Math.max(newest, counterOf(c));
    issuer.issued = newest + 1;
    return [issuer.issued, issuer.boot, issuer.node];
  },
  covers(a, b) {
    const [x, y] = [a as readonly [number, number, NodeId], b as readonly [number, number, NodeId]];
    if (x[0] !== y[0]) return x[0] > y[0];
    if (x[1] !== y[1]) return x[1] > y[1];
    return x[2] >= y[2];
  },
};

export const vectorClocks: Versioning = {
  next(seen, issuer) {
    const clock: Record<NodeId, number> = {};
    for (const { c } of seen) {
      for (const [node, count] of Object.entries(c as Record<NodeId, number>)) {
        clock[node] = Math.max(clock[node] ?? 0, count);
      }
    }
    issuer.issued++;
    clock[issuer.node] = issuer.boot * PER_BOOT + issuer.issued;
    // Sorted, so that equal clocks have equal JSON.
    return Object.fromEntries(Object.entries(clock).sort(([a], [b]) => (a < b ? -1 : 1)));
  },
  covers(a, b) {
    const [x, y] = [a as Record<NodeId, number>, b as Record<NodeId, number>];
    return Object.entries(y).every(([node, count]) => (x[node] ?? 0) >= count);
  },
};

/** The counter of a timestamp. */
export function counterOf(clock: Clock): number {
  return (clock as readonly [number, number, NodeId])[0];
}

/** Both cells' versions without the obsolete ones. Commutative, associative, idempotent. */
export function merge(versioning: Versioning, a: Cell, b: Cell): Cell {
  if (a.length === 0) return b;
  const all = [...a];
  for (const one of b) if (!a.some(({ c }) => sameClock(c, one.c))) all.push(one);
  const current = all.filter((one) => !all.some((other) => other !== one && versioning.covers(other.c, one.c)));
  return current.sort((x, y) => (JSON.stringify(x.c) < JSON.stringify(y.c) ? -1 : 1));
}

/** Is every version of `b` known in `a`, or obsolete there? */
export function includes(versioning: Versioning, a: Cell, b: Cell): boolean {
  return b.every(({ c }) => a.some((one) => versioning.covers(one.c, c)));
}

function sameClock(a: Clock, b: Clock): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The value that a read shows: of several siblings always the same one, the last in their order. Undefined: removed or never there. */
export function shownValue(cell: Cell): { readonly value: unknown } | undefined {
  const live = cell.filter(({ dead }) => dead !== true);
  const shown = live.at(-1);
  return shown === undefined ? undefined : { value: shown.x };
}
