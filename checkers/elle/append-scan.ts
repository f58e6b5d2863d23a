/** What a list-append history shows without any graph, once its reads have been placed. */
import { type AppendIndex, byOfElement, FAILED, INTERMEDIATE, lastElement, txnOf, UNWRITTEN } from "./append-index.js";
import { addUnwritten } from "./append-words.js";
import type { Findings } from "./findings.js";
import { FAIL, INFO, listOf, type TxnHistory } from "./txn-history.js";
import { keyOf, listRead, opOf, show } from "./words.js";

/** Finds G1a, G1b, unwritten-read, duplicate-elements, incompatible-order and dirty-update. */
export function scanAppends(index: AppendIndex, findings: Findings): void {
  for (const m of index.suspects) scanRead(index, m, findings);
  for (const m of index.odd.reads()) scanRead(index, m, findings);
  scanOrders(index, findings);
  scanDirtyUpdates(index, findings);
}

/** A read that shows what it should not: failed, intermediate or unwritten elements, or one of them twice. */
function scanRead(index: AppendIndex, m: number, findings: Findings): void {
  const { txns } = index;
  const t = txns.ownerOf(m);
  const k = txns.mopKey[m] as number;
  const times = new Map<number, number>();
  for (const value of listOf(txns, m)) {
    times.set(value, (times.get(value) ?? 0) + 1);
    const by = byOfElement(index, k, value);
    if ((by & UNWRITTEN) !== 0) addUnwritten(txns, findings, t, m, value);
    else if ((by & FAILED) !== 0) addG1a(txns, findings, m, value, [t, txnOf(by)]);
  }
  for (const [value, count] of times) {
    if (count < 2) continue;
    findings.add("duplicate-elements", () => ({
      text: `${opOf(txns, t)} read key ${show(keyOf(txns, m))} as ${show(listRead(txns, m))}, which has ${show(txns.value(value))} ${count === 2 ? "twice" : `${count} times`}; no element was appended twice.`,
      positions: [txns.at(t)],
      key: keyOf(txns, m),
    }));
  }
  const last = lastElement(txns, m);
  const by = last < 0 ? UNWRITTEN : byOfElement(index, k, last);
  if ((by & INTERMEDIATE) === 0 || txnOf(by) === t) return;
  findings.add("G1b", () => ({
    text: `${opOf(txns, t)} read key ${show(keyOf(txns, m))} ending in ${show(txns.value(last))}, an intermediate state: ${opOf(txns, txnOf(by))} appended more to it.`,
    positions: [txns.at(t), txns.at(txnOf(by))],
    key: keyOf(txns, m),
  }));
}

/** Transaction `t` read, in micro-op `m`, an element that the failed transaction `w` appended. */
function addG1a(
  txns: TxnHistory,
  findings: Findings,
  m: number,
  element: number,
  [t, w]: readonly [number, number],
): void {
  findings.add("G1a", () => ({
    text: `${opOf(txns, t)} read ${show(txns.value(element))} of key ${show(keyOf(txns, m))}, which ${opOf(txns, w)} wrote, but that transaction failed.`,
    positions: [txns.at(t), txns.at(w)],
    key: keyOf(txns, m),
  }));
}

/** Keys with reads that no one order explains. */
function scanOrders(index: AppendIndex, findings: Findings): void {
  const { txns, longest, odd } = index;
  const { keys, mopKey } = txns;
  const told = new Uint8Array(keys.length);
  for (const m of odd.reads()) {
    const k = mopKey[m] as number;
    if (told[k] === 1 || isPrefix(txns, m, longest[k] as number)) continue;
    told[k] = 1;
    const other = longest[k] as number;
    findings.add("incompatible-order", () => ({
      text: `Key ${show(keys[k])} was read as ${show(listRead(txns, m))} by ${opOf(txns, txns.ownerOf(m))} and as ${show(listRead(txns, other))} by ${opOf(txns, txns.ownerOf(other))}: neither list starts with the other.`,
      positions: [txns.at(txns.ownerOf(m)), txns.at(txns.ownerOf(other))],
      key: keys[k],
    }));
  }
}

/** Updates on top of failed ones. */
function scanDirtyUpdates(index: AppendIndex, findings: Findings): void {
  const { txns, orderStart, slotValue, slotBy, longest } = index;
  const { keys } = txns;
  if (!index.anyFailed) return;
  for (let k = 0; k < keys.length; k++) {
    // A transaction of unknown outcome tells nothing: [failed, unknown, ok] is a dirty update all the same.
    let failed = -1;
    for (let s = orderStart[k] as number; s < (orderStart[k + 1] as number); s++) {
      const t = txnOf(slotBy[s] as number);
      if (t < 0) continue;
      if (txns.type[t] === INFO) continue;
      const dirty = failed;
      failed = txns.type[t] === FAIL ? t : -1;
      if (dirty < 0 || failed >= 0) {
        if (dirty >= 0) failed = dirty;
        continue;
      }
      findings.add("dirty-update", () => ({
        text: `${opOf(txns, t)} appended ${show(txns.value(slotValue[s] as number))} to key ${show(keys[k])} on top of what ${opOf(txns, dirty)} had appended, but that transaction failed.`,
        positions: [txns.at(dirty), txns.at(t), txns.at(txns.ownerOf(longest[k] as number))],
        key: keys[k],
      }));
    }
  }
}

function isPrefix(txns: TxnHistory, m: number, longer: number): boolean {
  const list = listOf(txns, longer);
  return listOf(txns, m).every((element, i) => element === list[i]);
}
