/** Why one transaction of a register history comes before another. */
import type { Explainer, Reason } from "./explain.js";
import { RW, WR } from "./graph.js";
import { installs, type RegisterIndex } from "./register-index.js";
import { valueRead } from "./register-scan.js";
import { NIL, READ } from "./txn-history.js";
import { proofOf } from "./version-proof.js";
import type { Versions } from "./versions.js";
import { opOf, show, writtenBy } from "./words.js";

export function registerExplainer(index: RegisterIndex, versions: Versions): Explainer {
  return (a, b, kind) => {
    const reason =
      kind === WR ? readOf(index, a, b) : (initialOf(index, a, b, kind) ?? orderOf(index, versions, a, b, kind === RW));
    if (reason === undefined) throw new Error(`no dependency of kind ${kind} from transaction ${a} to ${b}`);
    return reason;
  };
}

function* mops(index: RegisterIndex, t: number): Generator<number> {
  const { mopStart, mopEnd } = index.txns;
  for (let m = mopStart[t] as number; m < (mopEnd[t] as number); m++) yield m;
}

/** b read what a wrote. */
function readOf(index: RegisterIndex, a: number, b: number): Reason | undefined {
  const { txns, owner } = index;
  for (const m of mops(index, b)) {
    const w = index.readOf[m] as number;
    if (index.external[m] === 0 || w < 0 || owner[w] !== a || !installs(index, w)) continue;
    const key = txns.keys[txns.mopKey[m] as number];
    const value = show(writtenBy(txns, w));
    return { key, words: (x, y) => `${y} read ${value}, which ${x} wrote to key ${show(key)}`, evidence: [] };
  }
  return undefined;
}

/** a read the initial version of a key that b wrote. */
function initialOf(index: RegisterIndex, a: number, b: number, kind: number): Reason | undefined {
  const { txns } = index;
  if (kind !== RW) return undefined;
  for (const r of mops(index, a)) {
    if (txns.mopKind[r] !== READ || index.external[r] === 0 || index.readOf[r] !== NIL) continue;
    for (const w of mops(index, b)) {
      if (txns.mopKey[w] !== txns.mopKey[r] || !installs(index, w)) continue;
      const key = txns.keys[txns.mopKey[r] as number];
      const value = show(writtenBy(txns, w));
      const words = (x: string, y: string): string =>
        `${x} read ${show(valueRead(txns, r))} of key ${show(key)}, its initial state, before ${y} wrote ${value}`;
      return { key, words, evidence: [] };
    }
  }
  return undefined;
}

/** By a claim: a wrote (or, for rw, read) a version of a key that comes before the one b wrote. */
function orderOf(index: RegisterIndex, versions: Versions, a: number, b: number, rw: boolean): Reason | undefined {
  const { txns } = index;
  for (const m of mops(index, a)) {
    const earlier = rw ? (index.external[m] === 1 ? (index.readOf[m] as number) : -1) : installs(index, m) ? m : -1;
    if (earlier < 0) continue;
    const dropped = versions.timelines?.dropped[txns.mopKey[m] as number] === 1;
    const used = dropped ? { ...versions, timelines: undefined } : versions;
    for (const later of mops(index, b)) {
      if (txns.mopKey[later] !== txns.mopKey[m] || !installs(index, later) || later === earlier) continue;
      const proof = proofOf(index, used, earlier, later);
      if (proof === undefined) continue;
      const key = show(txns.keys[txns.mopKey[m] as number]);
      const [first, second] = [show(writtenBy(txns, earlier)), show(writtenBy(txns, later))];
      const words = (x: string, y: string): string => {
        const name = (t: number): string => (t === a ? x : t === b ? y : opOf(txns, t));
        return `${x} ${rw ? "read" : "wrote"} ${first} ${rw ? "of" : "to"} key ${key} and ${y} wrote ${second}, which comes later: ${proof.words(name)}`;
      };
      // Without its writer, the version read would be a value out of nowhere.
      const evidence = [...proof.txns, index.owner[earlier] as number];
      return { key: txns.keys[txns.mopKey[m] as number], words, evidence };
    }
  }
  return undefined;
}
