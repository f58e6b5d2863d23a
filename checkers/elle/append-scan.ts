/** What a list-append history shows without any graph. */
import { type AppendIndex, EMPTY, lastWriteOf } from "./append-index.js";
import { addLostUpdate, addUnwritten } from "./append-words.js";
import type { Findings } from "./findings.js";
import { FAIL, INFO, OK, READ, type TxnHistory, UNKNOWN, WRITE } from "./txn-history.js";
import { keyOf, listRead, opOf, show, writtenBy } from "./words.js";

/** Finds internal, future-read, G1a, G1b, unwritten-read, duplicate-elements, incompatible-order, dirty-update and lost-update. */
export function scanAppends(index: AppendIndex, findings: Findings): void {
  scanTransactions(index, findings);
  for (const m of index.suspects) scanRead(index, m, findings);
  for (const m of index.odds) scanRead(index, m, findings);
  scanOrders(index, findings);
  scanDirtyUpdates(index, findings);
}

/** Transactions at odds with themselves, and with others that updated the same version. */
function scanTransactions(index: AppendIndex, findings: Findings): void {
  const { count, mopStart, mopKind, mopKey, mopValue, type, keys } = index.txns;
  const updates = new Updates(index, findings);
  // Key -> the last micro-op on it so far; of this transaction where it is not below its first micro-op.
  const last = new Int32Array(keys.length).fill(-1);
  // Micro-op -> the one before it on the same key in the same transaction + 1, or 0.
  const before = new Int32Array(mopKind.length);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    const from = mopStart[t] as number;
    let internal = false;
    let future = false;
    for (let m = from, end = mopStart[t + 1] as number; m < end; m++) {
      if (mopValue[m] === UNKNOWN) continue;
      const k = mopKey[m] as number;
      const previous = last[k] as number;
      last[k] = m;
      if (previous < from) continue;
      before[m] = previous + 1;
      if (mopKind[m] === READ) {
        if (!internal && !agreesWithOwn(index, m, before)) {
          internal = true;
          addInternal(index.txns, findings, t, m);
        }
        continue;
      }
      // The first append to a key after reads alone updates the version that the first read saw.
      if (mopKind[previous] === READ) updates.add(t, m, before);
      if (!future && readBefore(index, m, before) >= 0) {
        future = true;
        addFutureRead(index.txns, findings, t, m);
      }
    }
  }
}

/** Finds two completed transactions that read the same version of a key and then both appended to it. */
class Updates {
  /** Slot (or, behind the slots, key: its empty list) -> the first transaction that updated the version + 1. */
  private readonly first: Int32Array;
  private readonly oddFirst = new Map<string, number>();

  constructor(
    private readonly index: AppendIndex,
    private readonly findings: Findings,
  ) {
    this.first = new Int32Array(index.slotMop.length + index.txns.keys.length);
  }

  add(t: number, append: number, before: Int32Array): void {
    const { txns, place, odd, slotMop } = this.index;
    let read = (before[append] as number) - 1;
    for (let m = read; m >= 0; m = (before[m] as number) - 1) {
      if (txns.mopKind[m] === WRITE) return;
      read = m;
    }
    let other: number;
    if (odd[read] === 1) {
      const version = `${txns.mopKey[read]} ${JSON.stringify(listRead(txns, read))}`;
      other = this.oddFirst.get(version) ?? 0;
      if (other === 0) this.oddFirst.set(version, t + 1);
    } else {
      const at = place[read] as number;
      const version = at === EMPTY ? slotMop.length + (txns.mopKey[read] as number) : at;
      other = this.first[version] as number;
      if (other === 0) this.first[version] = t + 1;
    }
    if (other > 0) addLostUpdate(txns, this.findings, other - 1, t, read, listRead(txns, read));
  }
}

/** Does a read agree with what its transaction read and appended before? It must be the last read plus the appends since. */
function agreesWithOwn(index: AppendIndex, read: number, before: Int32Array): boolean {
  const { mopKind, mopValue, mopSize, elements } = index.txns;
  const from = mopValue[read] as number;
  let at = mopSize[read] as number;
  let m = (before[read] as number) - 1;
  for (; m >= 0 && mopKind[m] === WRITE; m = (before[m] as number) - 1) {
    if (--at < 0 || elements[from + at] !== mopValue[m]) return false;
  }
  // Appends only: what was there before them is not known.
  if (m < 0) return true;
  if (at !== mopSize[m]) return false;
  // Prefixes of one list need no comparing.
  if (index.odd[read] === 0 && index.odd[m] === 0) return true;
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
  const { place } = index;
  const { mopKind, mopValue, mopSize, elements } = index.txns;
  for (let m = (before[append] as number) - 1; m >= 0; m = (before[m] as number) - 1) {
    if (mopKind[m] !== READ) continue;
    if (index.odd[m] === 0) {
      // A prefix shows the element exactly if its slot is in it.
      if ((place[append] as number) >= 0 && (place[append] as number) <= (place[m] as number)) return m;
      continue;
    }
    const from = mopValue[m] as number;
    for (let i = from, end = from + (mopSize[m] as number); i < end; i++)
      if (elements[i] === mopValue[append]) return m;
  }
  return -1;
}

function addFutureRead(txns: TxnHistory, findings: Findings, t: number, append: number): void {
  findings.add("future-read", () => ({
    text: `${opOf(txns, t)} read ${show(writtenBy(txns, append))} of key ${show(keyOf(txns, append))} before it appended it itself.`,
    positions: [txns.at[t] as number],
    key: keyOf(txns, append),
  }));
}

/** A read that shows what it should not: failed, intermediate or unwritten elements, or one of them twice. */
function scanRead(index: AppendIndex, m: number, findings: Findings): void {
  const { txns, owner, superseded, table } = index;
  const t = owner[m] as number;
  const k = txns.mopKey[m] as number;
  const from = txns.mopValue[m] as number;
  const times = new Map<number, number>();
  for (let i = from, end = from + (txns.mopSize[m] as number); i < end; i++) {
    const value = txns.elements[i] as number;
    times.set(value, (times.get(value) ?? 0) + 1);
    if (txns.type[t] !== OK) continue;
    const writer = table.find(k, value);
    if (writer < 0) addUnwritten(txns, findings, t, m, value);
    else if (txns.type[owner[writer] as number] === FAIL) addG1a(index, findings, m, writer);
  }
  for (const [value, count] of times) {
    if (count < 2) continue;
    findings.add("duplicate-elements", () => ({
      text: `${opOf(txns, t)} read ${show(txns.value(value))} ${count} times in one list of key ${show(keyOf(txns, m))}; it was appended once.`,
      positions: [txns.at[t] as number],
      key: keyOf(txns, m),
    }));
  }
  const last = lastWriteOf(index, m);
  if (txns.type[t] !== OK || last < 0 || superseded[last] === 0 || owner[last] === t) return;
  findings.add("G1b", () => ({
    text: `${opOf(txns, t)} read key ${show(keyOf(txns, m))} ending in ${show(writtenBy(txns, last))}, an intermediate state: ${opOf(txns, owner[last] as number)} appended more to it.`,
    positions: [txns.at[t] as number, txns.at[owner[last] as number] as number],
    key: keyOf(txns, m),
  }));
}

function addG1a(index: AppendIndex, findings: Findings, m: number, writer: number): void {
  const { txns, owner } = index;
  const [t, w] = [owner[m] as number, owner[writer] as number];
  findings.add("G1a", () => ({
    text: `${opOf(txns, t)} read ${show(writtenBy(txns, writer))} of key ${show(keyOf(txns, m))}, which ${opOf(txns, w)} wrote, but that transaction failed.`,
    positions: [txns.at[t] as number, txns.at[w] as number],
    key: keyOf(txns, m),
  }));
}

/** Keys with reads that no one order explains. */
function scanOrders(index: AppendIndex, findings: Findings): void {
  const { txns, owner, longest, odds } = index;
  const { keys, mopKey } = txns;
  const told = new Uint8Array(keys.length);
  for (const m of odds) {
    const k = mopKey[m] as number;
    if (told[k] === 1 || isPrefix(txns, m, longest[k] as number)) continue;
    told[k] = 1;
    const other = longest[k] as number;
    findings.add("incompatible-order", () => ({
      text: `Key ${show(keys[k])} was read as ${show(listRead(txns, m))} by ${opOf(txns, owner[m] as number)} and as ${show(listRead(txns, other))} by ${opOf(txns, owner[other] as number)}: neither list starts with the other.`,
      positions: [txns.at[owner[m] as number] as number, txns.at[owner[other] as number] as number],
      key: keys[k],
    }));
  }
}

/** Updates on top of failed ones. */
function scanDirtyUpdates(index: AppendIndex, findings: Findings): void {
  const { txns, orderStart, slotMop, owner, longest } = index;
  const { keys } = txns;
  if (!index.anyFailed) return;
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
