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
import { comesBefore, proofOf, type VersionProof } from "./version-proof.js";
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
  const claims: [VersionProof["claim"], VersionPairs][] = [];
  if (options.wfrKeys) claims.push(["wfr-keys", readThenWritten(index)]);
  if (options.sequentialKeys) claims.push(["sequential-keys", seenInTurn(index)]);
  let pairs: VersionPairs | undefined;
  let wfr: VersionPairs | undefined;
  for (const [name, claimed] of claims) {
    const together = pairs === undefined ? claimed : pairs.and(claimed);
    const bad = circles(index, together);
    const sofar = { pairs: together, wfr: name === "wfr-keys" ? claimed : wfr, timelines: undefined };
    for (const circle of bad.values()) addCyclic(index, findings, sofar, circle);
    // The pairs so far have no circle, so dropping the claim for these keys leaves none.
    const used = claimed.without(bad);
    pairs = pairs === undefined ? used : pairs.and(used);
    if (name === "wfr-keys") wfr = used;
  }
  if (!options.linearizableKeys) return { pairs, wfr, timelines: undefined };
  const { timelines, conflicts } = timelinesOf(index);
  const alone = { pairs: undefined, wfr: undefined, timelines };
  for (const conflict of conflicts) addCyclic(index, findings, alone, conflict);
  if (pairs !== undefined) {
    const bad = circles(index, withChains(index, timelines, pairs));
    for (const circle of bad.values()) addCyclic(index, findings, { pairs, wfr, timelines }, circle);
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

/** So many versions of one key are looked at for the smallest circle among them. */
const LOOKED_AT = 32;

function addCyclic(index: RegisterIndex, findings: Findings, versions: Versions, circle: Circle): void {
  const { txns, owner } = index;
  const key = txns.keys[circle.key];
  findings.add("cyclic-versions", () => {
    const round = smallestCircle(circle.versions, (a, b) => comesBefore(index, versions, a, b));
    const after = (i: number): number => round[(i + 1) % round.length] as number;
    const proofs = round.map((v, i) => (v === NIL ? undefined : proofOf(index, versions, v, after(i))));
    const name = (v: number): string => (v === NIL ? "the initial version" : show(writtenBy(txns, v)));
    const steps = round.map((v, i) => {
      const why = proofs[i]?.words((t) => opOf(txns, t));
      return `${name(v)} comes before ${name(after(i))}${why === undefined ? ", as before all others" : `, for ${why}`}`;
    });
    const told = proofs.flatMap((one) => (one === undefined ? [] : [one]));
    const claims = [...new Set(told.map(({ claim }) => claim))];
    const involved = new Set([
      ...told.flatMap((one) => one.txns),
      ...round.filter((v) => v !== NIL).map((v) => owner[v] as number),
    ]);
    return {
      text: `By ${claims.join(" and ")}, the versions of key ${show(key)} go round in a circle: ${steps.join("; ")}.`,
      positions: [...involved].map((t) => txns.at(t)).sort((a, b) => a - b),
      key,
    };
  });
}

/** The fewest versions that come before each other in a circle, of those that do so somehow. */
function smallestCircle(versions: readonly number[], before: (a: number, b: number) => boolean): readonly number[] {
  let best: readonly number[] | undefined;
  for (const start of versions.slice(0, versions.length > LOOKED_AT ? 1 : versions.length)) {
    const found = wayBack(start, versions, before);
    if (found !== undefined && (best === undefined || found.length < best.length)) best = found;
    if (best?.length === 2) break;
  }
  return best ?? versions;
}

/** The shortest way from a version back to itself: the versions on it. */
function wayBack(
  start: number,
  versions: readonly number[],
  before: (a: number, b: number) => boolean,
): readonly number[] | undefined {
  const ways: (readonly number[])[] = [[start]];
  const met = new Set<number>();
  for (let at = 0; at < ways.length; at++) {
    const way = ways[at] as readonly number[];
    const last = way[way.length - 1] as number;
    if (way.length > 1 && before(last, start)) return way;
    for (const next of versions) {
      if (next === start || met.has(next) || !before(last, next)) continue;
      met.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
