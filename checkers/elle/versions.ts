/**
 * What the user's claims say about the order of a register's versions. Without a claim only one thing is known: the initial
 * version is the first. A claim that orders a key's versions in a circle is reported as cyclic-versions, and not used for
 * that key.
 */
import type { Findings } from "./findings.js";
import type { RegisterIndex } from "./register-index.js";
import { type Timelines, timelinesOf, withChains } from "./timelines.js";
import { eachTouch } from "./touches.js";
import { NIL, OK } from "./txn-history.js";
import type { RegisterOptions } from "./types.js";
import { circles, VersionPairs } from "./version-pairs.js";
import { opOf, show, writtenBy } from "./words.js";

export interface Versions {
  /** By `wfrKeys` and `sequentialKeys`, if claimed: which version comes before which. */
  readonly pairs: VersionPairs | undefined;
  /** Those of them that `wfrKeys` gave. */
  readonly wfr: VersionPairs | undefined;
  /** By `linearizableKeys`, if claimed. */
  readonly timelines: Timelines | undefined;
}

export function versionsOf(index: RegisterIndex, options: RegisterOptions, findings: Findings): Versions {
  const claims: [string, VersionPairs][] = [];
  if (options.wfrKeys) claims.push(["wfr-keys", readThenWritten(index)]);
  if (options.sequentialKeys) claims.push(["sequential-keys", seenInTurn(index)]);
  let pairs: VersionPairs | undefined;
  let wfr: VersionPairs | undefined;
  for (const [name, claimed] of claims) {
    const together = pairs === undefined ? claimed : pairs.and(claimed);
    const bad = circles(index, together);
    for (const circle of bad.values()) addCyclic(index, findings, name, circle);
    // The pairs so far have no circle, so dropping the claim for these keys leaves none.
    const used = claimed.without(bad);
    pairs = pairs === undefined ? used : pairs.and(used);
    if (name === "wfr-keys") wfr = used;
  }
  if (!options.linearizableKeys) return { pairs, wfr, timelines: undefined };
  const { timelines, conflicts } = timelinesOf(index);
  for (const conflict of conflicts) addCyclic(index, findings, "linearizable-keys", conflict);
  if (pairs !== undefined) {
    const bad = circles(index, withChains(index, timelines, pairs));
    for (const circle of bad.values()) addCyclic(index, findings, "linearizable-keys", circle);
    timelines.drop(bad.keys());
  }
  return { pairs, wfr, timelines };
}

/** A transaction that reads one version of a key and installs another claims the order of the two. */
function readThenWritten(index: RegisterIndex): VersionPairs {
  const pairs = new VersionPairs(index);
  eachTouch(index, (t, key, from, to) => {
    // The initial version is before all others anyway.
    if (index.txns.type[t] === OK && from !== to && from >= 0 && to >= 0) pairs.add(key, from, to);
  });
  return pairs;
}

/** What a process left or saw last of a key comes before (or is) what it finds there next. */
function seenInTurn(index: RegisterIndex): VersionPairs {
  const pairs = new VersionPairs(index);
  const { txns } = index;
  const { type, keys } = txns;
  const last = new Map<number, number>();
  eachTouch(index, (t, key, from, to) => {
    const name = txns.process(t) * keys.length + key;
    const before = last.get(name);
    if (before !== undefined && before !== from && before >= 0 && from >= NIL) pairs.add(key, before, from);
    // One of unknown outcome ends its process; what it wrote comes after what the process saw before.
    if (type[t] === OK) last.set(name, to);
    else last.delete(name);
  });
  return pairs;
}

/** Versions of a key each of which comes before the others. */
export interface Circle {
  readonly key: number;
  /** Write micro-ops; NIL for the initial version. */
  readonly versions: readonly number[];
}

function addCyclic(index: RegisterIndex, findings: Findings, claim: string, circle: Circle): void {
  const { txns, owner } = index;
  const key = txns.keys[circle.key];
  findings.add("cyclic-versions", () => {
    const named = circle.versions.map((v) => (v < 0 ? "the initial one" : show(writtenBy(txns, v))));
    const writers = circle.versions.filter((v) => v >= 0).map((v) => owner[v] as number);
    const touched = new Set<number>(writers);
    eachTouch(index, (t, k, from, to) => {
      if (k === circle.key && (circle.versions.includes(from) || circle.versions.includes(to))) touched.add(t);
    });
    return {
      text: `By ${claim}, the versions ${named.join(", ")} of key ${show(key)} each come before the others; they were written by ${writers.map((t) => opOf(txns, t)).join(", ")}.`,
      positions: [...touched].map((t) => txns.at(t)).sort((a, b) => a - b),
      key,
    };
  });
}
