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

/** DUE where only a look at the elements can tell. */
const UNCLEAR = -9;
/** DUE after nothing but the append LAST: behind it, wherever that is. Most are never asked. */
const APPENDED = -8;

// What is asked of a key lies together, in one array: each further array costs some checks of its own, at every question.
const STRIDE = 8;
/** Where its slots start. */
const START = 0;
/** The list of its longest read; NO_LIST where there is none, REPEATING where an element comes twice in it. */
const LIST = 1;
/** See `firstBad`. */
const BAD = 2;
/** The last micro-op on it so far; of this transaction where it lies among its micro-ops. Only then count the others: */
const LAST = 3;
/** The slot in which the list must end now for this transaction, the one before the key's first where it is empty. */
const DUE = 4;
/** The first read, as long as the transaction has not appended, else -1. */
const BASIS = 5;

const NO_LIST = -1;
const REPEATING = -2;

function records({ txns, orderStart, firstBad, longest, repeats }: VersionOrders): Int32Array {
  const keys = txns.keys.length;
  const records = new Int32Array(keys * STRIDE);
  for (let k = 0; k < keys; k++) {
    const at = k * STRIDE;
    const read = longest[k] as number;
    records[at + START] = orderStart[k] as number;
    records[at + LIST] = read < 0 ? NO_LIST : repeats[k] === 1 ? REPEATING : (txns.mopValue[read] as number);
    records[at + BAD] = firstBad[k] as number;
    records[at + LAST] = -1;
  }
  return records;
}

/** Places the reads and writes their edges. Finds internal, future-read and lost-update. */
export function readLists(orders: VersionOrders, findings: Findings, edges: Edges): AppendIndex {
  const { txns, orderStart, slotValue, slotBy } = orders;
  const { count, mopStart, mopEnd, mopKind, mopKey, mopValue, mopSize, elements, listStart, type } = txns;
  const odd = new OddReads();
  const suspects = new Int32List(16);
  const own = new OwnView(orders, odd, findings);
  const write: ReadEdges = readEdges(orders, edges);
  const of = records(orders);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    const from = mopStart[t] as number;
    const end = mopEnd[t] as number;
    for (let m = from; m < end; m++) {
      const list = mopValue[m] as number;
      if (list === UNKNOWN) continue;
      const k = mopKey[m] as number;
      const key = k * STRIDE;
      const previous = of[key + LAST] as number;
      const first = previous < from || previous >= end;
      const due = of[key + DUE] as number;
      of[key + LAST] = m;
      if (mopKind[m] !== READ) {
        const basis = of[key + BASIS] as number;
        of[key + BASIS] = -1;
        if (first) {
          of[key + DUE] = APPENDED;
          continue;
        }
        const slot = appendPlace(orders, m);
        if (basis >= 0) own.update(t, basis, slot);
        // An append right behind what the transaction knows cannot have been in a list it read before.
        if (slot >= 0 && slot === (due === APPENDED ? appendPlace(orders, previous) : due) + 1) of[key + DUE] = slot;
        else {
          own.append(t, m);
          of[key + DUE] = UNCLEAR;
        }
        continue;
      }
      const size = mopSize[m] as number;
      const base = of[key + START] as number;
      let at = EMPTY;
      let ends = base - 1;
      if (size > 0) {
        const longest = of[key + LIST] as number;
        let i = 0;
        // Two reads of one list, the longest and this one: nothing to compare.
        if (list === longest) i = size;
        else if (longest !== REPEATING) {
          for (let e = listStart[list] as number; i < size && elements[e] === slotValue[base + i]; e++) i++;
        }
        ends = base + size - 1;
        at = ends;
        if (i < size) {
          ends = UNCLEAR;
          at = slotValue.subarray(base, orderStart[k + 1]).indexOf(lastElement(txns, m));
          at = at < 0 ? ELSEWHERE : base + at;
          odd.add(m, at);
        } else {
          const by = slotBy[at] as number;
          if (at >= (of[key + BAD] as number) || ((by & INTERMEDIATE) !== 0 && txnOf(by) !== t)) suspects.push(m);
        }
      }
      const follows = !first && ends !== UNCLEAR && ends === (due === APPENDED ? appendPlace(orders, previous) : due);
      if (!follows) {
        if (at >= 0) slotBy[at] = (slotBy[at] as number) | READ_BY;
        write.read(t, m, k, at);
      }
      // Else it says what the transaction's last read did, or what its own append does: the order of versions has that.
      if (first) of[key + BASIS] = m;
      else if (!follows) {
        own.read(t, m);
        // Not `ends`: after [r x [1]] [r x []], an append of 1 is right behind what was read last, yet was read before.
        ends = UNCLEAR;
      }
      of[key + DUE] = ends;
    }
  }
  write.tails();
  return { ...orders, odd, suspects: suspects.view() };
}
