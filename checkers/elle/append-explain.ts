/** Why one transaction of a list-append history comes before another. */
import {
  type AppendIndex,
  appendPlace,
  byOfElement,
  EMPTY,
  lastElement,
  readPlace,
  txnOf,
  writerOf,
} from "./append-index.js";
import type { Explainer, Reason } from "./explain.js";
import { RW, WR } from "./graph.js";
import { OK, READ } from "./txn-history.js";
import { listRead, opOf, show, writtenBy } from "./words.js";

export function appendExplainer(index: AppendIndex): Explainer {
  return (a, b, kind) => {
    const reason = kind === WR ? readOf(index, a, b) : kind === RW ? missOf(index, a, b) : orderOf(index, a, b);
    if (reason === undefined) throw new Error(`no dependency of kind ${kind} from transaction ${a} to ${b}`);
    return reason;
  };
}

function* mops(index: AppendIndex, t: number, read: boolean): Generator<number> {
  const { mopStart, mopEnd, mopKind } = index.txns;
  for (let m = mopStart[t] as number; m < (mopEnd[t] as number); m++) if ((mopKind[m] === READ) === read) yield m;
}

/** b read what a appended. */
function readOf(index: AppendIndex, a: number, b: number): Reason | undefined {
  const { txns } = index;
  for (const m of mops(index, b, true)) {
    const last = lastElement(txns, m);
    if (last < 0 || txnOf(byOfElement(index, txns.mopKey[m] as number, last)) !== a) continue;
    const key = txns.keys[txns.mopKey[m] as number];
    const value = show(txns.value(last));
    return { key, words: (x, y) => `${y} observed ${value}, which ${x} appended to key ${show(key)}`, evidence: [] };
  }
  return undefined;
}

/** The slot before an append: of its predecessor, of the last known one where no read shows it, or EMPTY. */
function slotBefore(index: AppendIndex, append: number): number {
  const k = index.txns.mopKey[append] as number;
  const start = index.orderStart[k] as number;
  const slot = appendPlace(index, append);
  const before = slot >= 0 ? slot - 1 : (index.orderStart[k + 1] as number) - 1;
  return before < start ? EMPTY : before;
}

/** Whose read shows the version order of a micro-op's key. */
function proof(index: AppendIndex, m: number): number[] {
  const longest = index.longest[index.txns.mopKey[m] as number] as number;
  return longest < 0 ? [] : [index.txns.ownerOf(longest)];
}

/** Do reads of a key contradict each other? */
function disputed({ odd, txns }: AppendIndex, key: number): boolean {
  for (const read of odd.reads()) if (txns.mopKey[read] === key) return true;
  return false;
}

/** b appended next after a. */
function orderOf(index: AppendIndex, a: number, b: number): Reason | undefined {
  const { txns } = index;
  for (const m of mops(index, b, false)) {
    const slot = slotBefore(index, m);
    if (slot === EMPTY || writerOf(index.slotBy[slot] as number) !== a) continue;
    const key = txns.keys[txns.mopKey[m] as number];
    const first = show(txns.value(index.slotValue[slot] as number));
    const second = show(writtenBy(txns, m));
    const shown = proof(index, m);
    // Where reads contradict each other, another may well say otherwise.
    const by = disputed(index, txns.mopKey[m] as number) ? byLongest(index, shown, appendPlace(index, m) >= 0) : "";
    const words = (x: string, y: string): string =>
      `${y} appended ${second} to key ${show(key)} after ${x} appended ${first}${by}`;
    return { key, words, evidence: shown };
  }
  return undefined;
}

/** Whose read it is that orders a key, and whether it shows both values, or the first as its last. */
function byLongest({ txns }: AppendIndex, shown: readonly number[], both: boolean): string {
  const order = shown.map((t) => opOf(txns, t)).join("");
  return both
    ? `, by the longest read of that key, ${order}`
    : `, the last that the longest read of that key shows, ${order}`;
}

/** a read the version right before what b appended. */
function missOf(index: AppendIndex, a: number, b: number): Reason | undefined {
  const { txns } = index;
  for (const m of mops(index, b, false)) {
    const before = slotBefore(index, m);
    for (const r of mops(index, a, true)) {
      if (txns.mopKey[r] !== txns.mopKey[m] || readPlace(index, r) !== before) continue;
      const key = txns.keys[txns.mopKey[m] as number];
      const list = listRead(txns, r);
      const value = show(writtenBy(txns, m));
      const read = `read key ${show(key)} as ${show(list)}`;
      const shown = proof(index, m);
      const words = (x: string, y: string): string => `${x} ${read}, without ${value}, which ${y} appended`;
      // What was acknowledged and is not seen came later, whoever read it, where all reads agree. What crashed needs a reader
      // to have happened.
      const plain = txns.type[b] === OK && !disputed(index, txns.mopKey[m] as number);
      if (index.odd.placeOf(r) === undefined) return { key, words, evidence: plain ? [] : shown };
      // A read at odds with the order of its key: it may well show the value, only not after the last one.
      const order = byLongest(index, shown, appendPlace(index, m) >= 0);
      const against = (x: string, y: string): string =>
        `${x} ${read}, and ${value}, which ${y} appended, comes after ${show(list.at(-1))}${order}`;
      return { key, words: against, evidence: shown };
    }
  }
  return undefined;
}
