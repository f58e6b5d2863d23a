/** What a register history shows without any graph: one pass over its micro-ops. */
import { addLostUpdate, addUnwritten } from "./append-words.js";
import type { Findings } from "./findings.js";
import { type RegisterIndex, STRANGE } from "./register-index.js";
import { FAIL, NIL, OK, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import { keyOf, opOf, show } from "./words.js";

/** Finds internal, future-read, G1a, G1b, unwritten-read and lost-update. */
export function scanRegisters(index: RegisterIndex, findings: Findings): void {
  scanInternal(index, findings);
  scanReads(index, findings);
  scanLostUpdates(index, findings);
}

/** What a register read found, as a value. */
export function valueRead(txns: TxnHistory, m: number): unknown {
  const id = txns.mopValue[m] as number;
  return id === NIL ? initialRead(txns, m) : txns.value(id);
}

/** The initial value as the transaction read it: null, or what the user says it is. */
function initialRead(txns: TxnHistory, m: number): unknown {
  const t = txns.ownerOf(m);
  const { value } = txns.history.op(txns.at(t));
  const micro = Array.isArray(value) ? (value[m - (txns.mopStart[t] as number)] as unknown) : undefined;
  return Array.isArray(micro) ? (micro[2] ?? null) : null;
}

/** Reads that differ from what the same transaction read or wrote last. */
function scanInternal(index: RegisterIndex, findings: Findings): void {
  const { txns } = index;
  const { count, mopStart, mopEnd, mopKind, mopKey, mopValue, type, keys } = txns;
  const stamp = new Int32Array(keys.length).fill(-1);
  const state = new Int32Array(keys.length);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    for (let m = mopStart[t] as number, end = mopEnd[t] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopValue[m] === UNKNOWN) continue;
      const touched = stamp[k] === t;
      const expected = state[k] as number;
      stamp[k] = t;
      state[k] = mopValue[m] as number;
      // A read of the initial state counts as well: [r x null] [r x 1] is no one version of x. (Elle lets that pass.)
      if (mopKind[m] !== READ || !touched || expected === mopValue[m]) continue;
      findings.add("internal", () => {
        let before = m - 1;
        while (mopKey[before] !== k || mopValue[before] === UNKNOWN) before--;
        const had = mopKind[before] === READ ? "read" : "written";
        return {
          text: `${opOf(txns, t)} read ${show(valueRead(txns, m))} of key ${show(keys[k])}, but it had ${had} ${show(valueRead(txns, before))} there before.`,
          positions: [txns.at(t)],
          key: keys[k],
        };
      });
      break;
    }
  }
}

/** Reads of failed, intermediate and unwritten values, and of a transaction's own later writes. */
function scanReads(index: RegisterIndex, findings: Findings): void {
  const { txns, owner, readOf, superseded } = index;
  const { mopKind, type } = txns;
  for (let m = 0; m < mopKind.length; m++) {
    const w = readOf[m] as number;
    if (mopKind[m] !== READ || (w < 0 && w !== STRANGE)) continue;
    const t = owner[m] as number;
    if (w === STRANGE) {
      addUnwritten(txns, findings, t, m, txns.mopValue[m] as number);
      continue;
    }
    const writer = owner[w] as number;
    const told = (type_: string, why: string): void =>
      findings.add(type_, () => ({
        text: `${opOf(txns, t)} read ${show(valueRead(txns, m))} of key ${show(keyOf(txns, m))}, ${why}.`,
        positions: writer === t ? [txns.at(t)] : [txns.at(t), txns.at(writer)],
        key: keyOf(txns, m),
      }));
    if (writer === t) {
      if (w > m) told("future-read", "which it wrote itself only later");
      continue;
    }
    if (type[writer] === FAIL) told("G1a", `which ${opOf(txns, writer)} wrote, but that transaction failed`);
    if (superseded[w] === 1) told("G1b", `an intermediate state: ${opOf(txns, writer)} overwrote it itself`);
  }
}

/** Two completed transactions that read the same version of a key and then both wrote it. */
function scanLostUpdates(index: RegisterIndex, findings: Findings): void {
  const { txns, readOf } = index;
  const { count, mopStart, mopEnd, mopKind, mopKey, mopValue, type, keys } = txns;
  const mops = mopKind.length;
  // The first transaction that updated each version: micro-ops, then one entry a key for the initial version.
  const first = new Int32Array(mops + keys.length).fill(-1);
  const strangers = new Map<string, number>();
  const read = new Int32Array(keys.length);
  const stamp = new Int32Array(keys.length).fill(-1);
  for (let t = 0; t < count; t++) {
    if (type[t] !== OK) continue;
    for (let m = mopStart[t] as number, end = mopEnd[t] as number; m < end; m++) {
      const k = mopKey[m] as number;
      if (mopValue[m] === UNKNOWN) continue;
      const touched = stamp[k] === t;
      stamp[k] = t;
      if (mopKind[m] === READ) {
        if (!touched) read[k] = m;
        continue;
      }
      const r = touched ? (read[k] as number) : -1;
      // One update a key and transaction; a write without a read before it updates nothing.
      read[k] = -1;
      if (r < 0) continue;
      const version = readOf[r] as number;
      let other: number;
      if (version === STRANGE) {
        const name = `${k} ${mopValue[r]}`;
        other = strangers.get(name) ?? -1;
        if (other < 0) strangers.set(name, t);
      } else {
        const at = version === NIL ? mops + k : version;
        other = first[at] as number;
        if (other < 0) first[at] = t;
      }
      if (other >= 0) addLostUpdate(txns, findings, other, t, r, valueRead(txns, r));
    }
  }
}
