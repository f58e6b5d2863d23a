/**
 * One pass over the transactions of a list-append history: where each read lies in its key's version order, what follows for
 * the order of transactions, and (in `OwnView`) whether each agrees with itself. One, because the columns of a million
 * transactions do not fit the processor's caches: each further pass costs as much as the questions it asks.
 */
import { type ReadEdges, readEdges } from "./append-edges.js";
import {
  type AppendIndex,
  appendPlace,
  ELSEWHERE,
  EMPTY,
  INTERMEDIATE,
  lastElement,
  READ_BY,
  txnOf,
  type VersionOrders,
} from "./append-index.js";
import { OwnView } from "./append-own.js";
import type { Findings } from "./findings.js";
import type { Edges } from "./graph.js";
import { Int32List } from "./int32-list.js";
import { OddReads } from "./odd-reads.js";
import { OK, READ, UNKNOWN } from "./txn-history.js";

/** `expected` where only a look at the elements can tell. */
const UNCLEAR = -9;
/** `expected` after nothing but the append `last`: behind it, wherever that is. Most are never asked. */
const APPENDED = -8;

/** Places the reads and writes their edges. Finds internal, future-read and lost-update. */
export function readLists(orders: VersionOrders, findings: Findings, edges: Edges): AppendIndex {
  const { txns, orderStart, slotValue, slotBy, firstBad, repeats, longest } = orders;
  const { count, mopStart, mopEnd, mopKind, mopKey, mopValue, mopSize, elements, listStart, type, keys } = txns;
  const longestList = longest.map((read) => (read < 0 ? -1 : (mopValue[read] as number)));
  const odd = new OddReads();
  const suspects = new Int32List(16);
  const own = new OwnView(orders, odd, findings);
  const write: ReadEdges = readEdges(orders, edges);
  // Key -> the last micro-op on it so far; of this transaction where it lies among its micro-ops. Only then count:
  const last = new Int32Array(keys.length).fill(-1);
  // Key -> the slot in which the list must end now for this transaction, the one before the key's first where it is empty.
  const expected = new Int32Array(keys.length);
  // Key -> the first read, as long as the transaction has not appended, else -1.
  const basis = new Int32Array(keys.length);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    const from = mopStart[t] as number;
    const end = mopEnd[t] as number;
    for (let m = from; m < end; m++) {
      const list = mopValue[m] as number;
      if (list === UNKNOWN) continue;
      const k = mopKey[m] as number;
      const previous = last[k] as number;
      last[k] = m;
      if (mopKind[m] !== READ) {
        if (previous < from || previous >= end) {
          basis[k] = -1;
          expected[k] = APPENDED;
          continue;
        }
        if ((basis[k] as number) >= 0) own.update(t, basis[k] as number);
        basis[k] = -1;
        const slot = appendPlace(orders, m);
        const ends = expected[k] === APPENDED ? appendPlace(orders, previous) : (expected[k] as number);
        // An append right behind what the transaction knows cannot have been in a list it read before.
        if (slot < 0 || slot !== ends + 1) {
          own.append(t, m);
          expected[k] = UNCLEAR;
        } else expected[k] = slot;
        continue;
      }
      const size = Math.max(0, mopSize[m] as number);
      const base = orderStart[k] as number;
      let i = 0;
      if (size > 0 && repeats[k] === 0) {
        // Two reads of one list, the longest and this one: nothing to compare.
        if (list === longestList[k]) i = size;
        else for (let e = listStart[list] as number; i < size && elements[e] === slotValue[base + i]; e++) i++;
      }
      let at = EMPTY;
      if (i < size) {
        at = slotValue.subarray(base, orderStart[k + 1]).indexOf(lastElement(txns, m));
        at = at < 0 ? ELSEWHERE : base + at;
        odd.add(m, at);
      } else if (size > 0) {
        at = base + size - 1;
        const bad = at >= (firstBad[k] as number);
        const by = slotBy[at] as number;
        if (bad || ((by & INTERMEDIATE) !== 0 && txnOf(by) !== t)) suspects.push(m);
      }
      if (at >= 0) slotBy[at] = (slotBy[at] as number) | READ_BY;
      write.read(t, m, k, at);
      const ends = i < size ? UNCLEAR : base + size - 1;
      if (previous < from || previous >= end) {
        basis[k] = m;
        expected[k] = ends;
        continue;
      }
      const due = expected[k] === APPENDED ? appendPlace(orders, previous) : (expected[k] as number);
      if (ends === UNCLEAR || ends !== due) {
        own.read(t, m);
        // Not `ends`: after [r x [1]] [r x []], an append of 1 is right behind what was read last, yet was read before.
        expected[k] = UNCLEAR;
      } else expected[k] = ends;
    }
  }
  write.tails();
  return { ...orders, odd, suspects: suspects.view() };
}
