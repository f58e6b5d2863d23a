/** The data dependencies of a list-append history: ww, wr, rw from the version orders. */
import { type AppendIndex, EMPTY, lastWriteOf, slotWriter, unseenAppends } from "./append-index.js";
import { type EdgeList, RW, WR, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { FAIL, READ } from "./txn-history.js";

/** Writes the edges. Callable again; each call writes the same edges. */
export function appendEdges(index: AppendIndex): (edges: EdgeList) => void {
  const unseen = unseenAppends(index);
  const tails = readersOfTails(index, unseen);
  return (edges) => {
    seenEdges(index, edges);
    for (const [k, appends] of unseen) {
      const last = (index.orderStart[k + 1] as number) - 1;
      const before: [number, number][] = (tails.get(k) ?? []).map((t) => [t, RW]);
      if (last >= (index.orderStart[k] as number)) {
        const writer = slotWriter(index, last);
        if (writer >= 0) before.push([writer, WW]);
      }
      const after = appends.map((m) => index.owner[m] as number);
      allToAll(edges, before, after);
    }
  };
}

function seenEdges(index: AppendIndex, edges: EdgeList): void {
  const { txns, orderStart, mopSlot, readAt } = index;
  const { count, mopStart, mopKind, mopKey, type } = txns;
  for (let t = 0; t < count; t++) {
    if (type[t] === FAIL) continue;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopKind[m] !== READ) {
        const slot = mopSlot[m] as number;
        if (slot > (orderStart[k] as number)) {
          // Where a failed transaction appended in between, the chain is broken there, as in Elle; G1a tells of it.
          const before = slotWriter(index, slot - 1);
          if (before >= 0) edges.add(before, t, WW);
        }
        continue;
      }
      const last = lastWriteOf(index, m);
      if (last >= 0) {
        const writer = index.owner[last] as number;
        if (type[writer] !== FAIL) edges.add(writer, t, WR);
      }
      const at = readAt[m] as number;
      if (at < EMPTY) continue;
      const next = at === EMPTY ? (orderStart[k] as number) : at + 1;
      if (next < (orderStart[k + 1] as number)) {
        const writer = slotWriter(index, next);
        if (writer >= 0) edges.add(t, writer, RW);
      }
    }
  }
}

/**
 * Key -> who read its last known version, for keys with unseen appends: those appends came later. An append that no read
 * shows is after all that reads do show, else the longest read would have it.
 */
function readersOfTails(index: AppendIndex, unseen: ReadonlyMap<number, readonly number[]>): Map<number, number[]> {
  const { txns, orderStart, readAt, owner } = index;
  const tails = new Map<number, number[]>();
  for (let m = 0; m < txns.mopKind.length; m++) {
    if (txns.mopKind[m] !== READ) continue;
    const k = txns.mopKey[m] as number;
    if (!unseen.has(k)) continue;
    const start = orderStart[k] as number;
    const end = orderStart[k + 1] as number;
    if (readAt[m] !== (end > start ? end - 1 : EMPTY)) continue;
    const list = tails.get(k);
    if (list === undefined) tails.set(k, [owner[m] as number]);
    else list.push(owner[m] as number);
  }
  return tails;
}
