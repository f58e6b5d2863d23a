/** The data dependencies of a list-append history: ww, wr, rw from the version orders. */
import {
  type AppendIndex,
  byOfElement,
  ELSEWHERE,
  EMPTY,
  lastElement,
  READ_BY,
  readPlace,
  type VersionOrders,
  writerOf,
} from "./append-index.js";
import { type Edges, RW, WR, WW } from "./graph.js";
import { allToAll } from "./product.js";
import { OK, READ } from "./txn-history.js";

/** Writes the edges. Callable again; each call writes the same edges. */
export function appendEdges(index: AppendIndex): (edges: Edges) => void {
  const { count, mopStart, mopEnd, mopKind, mopKey, type } = index.txns;
  return (edges) => {
    writeOrders(index, edges);
    const write = readEdges(index, edges);
    for (let t = 0; t < count; t++) {
      if (type[t] !== OK || !edges.wants(t)) continue;
      for (let m = mopStart[t] as number, end = mopEnd[t] as number; m < end; m++) {
        if (mopKind[m] === READ) write.read(t, m, mopKey[m] as number, readPlace(index, m));
      }
    }
    write.tails();
  };
}

/**
 * Who appended an element comes before who appended the next one, and the last of them before who appended unseen. Where only
 * cycles at all are sought, such an edge a -> b is left out if the element's version was read: a -wr-> reader -rw-> b says it
 * (or, where the reader is a or b itself, one of the two edges alone). So first write the reads' edges.
 */
export function writeOrders(orders: VersionOrders, edges: Edges): void {
  const { orderStart, slotBy, unseenStart, unseenTxn } = orders;
  const implied = edges.sparse ? READ_BY : 0;
  for (let k = 0; k + 1 < orderStart.length; k++) {
    const from = orderStart[k] as number;
    const end = orderStart[k + 1] as number;
    // Where a failed transaction appended in between, the chain is broken there, as in Elle; G1a tells of it.
    for (let s = from + 1; s < end; s++) {
      if (((slotBy[s - 1] as number) & implied) !== 0) continue;
      const a = writerOf(slotBy[s - 1] as number);
      const b = writerOf(slotBy[s] as number);
      if (a >= 0 && b >= 0) edges.add(a, b, WW);
    }
    const last = end > from ? writerOf(slotBy[end - 1] as number) : -1;
    if (last < 0 || ((slotBy[end - 1] as number) & implied) !== 0) continue;
    for (let i = unseenStart[k] as number; i < (unseenStart[k + 1] as number); i++) {
      edges.add(last, unseenTxn[i] as number, WW);
    }
  }
}

/** Writes the edges of reads: `read` for each of an ok transaction, in the order of the history, then `tails` once. */
export interface ReadEdges {
  /** Transaction t read key k in micro-op m; `at` is the read's place. */
  read(t: number, m: number, k: number, at: number): void;
  tails(): void;
}

/** Who appended the last element of a list comes before its readers, they before who appended the next one. */
export function readEdges(orders: VersionOrders, edges: Edges): ReadEdges {
  const { orderStart, slotBy, unseenStart, unseenTxn } = orders;
  const tails = new Tails(orders, edges);
  return {
    read(t, m, k, at) {
      if (at < EMPTY) {
        if (at === ELSEWHERE) addOddRead(orders, edges, m, t);
        return;
      }
      const writer = at < 0 ? -1 : writerOf(slotBy[at] as number);
      if (writer >= 0) edges.add(writer, t, WR);
      const next = at === EMPTY ? (orderStart[k] as number) : at + 1;
      if (next < (orderStart[k + 1] as number)) {
        const after = writerOf(slotBy[next] as number);
        if (after >= 0) edges.add(t, after, RW);
        return;
      }
      // An append that no read shows comes after all that reads do show, else the longest read would have it.
      const from = unseenStart[k] as number;
      const end = unseenStart[k + 1] as number;
      if (end - from > FEW) tails.add(k, t);
      else for (let i = from; i < end; i++) edges.add(t, unseenTxn[i] as number, RW);
    },
    tails: () => tails.write(),
  };
}

/** A read that ends in an element outside the version order still tells who came before. */
function addOddRead(orders: VersionOrders, edges: Edges, m: number, t: number): void {
  const { txns } = orders;
  const writer = writerOf(byOfElement(orders, txns.mopKey[m] as number, lastElement(txns, m)));
  if (writer >= 0) edges.add(writer, t, WR);
}

/** Up to this many unseen appends a key, each reader of the key's last version gets an edge to each. */
const FEW = 8;

/** The readers of the last versions of keys with more unseen appends than that. */
class Tails {
  private readonly readers = new Map<number, [number, number][]>();

  constructor(
    private readonly orders: VersionOrders,
    private readonly edges: Edges,
  ) {}

  add(k: number, t: number): void {
    const list = this.readers.get(k);
    if (list === undefined) this.readers.set(k, [[t, RW]]);
    else list.push([t, RW]);
  }

  write(): void {
    const { unseenStart, unseenTxn } = this.orders;
    for (const [k, before] of this.readers) {
      allToAll(this.edges, before, Array.from(unseenTxn.subarray(unseenStart[k], unseenStart[k + 1])));
    }
  }
}
