/** What a list-append history shows without any graph: one pass over its micro-ops. */
import { type AppendIndex, ELSEWHERE, EMPTY, lastWriteOf } from "./append-index.js";
import type { Findings } from "./findings.js";
import { FAIL, INFO, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { keyOf, listRead, opOf, show, writtenBy } from "./words.js";

/** Finds internal, future-read, G1a, G1b, unwritten-read, duplicate-elements, incompatible-order, dirty-update and lost-update. */
export function scanAppends(index: AppendIndex, findings: Findings): void {
  scanTransactions(index, findings);
  scanReads(index, findings);
  scanOrders(index, findings);
  scanLostUpdates(index, findings);
}

/** Transactions at odds with themselves. */
function scanTransactions(index: AppendIndex, findings: Findings): void {
  const { txns } = index;
  const { count, mopStart, mopKind, mopKey, mopValue, type, keys } = txns;
  // The micro-op before this one on the same key in the same transaction, by key, valid while `stamp` is the transaction's.
  const last = new Int32Array(keys.length);
  const stamp = new Int32Array(keys.length).fill(-1);
  const before = new Int32Array(mopKind.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    let internal = false;
    let future = false;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      const k = mopKey[m] as number;
      const touched = stamp[k] === t;
      if (touched) before[m] = last[k] as number;
      stamp[k] = t;
      last[k] = m;
      if (!touched) continue;
      if (mopKind[m] === READ && !internal && !agreesWithOwn(index, m, before)) {
        internal = true;
        addInternal(txns, findings, t, m);
      } else if (mopKind[m] === WRITE && !future) {
        const read = readBefore(index, m, before);
        if (read < 0) continue;
        future = true;
        findings.add("future-read", () => ({
          text: `${opOf(txns, t)} read ${show(txns.value(mopValue[m] as number))} of key ${show(keys[k])} before it appended it itself.`,
          positions: [txns.at[t] as number],
          key: keys[k],
        }));
      }
    }
  }
}

/** Does a read agree with what its transaction read and appended before? It must be the last read plus the appends since. */
function agreesWithOwn(index: AppendIndex, read: number, before: Int32Array): boolean {
  const { mopKind, mopValue, mopSize, elements } = index.txns;
  const from = mopValue[read] as number;
  let at = mopSize[read] as number;
  let m = before[read] as number;
  for (; m >= 0 && mopKind[m] === WRITE; m = before[m] as number) {
    if (--at < 0 || elements[from + at] !== mopValue[m]) return false;
  }
  // Appends only: what was there before them is not known.
  if (m < 0) return true;
  if (at !== mopSize[m]) return false;
  const earlier = mopValue[m] as number;
  for (let i = 0; i < at; i++) if (elements[from + i] !== elements[earlier + i]) return false;
  return true;
}

function addInternal(txns: TxnHistory, findings: Findings, t: number, m: number): void {
  findings.add("internal", () => ({
    text: `${opOf(txns, t)} read ${show(listRead(txns, m))} of key ${show(keyOf(txns, m))}, which is not what it had read and appended itself before.`,
    positions: [txns.at[t] as number],
    key: keyOf(txns, m),
  }));
}

/** An earlier read of the same transaction that shows the element which `append` appends later, or -1. */
function readBefore(index: AppendIndex, append: number, before: Int32Array): number {
  const { mopKind, mopValue, mopSize, elements } = index.txns;
  for (let m = before[append] as number; m >= 0; m = before[m] as number) {
    if (mopKind[m] !== READ) continue;
    const from = mopValue[m] as number;
    for (let i = from, end = from + (mopSize[m] as number); i < end; i++)
      if (elements[i] === mopValue[append]) return m;
  }
  return -1;
}

/** Reads that show what they should not: failed, intermediate and unwritten elements, and elements twice. */
function scanReads(index: AppendIndex, findings: Findings): void {
  const { txns, owner, odd, readAt } = index;
  const { mopKind, mopKey, mopValue, type } = txns;
  const superseded = intermediateWrites(txns);
  const bad = firstBadSlots(index);
  for (let m = 0; m < mopKind.length; m++) {
    const t = owner[m] as number;
    if (mopKind[m] !== READ || mopValue[m] === UNKNOWN || type[t] === FAIL) continue;
    const at = readAt[m] as number;
    if (odd[m] === 1) scanOddRead(index, m, findings);
    else if (type[t] === OK && at >= 0) {
      const k = mopKey[m] as number;
      for (let s = bad.failed[k] as number; s >= 0 && s <= at; s = nextBad(index, s, at, true)) {
        addG1a(txns, findings, t, m, index.slotMop[s] as number, owner);
      }
      for (let s = bad.unwritten[k] as number; s >= 0 && s <= at; s = nextBad(index, s, at, false)) {
        addUnwritten(txns, findings, t, m, index.slotValue[s] as number);
      }
    }
    if (type[t] !== OK || (at < 0 && at !== ELSEWHERE)) continue;
    const last = lastWriteOf(index, m);
    if (last < 0 || superseded[last] === 0 || owner[last] === t) continue;
    findings.add("G1b", () => ({
      text: `${opOf(txns, t)} read key ${show(keyOf(txns, m))} ending in ${show(writtenBy(txns, last))}, an intermediate state: ${opOf(txns, owner[last] as number)} appended more to it.`,
      positions: [txns.at[t] as number, txns.at[owner[last] as number] as number],
      key: keyOf(txns, m),
    }));
  }
}

/** Write micro-op -> 1 where its transaction writes the same key again later. */
export function intermediateWrites(txns: TxnHistory): Uint8Array {
  const { count, mopStart, mopKind, mopKey, keys } = txns;
  const superseded = new Uint8Array(mopKind.length);
  const last = new Int32Array(keys.length);
  const stamp = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      if (mopKind[m] !== WRITE) continue;
      const k = mopKey[m] as number;
      if (stamp[k] === t) superseded[last[k] as number] = 1;
      stamp[k] = t;
      last[k] = m;
    }
  }
  return superseded;
}

/** Key -> the first slot of its version order that a failed transaction appended, or that nobody did; -1 where there is none. */
function firstBadSlots(index: AppendIndex): { failed: Int32Array; unwritten: Int32Array } {
  const { orderStart, txns } = index;
  const failed = new Int32Array(txns.keys.length).fill(-1);
  const unwritten = new Int32Array(txns.keys.length).fill(-1);
  for (let k = 0; k < txns.keys.length; k++) {
    for (let s = (orderStart[k + 1] as number) - 1; s >= (orderStart[k] as number); s--) {
      if (isFailed(index, s)) failed[k] = s;
      if ((index.slotMop[s] as number) < 0) unwritten[k] = s;
    }
  }
  return { failed, unwritten };
}

function isFailed(index: AppendIndex, slot: number): boolean {
  const m = index.slotMop[slot] as number;
  return m >= 0 && index.txns.type[index.owner[m] as number] === FAIL;
}

function nextBad(index: AppendIndex, slot: number, at: number, failed: boolean): number {
  for (let s = slot + 1; s <= at; s++) {
    if (failed ? isFailed(index, s) : (index.slotMop[s] as number) < 0) return s;
  }
  return -1;
}

/** A read that is no prefix of the version order, or of a key with repeated elements: element by element. */
function scanOddRead(index: AppendIndex, m: number, findings: Findings): void {
  const { txns, owner, table } = index;
  const t = owner[m] as number;
  const k = txns.mopKey[m] as number;
  const from = txns.mopValue[m] as number;
  const seen = new Map<number, number>();
  for (let i = from, end = from + (txns.mopSize[m] as number); i < end; i++) {
    const value = txns.elements[i] as number;
    seen.set(value, (seen.get(value) ?? 0) + 1);
    if (txns.type[t] !== OK) continue;
    const writer = table.find(k, value);
    if (writer < 0) addUnwritten(txns, findings, t, m, value);
    else if (txns.type[owner[writer] as number] === FAIL) addG1a(txns, findings, t, m, writer, owner);
  }
  for (const [value, times] of seen) {
    if (times < 2) continue;
    findings.add("duplicate-elements", () => ({
      text: `${opOf(txns, t)} read ${show(txns.value(value))} ${times} times in one list of key ${show(keyOf(txns, m))}; it was appended once.`,
      positions: [txns.at[t] as number],
      key: keyOf(txns, m),
    }));
  }
}

function addG1a(txns: TxnHistory, findings: Findings, t: number, m: number, writer: number, owner: Int32Array): void {
  const w = owner[writer] as number;
  findings.add("G1a", () => ({
    text: `${opOf(txns, t)} read ${show(writtenBy(txns, writer))} of key ${show(keyOf(txns, m))}, which ${opOf(txns, w)} wrote, but that transaction failed.`,
    positions: [txns.at[t] as number, txns.at[w] as number],
    key: keyOf(txns, m),
  }));
}

export function addUnwritten(txns: TxnHistory, findings: Findings, t: number, m: number, value: number): void {
  findings.add("unwritten-read", () => ({
    text: `${opOf(txns, t)} read ${show(txns.value(value))} of key ${show(keyOf(txns, m))}, which nobody wrote.`,
    positions: [txns.at[t] as number],
    key: keyOf(txns, m),
  }));
}

/** Reads that no one order explains, and updates on top of failed ones. */
function scanOrders(index: AppendIndex, findings: Findings): void {
  const { txns, orderStart, slotMop, owner, longest, odd } = index;
  const { keys, mopKey, mopKind } = txns;
  const told = new Uint8Array(keys.length);
  for (let m = 0; m < mopKind.length; m++) {
    const k = mopKey[m] as number;
    if (odd[m] === 0 || told[k] === 1 || isPrefix(txns, m, longest[k] as number)) continue;
    told[k] = 1;
    const other = longest[k] as number;
    findings.add("incompatible-order", () => ({
      text: `Key ${show(keys[k])} was read as ${show(listRead(txns, m))} by ${opOf(txns, owner[m] as number)} and as ${show(listRead(txns, other))} by ${opOf(txns, owner[other] as number)}: neither list starts with the other.`,
      positions: [txns.at[owner[m] as number] as number, txns.at[owner[other] as number] as number],
      key: keys[k],
    }));
  }
  for (let k = 0; k < keys.length; k++) {
    // A transaction of unknown outcome tells nothing: [failed, unknown, ok] is a dirty update all the same.
    let failed = -1;
    for (let s = orderStart[k] as number; s < (orderStart[k + 1] as number); s++) {
      const m = slotMop[s] as number;
      if (m < 0) continue;
      const t = owner[m] as number;
      if (txns.type[t] === INFO) continue;
      const dirty = failed;
      failed = txns.type[t] === FAIL ? t : -1;
      if (dirty < 0 || failed >= 0) {
        if (dirty >= 0) failed = dirty;
        continue;
      }
      findings.add("dirty-update", () => ({
        text: `${opOf(txns, t)} appended ${show(writtenBy(txns, m))} to key ${show(keys[k])} on top of what ${opOf(txns, dirty)} had appended, but that transaction failed.`,
        positions: [
          txns.at[dirty] as number,
          txns.at[t] as number,
          txns.at[owner[longest[k] as number] as number] as number,
        ],
        key: keys[k],
      }));
    }
  }
}

function isPrefix(txns: TxnHistory, m: number, longer: number): boolean {
  const a = txns.mopValue[m] as number;
  const b = txns.mopValue[longer] as number;
  for (let i = 0; i < (txns.mopSize[m] as number); i++) if (txns.elements[a + i] !== txns.elements[b + i]) return false;
  return true;
}

/** Two completed transactions that read the same version of a key and then both appended to it. */
function scanLostUpdates(index: AppendIndex, findings: Findings): void {
  const { txns, readAt, odd } = index;
  const { count, mopStart, mopKind, mopKey, type, keys } = txns;
  const slots = index.slotMop.length;
  // The first transaction that updated each version: slots, then one entry a key for the empty list.
  const first = new Int32Array(slots + keys.length).fill(-1);
  const oddFirst = new Map<string, number>();
  const read = new Int32Array(keys.length);
  const stamp = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    for (let m = mopStart[t] as number, end = mopStart[t + 1] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopKind[m] === READ) {
        if (stamp[k] !== t) read[k] = m;
        if (stamp[k] !== t) stamp[k] = t;
        continue;
      }
      const r = stamp[k] === t ? (read[k] as number) : -1;
      // One update a key and transaction; a write without a read before it updates nothing.
      stamp[k] = t;
      read[k] = -1;
      if (r < 0) continue;
      const at = readAt[r] as number;
      let other: number;
      if (odd[r] === 1) {
        const version = `${k} ${JSON.stringify(listRead(txns, r))}`;
        other = oddFirst.get(version) ?? -1;
        if (other < 0) oddFirst.set(version, t);
      } else {
        const slot = at === EMPTY ? slots + k : at;
        other = first[slot] as number;
        if (other < 0) first[slot] = t;
      }
      if (other >= 0) addLostUpdate(txns, findings, other, t, r, listRead(txns, r));
    }
  }
}

/** `a` and `b` both read `version` of the key of micro-op `m` and wrote that key. */
export function addLostUpdate(
  txns: TxnHistory,
  findings: Findings,
  a: number,
  b: number,
  m: number,
  version: unknown,
): void {
  findings.add("lost-update", () => ({
    text: `${opOf(txns, a)} and ${opOf(txns, b)} both read ${show(version)} of key ${show(keyOf(txns, m))} and both wrote that key: one did not see the other's update.`,
    positions: [txns.at[a] as number, txns.at[b] as number],
    key: keyOf(txns, m),
  }));
}
