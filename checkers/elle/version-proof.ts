/** Why, by what was claimed, one version of a register comes before another: who shows it, and in words. */
import type { RegisterIndex } from "./register-index.js";
import { eachTouch } from "./touches.js";
import { NIL, OK } from "./txn-history.js";
import type { Versions } from "./versions.js";
import { show, writtenBy } from "./words.js";

export interface VersionProof {
  readonly claim: "wfr-keys" | "sequential-keys" | "linearizable-keys";
  readonly txns: readonly number[];
  /** A clause in which transactions go by the names given. */
  words(name: (t: number) => string): string;
}

/** Does what was claimed say that a version comes before another? */
export function comesBefore(
  index: RegisterIndex,
  { pairs, timelines }: Versions,
  earlier: number,
  later: number,
): boolean {
  // The initial version is before all others, whatever was claimed.
  if (earlier === NIL || later === earlier) return later !== earlier;
  const node = nodeOf(index, earlier, later);
  return pairs?.has(earlier, node) === true || timelines?.before(earlier, node) === true;
}

/** The node of the later version of a pair; see VersionPairs. */
function nodeOf({ txns }: RegisterIndex, earlier: number, later: number): number {
  return later === NIL ? txns.mopKind.length + (txns.mopKey[earlier] as number) : later;
}

/** Undefined where nothing that was claimed says so. Versions are write micro-ops; the later one may be NIL, the initial one. */
export function proofOf(
  index: RegisterIndex,
  { pairs, wfr, timelines }: Versions,
  earlier: number,
  later: number,
): VersionProof | undefined {
  const { txns } = index;
  const key = txns.mopKey[earlier] as number;
  const node = nodeOf(index, earlier, later);
  if (wfr?.has(earlier, node) === true) return byWrite(index, key, earlier, later);
  if (pairs?.has(earlier, node) === true) return byProcess(index, key, earlier, later);
  if (timelines === undefined || !timelines.before(earlier, node)) return undefined;
  // Positions name transactions.
  const done = timelines.done[earlier] as number;
  const by = txns.completions.find((t) => txns.complete[t] === done) as number;
  const found = txns.invoke.indexOf(timelines.there[node] as number);
  const [left, met] = [didWith(index, by, earlier), didWith(index, found, later)];
  return {
    claim: "linearizable-keys",
    txns: [by, found],
    words: (name) => `${name(by)} ${left} and was done before ${name(found)} began, which ${met}`,
  };
}

/** "wrote 3", or "read 3". */
function didWith(index: RegisterIndex, t: number, version: number): string {
  if (version === NIL) return "read the initial one";
  return `${index.owner[version] === t ? "wrote" : "read"} ${show(writtenBy(index.txns, version))}`;
}

/** One transaction read the earlier version and wrote the later one. */
function byWrite(index: RegisterIndex, key: number, earlier: number, later: number): VersionProof | undefined {
  let by = -1;
  eachTouch(index, (t, k, from, to) => {
    if (by === -1 && k === key && from === earlier && to === later && index.txns.type[t] === OK) by = t;
  });
  if (by === -1) return undefined;
  const did = `${didWith(index, by, earlier)} and ${didWith(index, by, later)}`;
  return { claim: "wfr-keys", txns: [by], words: (name) => `${name(by)} ${did}` };
}

/** One process left or saw the earlier version, and next found the later one. */
function byProcess(index: RegisterIndex, key: number, earlier: number, later: number): VersionProof | undefined {
  const { type } = index.txns;
  const last = new Map<number, number>();
  let found: readonly [before: number, after: number] | undefined;
  eachTouch(index, (t, k, from, to) => {
    if (found !== undefined || k !== key) return;
    const name = index.txns.process(t);
    const before = last.get(name);
    if (from === later && before !== undefined) found = [before, t];
    if (to === earlier && type[t] === OK) last.set(name, t);
    else last.delete(name);
  });
  if (found === undefined) return undefined;
  const [before, after] = found;
  const [left, met] = [didWith(index, before, earlier), didWith(index, after, later)];
  return {
    claim: "sequential-keys",
    txns: [before, after],
    words: (name) => `${name(before)} ${left}, and then ${name(after)} of the same process ${met}`,
  };
}
