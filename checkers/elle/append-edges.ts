/** The data dependencies of a list-append history: ww, wr, rw from the version orders. */
import { type AppendIndex, ELSEWHERE, EMPTY, lastWriteOf, UNSEEN } from "./append-index.js";
import { type EdgeList, RW, WR, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { FAIL, READ } from "./txn-history.js";

/** Writes the edges. Callable again; each call writes the same edges. */
export function appendEdges(index: AppendIndex): (edges: EdgeList) => void {
  const unseen = unseenAppends(index);
  return (edges) => {
    const tails = seenEdges(index, edges);
    for (const [k, after] of unseen) {
      const last = (index.orderStart[k + 1] as number) - 1;
      const before: [number, number][] = (tails.get(k) ?? []).map((t) => [t, RW]);
      const writer = last < (index.orderStart[k] as number) ? -1 : (index.slotTxn[last] as number);
      if (writer >= 0) before.push([writer, WW]);
      allToAll(edges, before, after);
    }
  };
}

/**
 * The edges that the version orders show. Returns, for each key with unseen appends, who read its last known version: an
 * append that no read shows comes after all that reads do show, else the longest read would have it.
 */
function seenEdges(index: AppendIndex, edges: EdgeList): Map<number, number[]> {
  const { txns, orderStart, place, slotTxn } = index;
  const { count, mopStart, mopKind, mopKey, type } = txns;
  const tails = new Map<number, number[]>();
  for (let t = 0; t < count; t++) {
    if (type[t] === FAIL) continue;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      const k = mopKey[m] as number;
      const at = place[m] as number;
      if (mopKind[m] !== READ) {
        // Where a failed transaction appended in between, the chain is broken there, as in Elle; G1a tells of it.
        if (at > (orderStart[k] as number) && (slotTxn[at - 1] as number) >= 0)
          edges.add(slotTxn[at - 1] as number, t, WW);
        continue;
      }
      if (at < EMPTY) {
        if (at === ELSEWHERE) addOddRead(index, edges, m, t);
        continue;
      }
      if (at >= 0 && (slotTxn[at] as number) >= 0) edges.add(slotTxn[at] as number, t, WR);
      const next = at === EMPTY ? (orderStart[k] as number) : at + 1;
      if (next < (orderStart[k + 1] as number)) {
        if ((slotTxn[next] as number) >= 0) edges.add(t, slotTxn[next] as number, RW);
      } else if ((index.unseen[k] as number) > 0) {
        const list = tails.get(k);
        if (list === undefined) tails.set(k, [t]);
        else list.push(t);
      }
    }
  }
  return tails;
}

/** A read that ends in an element outside the version order still tells who came before. */
function addOddRead(index: AppendIndex, edges: EdgeList, m: number, t: number): void {
  const last = lastWriteOf(index, m);
  if (last < 0) return;
  const writer = index.owner[last] as number;
  if (index.txns.type[writer] !== FAIL) edges.add(writer, t, WR);
}

/** Key -> the transactions that may have happened and appended to it what the version order does not show. */
function unseenAppends(index: AppendIndex): Map<number, number[]> {
  const { txns, owner, place, table } = index;
  const unseen = new Map<number, number[]>();
  for (let k = 0; k < txns.keys.length; k++) {
    if (index.unseen[k] === 0) continue;
    const list: number[] = [];
    table.eachWrite(k, (m) => {
      if (place[m] === UNSEEN && txns.type[owner[m] as number] !== FAIL) list.push(owner[m] as number);
    });
    // In the order of the history, so that a verdict does not hang on how the table is laid out.
    if (list.length > 0)
      unseen.set(
        k,
        list.sort((a, b) => a - b),
      );
  }
  return unseen;
}
