/**
 * What the user's claims say about the order of a register's versions. Without a claim only one thing is known: the initial
 * version is the first. A claim that orders a key's versions in a circle is reported as cyclic-versions, and not used for
 * that key.
 */
import type { Findings } from "./findings.js";
import type { RegisterIndex } from "./register-index.js";
import { type Conflict, type Timeline, timelineOf, within, type Zones } from "./timeline.js";
import { eachTouch, NO_VERSION } from "./touches.js";
import { NEVER, NIL, OK } from "./txn-history.js";
import type { RegisterOptions } from "./types.js";
import { cyclesOfVersions, type VersionEdge } from "./version-cycles.js";
import { opOf, show, writtenBy } from "./words.js";

export interface Versions {
  /** Version -> versions that come later, by `wfrKeys` and `sequentialKeys`. Versions are write micro-ops. */
  readonly successors: ReadonlyMap<number, readonly number[]>;
  /** By `linearizableKeys`: one a key, and the zones they are made of. */
  readonly timelines: readonly Timeline[];
  readonly zones: Zones;
}

export function versionsOf(index: RegisterIndex, options: RegisterOptions, findings: Findings): Versions {
  const edges: VersionEdge[] = [];
  const successors = new Map<number, number[]>();
  const use = (claim: string, claimed: VersionEdge[]): void => {
    const bad = cyclesOfVersions(index, [...edges, ...claimed]);
    for (const cycle of bad.values()) addCyclic(index, findings, claim, cycle);
    for (const edge of claimed) {
      if (bad.has(edge.key)) continue;
      edges.push(edge);
      const list = successors.get(edge.from);
      if (list === undefined) successors.set(edge.from, [edge.to]);
      else if (!list.includes(edge.to)) list.push(edge.to);
    }
  };
  if (options.wfrKeys) use("wfr-keys", readThenWritten(index));
  if (options.sequentialKeys) use("sequential-keys", seenInTurn(index));
  if (!options.linearizableKeys) {
    return { successors, timelines: [], zones: { done: new Int32Array(0), there: new Int32Array(0) } };
  }
  return { successors, ...linear(index, findings, edges) };
}

/** A transaction that reads one version of a key and installs another claims the order of the two. */
function readThenWritten(index: RegisterIndex): VersionEdge[] {
  const edges: VersionEdge[] = [];
  eachTouch(index, (t, key, from, to) => {
    // The initial version is before all others anyway.
    if (index.txns.type[t] === OK && from !== to && from >= 0 && to >= 0) edges.push({ key, from, to });
  });
  return edges;
}

/** What a process left or saw last of a key comes before (or is) what it finds there next. */
function seenInTurn(index: RegisterIndex): VersionEdge[] {
  const edges: VersionEdge[] = [];
  const last = new Map<string, number>();
  eachTouch(index, (t, key, from, to) => {
    // One of unknown outcome ends its process; what it wrote comes after what the process saw before.
    const name = `${index.txns.process[t]} ${key}`;
    const before = last.get(name);
    if (before !== undefined && before !== from && before >= 0 && from >= NIL)
      edges.push({ key, from: before, to: from });
    if (index.txns.type[t] === OK) last.set(name, to);
    else last.delete(name);
  });
  return edges;
}

/** Real time orders the versions of each key. */
function linear(
  index: RegisterIndex,
  findings: Findings,
  edges: readonly VersionEdge[],
): { timelines: Timeline[]; zones: Zones } {
  const { txns } = index;
  const mops = txns.mopKind.length;
  // Behind the micro-ops, one entry a key for its initial version.
  const done = new Int32Array(mops + txns.keys.length).fill(NEVER);
  const there = new Int32Array(mops + txns.keys.length).fill(-1);
  eachTouch(index, (t, key, from, to) => {
    const first = from === NIL ? mops + key : from;
    const last = to === NIL ? mops + key : to;
    const [invoke, complete] = [txns.invoke[t] as number, txns.complete[t] as number];
    if (last !== NO_VERSION && complete < (done[last] as number)) done[last] = complete;
    if (first !== NO_VERSION && invoke > (there[first] as number)) there[first] = invoke;
  });
  const zones = { done, there };
  const byKey: number[][] = txns.keys.map(() => []);
  for (let m = 0; m < mops; m++) {
    if (done[m] !== NEVER || there[m] !== -1) byKey[txns.mopKey[m] as number]?.push(m);
  }
  const lines = byKey.map((versions, key): { line: Timeline | Conflict; key: number } => {
    const line = timelineOf(versions, zones);
    // The initial version is before all others, so nothing may be done before it is last seen.
    const early = versions.find((v) => (done[v] as number) < (there[mops + key] as number));
    return { line: early === undefined ? line : { a: NIL, b: early }, key };
  });
  for (const { line, key } of lines) {
    if ("a" in line) addCyclic(index, findings, "linearizable-keys", { key, versions: [line.a, line.b] });
  }
  const good = lines.flatMap(({ line, key }) => ("a" in line ? [] : [{ line, key }]));
  if (edges.length === 0) return { timelines: good.map(({ line }) => line), zones };
  const bad = cyclesOfVersions(index, [...edges, ...good.flatMap(({ line, key }) => chainEdges(line, key, zones))]);
  for (const cycle of bad.values()) addCyclic(index, findings, "linearizable-keys", cycle);
  return { timelines: good.flatMap(({ line, key }) => (bad.has(key) ? [] : [line])), zones };
}

/** A timeline as edges: chain nodes are numbered -2, -3, … in the order of `versions` and belong to the key. */
function chainEdges(line: Timeline, key: number, zones: Zones): VersionEdge[] {
  const edges: VersionEdge[] = [];
  const node = (place: number): number => -2 - (line.versions[place] as number);
  for (const [place, version] of line.versions.entries()) {
    if (place < line.entering) {
      edges.push({ key, from: version, to: node(place) });
      if (place > 0) edges.push({ key, from: node(place - 1), to: node(place) });
      const direct = within(line, place, zones);
      for (let i = direct.from; i < direct.to; i++) edges.push({ key, from: line.versions[i] as number, to: version });
    }
    const at = line.exit[place] as number;
    if (at >= 0) edges.push({ key, from: node(at), to: version });
  }
  return edges;
}

function addCyclic(
  index: RegisterIndex,
  findings: Findings,
  claim: string,
  cycle: { key: number; versions: readonly number[] },
): void {
  const { txns, owner } = index;
  const key = txns.keys[cycle.key];
  findings.add("cyclic-versions", () => {
    const named = cycle.versions.map((v) => (v < 0 ? "the initial one" : show(writtenBy(txns, v))));
    const writers = cycle.versions.filter((v) => v >= 0).map((v) => owner[v] as number);
    const touched = new Set<number>(writers);
    eachTouch(index, (t, k, from, to) => {
      if (k === cycle.key && (cycle.versions.includes(from) || cycle.versions.includes(to))) touched.add(t);
    });
    return {
      text: `By ${claim}, the versions ${named.join(", ")} of key ${show(key)} each come before the others; they were written by ${writers.map((t) => opOf(txns, t)).join(", ")}.`,
      positions: [...touched].map((t) => txns.at[t] as number).sort((a, b) => a - b),
      key,
    };
  });
}
