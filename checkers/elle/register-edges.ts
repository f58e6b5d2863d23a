/** The data dependencies of a register history: wr from the values, ww and rw from what is known of the version orders. */
import { type EdgeList, RW, WR, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { installs, type RegisterIndex } from "./register-index.js";
import { type Bound, writeTimeline } from "./timeline.js";
import { NIL, READ } from "./txn-history.js";
import type { Versions } from "./versions.js";

/** Writes the edges. Callable again; each call writes the same edges. */
export function registerEdges(index: RegisterIndex, versions: Versions): (edges: EdgeList) => void {
  const { txns, owner, readOf, external } = index;
  const readers = readersByVersion(index);
  const initial = initialReaders(index);
  const before = (version: number): [number, number][] => {
    const list: [number, number][] = [];
    for (let i = readers.start[version] as number; i < (readers.start[version + 1] as number); i++) {
      list.push([readers.txn[i] as number, RW]);
    }
    if (installs(index, version)) list.push([owner[version] as number, WW]);
    return list;
  };
  const bound: Bound = {
    writer: (version) => (installs(index, version) ? (owner[version] as number) : -1),
    readers: (version) => readers.txn.subarray(readers.start[version], readers.start[version + 1]),
  };
  return (edges) => {
    for (let m = 0; m < txns.mopKind.length; m++) {
      const w = readOf[m] as number;
      if (external[m] === 1 && w >= 0 && installs(index, w)) edges.add(owner[w] as number, owner[m] as number, WR);
    }
    // Every write to a key comes after its initial version.
    for (const { readers: who, writers } of initial) {
      allToAll(
        edges,
        who.map((t): [number, number] => [t, RW]),
        writers,
      );
    }
    for (const [version, successors] of versions.successors) {
      const after = successors.filter((s) => installs(index, s)).map((s) => owner[s] as number);
      allToAll(edges, before(version), after);
    }
    for (const line of versions.timelines) writeTimeline(edges, line, versions.zones, bound, WW, RW);
  };
}

/** Version (write micro-op) -> the ok transactions that read it from outside. */
function readersByVersion(index: RegisterIndex): { start: Int32Array; txn: Int32Array } {
  const { txns, owner, readOf, external } = index;
  const mops = txns.mopKind.length;
  const start = new Int32Array(mops + 1);
  for (let m = 0; m < mops; m++) {
    const w = readOf[m] as number;
    if (external[m] === 1 && w >= 0) start[w + 1] = (start[w + 1] as number) + 1;
  }
  for (let m = 0; m < mops; m++) start[m + 1] = (start[m + 1] as number) + (start[m] as number);
  const next = start.slice(0, mops);
  const txn = new Int32Array(start[mops] as number);
  for (let m = 0; m < mops; m++) {
    const w = readOf[m] as number;
    if (external[m] === 0 || w < 0) continue;
    const slot = next[w] as number;
    next[w] = slot + 1;
    txn[slot] = owner[m] as number;
  }
  return { start, txn };
}

/** For each key that was read in its initial state: who read it so, and who wrote it. */
function initialReaders(index: RegisterIndex): { readers: number[]; writers: number[] }[] {
  const { txns, owner, readOf, external } = index;
  const { mopKind, mopKey } = txns;
  const byKey = new Map<number, { readers: number[]; writers: number[] }>();
  for (let m = 0; m < mopKind.length; m++) {
    if (mopKind[m] !== READ || external[m] === 0 || readOf[m] !== NIL) continue;
    const k = mopKey[m] as number;
    const entry = byKey.get(k) ?? { readers: [], writers: [] };
    entry.readers.push(owner[m] as number);
    byKey.set(k, entry);
  }
  for (let m = 0; m < mopKind.length; m++) {
    if (installs(index, m)) byKey.get(mopKey[m] as number)?.writers.push(owner[m] as number);
  }
  return [...byKey.values()];
}
