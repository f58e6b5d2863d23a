/** The data dependencies of a register history: wr from the values, ww and rw from what is known of the version orders. */
import { type Edges, RW, WR, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { installs, type RegisterIndex } from "./register-index.js";
import { type Readers, writeTimelines } from "./timeline-edges.js";
import { NIL } from "./txn-history.js";
import type { VersionPairs } from "./version-pairs.js";
import type { Versions } from "./versions.js";

/** Writes the edges. Callable again; each call writes the same edges. */
export function registerEdges(index: RegisterIndex, versions: Versions): (edges: Edges) => void {
  const { txns, owner, readOf, external } = index;
  const { pairs, timelines } = versions;
  const readers = pairs === undefined && timelines === undefined ? undefined : readersOf(index);
  const initial = initialReaders(index);
  return (edges) => {
    for (let m = 0; m < txns.mopKind.length; m++) {
      const w = readOf[m] as number;
      if (external[m] === 1 && w >= 0 && installs(index, w)) edges.add(owner[w] as number, owner[m] as number, WR);
    }
    // Every write to a key comes after its initial version.
    for (const [key, before] of initial) allToAll(edges, before, writersOf(index, key));
    if (readers === undefined) return;
    if (pairs !== undefined) writePairs(index, pairs, readers, edges);
    if (timelines !== undefined) writeTimelines(index, timelines, readers, edges);
  };
}

/** Who wrote or read a version comes before who wrote one that directly follows. */
function writePairs(index: RegisterIndex, pairs: VersionPairs, readers: Readers, edges: Edges): void {
  const { txns, owner } = index;
  for (let version = 0; version < txns.mopKind.length; version++) {
    const { from, to } = pairs.after(version);
    if (from === to) continue;
    const before: [number, number][] = installs(index, version) ? [[owner[version] as number, WW]] : [];
    for (let i = readers.start[version] as number; i < (readers.start[version + 1] as number); i++) {
      before.push([owner[readers.mop[i] as number] as number, RW]);
    }
    const after: number[] = [];
    for (let i = from; i < to; i++) {
      const next = pairs.sorted[i] as number;
      // Back to the initial version there is no writer (and such a claim is not used).
      if (next < txns.mopKind.length && installs(index, next)) after.push(owner[next] as number);
    }
    allToAll(edges, before, after);
  }
}

/** Version (write micro-op) -> the external reads of ok transactions that found it. */
export function readersOf(index: RegisterIndex): Readers {
  const { txns, readOf, external } = index;
  const mops = txns.mopKind.length;
  const start = new Int32Array(mops + 1);
  for (let m = 0; m < mops; m++) {
    const w = readOf[m] as number;
    if (external[m] === 1 && w >= 0) start[w + 1] = (start[w + 1] as number) + 1;
  }
  for (let m = 0; m < mops; m++) start[m + 1] = (start[m + 1] as number) + (start[m] as number);
  const next = start.slice(0, mops);
  const mop = new Int32Array(start[mops] as number);
  for (let m = 0; m < mops; m++) {
    const w = readOf[m] as number;
    if (external[m] === 0 || w < 0) continue;
    const slot = next[w] as number;
    next[w] = slot + 1;
    mop[slot] = m;
  }
  return { start, mop };
}

/** Key -> who read it in its initial state, as the left side of a product of rw edges. */
function initialReaders(index: RegisterIndex): Map<number, [number, number][]> {
  const { txns, owner, readOf, external } = index;
  const readers = new Map<number, [number, number][]>();
  for (let m = 0; m < txns.mopKind.length; m++) {
    if (readOf[m] !== NIL || external[m] === 0) continue;
    const key = txns.mopKey[m] as number;
    const list = readers.get(key);
    if (list === undefined) readers.set(key, [[owner[m] as number, RW]]);
    else list.push([owner[m] as number, RW]);
  }
  return readers;
}

/** The transactions that wrote a key and may have happened, in the order of the history. */
function writersOf(index: RegisterIndex, key: number): number[] {
  const writers: number[] = [];
  const { held, start } = index.table;
  for (let entry = start[key] as number; entry < (start[key + 1] as number); entry++) {
    const m = (held[entry] as number) - 1;
    if (m >= 0 && installs(index, m)) writers.push(index.owner[m] as number);
  }
  return writers.sort((a, b) => a - b);
}
