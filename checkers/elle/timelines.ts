/**
 * The order of linearizable registers' versions, from real time (Gibbons & Korach 1997, in the zone form of Golab, Li & Shah).
 * A version is done by f = the first completion of a transaction that left or saw it last, and still there at s = the last
 * invocation of one that found it first; v comes before w exactly if f(v) < s(w). That relation has a circle exactly if it
 * has one of two versions: on any circle, the version with the least f comes before all others.
 *
 * The pairs are too many to write out (n times the concurrency). In the order of f, each version enters a chain at its own
 * slot and leaves it at the last slot whose f is before its s.
 */
import type { RegisterIndex } from "./register-index.js";
import { eachTouch, NO_VERSION } from "./touches.js";
import { NEVER, NIL } from "./txn-history.js";
import { VersionPairs } from "./version-pairs.js";
import type { Circle } from "./versions.js";

export class Timelines {
  /** Version -> f; NEVER where nobody completed with it. */
  readonly done: Int32Array;
  /** Version -> s; -1 where nobody found it. */
  readonly there: Int32Array;
  /** Key -> where its slots start; they hold its versions that are done, by f. */
  readonly start: Int32Array;
  /** Slot -> version. */
  readonly version: Int32Array;
  /** Version -> its slot, or -1 where it is never done. */
  readonly slot: Int32Array;
  /** Key -> 1 where its versions contradict each other: it has no timeline. */
  readonly dropped: Uint8Array;

  constructor(index: RegisterIndex) {
    const mops = index.txns.mopKind.length;
    const keys = index.txns.keys.length;
    // Behind the micro-ops, one entry a key for its initial version.
    this.done = new Int32Array(mops + keys).fill(NEVER);
    this.there = new Int32Array(mops + keys).fill(-1);
    this.start = new Int32Array(keys + 1);
    this.version = new Int32Array(mops);
    this.slot = new Int32Array(mops).fill(-1);
    this.dropped = new Uint8Array(keys);
  }

  /** Where a version leaves the chain of its key: the last slot, other than its own and those after it, done before s; or -1. */
  exit(key: number, version: number): number {
    const own = this.slot[version] as number;
    const until = this.firstNotBefore(key, this.there[version] as number);
    // A version is done before it is last seen, mostly. It must not lead to itself, so it leaves before its own slot; what
    // is done while it lasts leads to it directly (see `within`).
    const at = (own >= 0 && own < until ? own : until) - 1;
    return at < (this.start[key] as number) ? -1 : at;
  }

  /** The slots after its own whose versions come before a version: from its own slot + 1 up to this one, exclusive. */
  within(key: number, version: number): number {
    return this.firstNotBefore(key, this.there[version] as number);
  }

  before(earlier: number, later: number): boolean {
    return (this.done[earlier] as number) < (this.there[later] as number);
  }

  drop(keys: Iterable<number>): void {
    for (const key of keys) this.dropped[key] = 1;
  }

  private firstNotBefore(key: number, position: number): number {
    const { start, version, done } = this;
    let low = start[key] as number;
    let high = start[key + 1] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((done[version[middle] as number] as number) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The timelines of all keys, and the keys whose versions contradict each other. */
export function timelinesOf(index: RegisterIndex): { timelines: Timelines; conflicts: Circle[] } {
  const { txns } = index;
  const mops = txns.mopKind.length;
  const lines = new Timelines(index);
  const { done, there, start, version, slot } = lines;
  eachTouch(index, (t, key, from, to) => {
    const first = from === NIL ? mops + key : from;
    const last = to === NIL ? mops + key : to;
    const complete = txns.complete[t] as number;
    if (last !== NO_VERSION && complete < (done[last] as number)) {
      if (last < mops && done[last] === NEVER) start[key + 1] = (start[key + 1] as number) + 1;
      done[last] = complete;
    }
    // Transactions come in the order of their invocations.
    if (first !== NO_VERSION) there[first] = txns.invoke[t] as number;
  });
  for (let k = 0; k < txns.keys.length; k++) start[k + 1] = (start[k + 1] as number) + (start[k] as number);
  const next = start.slice();
  for (let m = 0; m < mops; m++) {
    if (done[m] === NEVER) continue;
    const key = txns.mopKey[m] as number;
    const at = next[key] as number;
    version[at] = m;
    next[key] = at + 1;
  }
  const conflicts: Circle[] = [];
  for (let k = 0; k < txns.keys.length; k++) {
    sortByDone(version, done, start[k] as number, start[k + 1] as number);
    for (let s = start[k] as number; s < (start[k + 1] as number); s++) slot[version[s] as number] = s;
    const conflict = conflictOf(lines, k, mops + k);
    if (conflict === undefined) continue;
    conflicts.push({ key: k, versions: conflict });
    lines.dropped[k] = 1;
  }
  return { timelines: lines, conflicts };
}

/** Insertion sort: versions come in the order of their writers' invocations, which is nearly that of f. */
function sortByDone(version: Int32Array, done: Int32Array, from: number, to: number): void {
  let moves = 0;
  for (let i = from + 1; i < to; i++) {
    const v = version[i] as number;
    const f = done[v] as number;
    let j = i - 1;
    for (; j >= from && (done[version[j] as number] as number) > f; j--) version[j + 1] = version[j] as number;
    version[j + 1] = v;
    moves += i - 1 - j;
    // Not so here: leave it to a sort that does not mind.
    if (moves > 64 * (to - from)) {
      version.subarray(from, to).sort((a, b) => (done[a] as number) - (done[b] as number));
      return;
    }
  }
}

/** Two versions of a key each of which comes before the other. */
function conflictOf(lines: Timelines, key: number, initial: number): number[] | undefined {
  const { done, there, start, version } = lines;
  // Of the versions done before, the one that is there for longest. Two that last beyond this one would contradict each other.
  let lasting = -1;
  for (let s = start[key] as number; s < (start[key + 1] as number); s++) {
    const v = version[s] as number;
    // Nothing may be done before the initial version is last seen.
    if ((done[v] as number) < (there[initial] as number)) return [NIL, v];
    if (lasting >= 0 && lines.before(v, lasting) && lines.before(lasting, v)) return [lasting, v];
    if (lasting < 0 || (there[v] as number) > (there[lasting] as number)) lasting = v;
  }
  return undefined;
}

/** The pairs together with those of the timelines, which become chains of nodes behind the versions. */
export function withChains(index: RegisterIndex, lines: Timelines, pairs: VersionPairs): VersionPairs {
  const { txns } = index;
  const all = pairs.and(new VersionPairs(index));
  const base = all.size;
  all.size += lines.version.length;
  for (let m = 0; m < txns.mopKind.length; m++) {
    const key = txns.mopKey[m] as number;
    if (lines.dropped[key] === 1) continue;
    const slot = lines.slot[m] as number;
    if (slot >= 0) {
      all.link(m, base + slot);
      if (slot > (lines.start[key] as number)) all.link(base + slot - 1, base + slot);
      for (let s = slot + 1; s < lines.within(key, m); s++) all.link(lines.version[s] as number, m);
    }
    if (lines.there[m] === -1) continue;
    const exit = lines.exit(key, m);
    if (exit >= 0) all.link(base + exit, m);
  }
  return all;
}
