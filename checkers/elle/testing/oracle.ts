/**
 * What a small history shows, by brute force and straight from the definitions: every dependency written out, every simple
 * cycle tried with every choice of its edges. Shares no code with the checkers but the lattice.
 */
import type { Op } from "../../../src/core/op.js";
import { impliedAnomalies } from "../models.js";

type Mop = readonly [f: string, key: unknown, value: unknown];

interface Txn {
  readonly mops: readonly Mop[];
  readonly type: "ok" | "info" | "fail";
  readonly process: unknown;
  readonly invoke: number;
  /** Infinity where it may still be running. */
  readonly complete: number;
}

export interface OracleOptions {
  readonly model: "list-append" | "rw-register";
  readonly process: boolean;
  readonly realtime: boolean;
  readonly wfrKeys?: boolean;
  readonly sequentialKeys?: boolean;
  readonly linearizableKeys?: boolean;
}

export interface OracleVerdict {
  /** Sorted. */
  readonly types: readonly string[];
  /** Of each cyclic type: the length of its shortest cycle. */
  readonly shortest: ReadonlyMap<string, number>;
  /** "from to" (indices of transactions) -> kinds of edges. */
  readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
  readonly txns: readonly Txn[];
}

export function oracle(ops: readonly Op[], options: OracleOptions): OracleVerdict {
  const txns = txnsOf(ops);
  const types = new Set<string>();
  const edges = new Map<string, Set<string>>();
  const link = (a: Txn, b: Txn, kind: string): void => {
    if (a === b || a.type === "fail" || b.type === "fail") return;
    const name = `${txns.indexOf(a)} ${txns.indexOf(b)}`;
    edges.set(name, (edges.get(name) ?? new Set()).add(kind));
  };
  if (options.model === "list-append") lists(txns, link, types);
  else registers(txns, link, types, options);
  for (const a of txns) {
    for (const b of txns) {
      if (options.realtime && a.complete < b.invoke) link(a, b, "realtime");
      if (options.process && a.process === b.process && a.complete < b.invoke) link(a, b, "process");
    }
  }
  const shortest = cycles(txns.length, edges, types);
  return { types: [...types].sort(), shortest, edges, txns };
}

function txnsOf(ops: readonly Op[]): Txn[] {
  return ops.flatMap((op, position) => {
    if (op.type !== "invoke") return [];
    const end = ops.findIndex((other, i) => i > position && other.process === op.process);
    const done = end < 0 ? undefined : (ops[end] as Op);
    const type = done === undefined || done.type === "invoke" ? "info" : done.type;
    return [
      {
        mops: (done?.type === "ok" ? done.value : op.value) as Mop[],
        type: type as Txn["type"],
        process: op.process,
        invoke: position,
        complete: type === "ok" ? end : Number.POSITIVE_INFINITY,
      },
    ];
  });
}

const STRANGE = "strange";

type Link = (a: Txn, b: Txn, kind: string) => void;

const json = (value: unknown): string => JSON.stringify(value);
const startsWith = (list: readonly unknown[], prefix: readonly unknown[]): boolean =>
  prefix.length <= list.length && prefix.every((value, i) => value === list[i]);

function lists(txns: readonly Txn[], link: Link, types: Set<string>): void {
  const happened = txns.filter((txn) => txn.type !== "fail");
  const oks = txns.filter((txn) => txn.type === "ok");
  const keys = new Set(txns.flatMap((txn) => txn.mops.map((mop) => mop[1])));
  const reads = (txn: Txn, key: unknown): (readonly unknown[])[] =>
    txn.type !== "ok" ? [] : txn.mops.flatMap((m) => (m[0] === "r" && m[1] === key ? [(m[2] ?? []) as unknown[]] : []));
  const appends = (txn: Txn, key: unknown): unknown[] =>
    txn.mops.flatMap((m) => (m[0] === "append" && m[1] === key ? [m[2]] : []));
  for (const key of keys) {
    const writer = (value: unknown): Txn | undefined => txns.find((txn) => appends(txn, key).includes(value));
    const all = oks.flatMap((txn) => reads(txn, key));
    const longest = all.reduce((best, list) => (list.length > best.length ? list : best), []);
    if (all.some((list) => !startsWith(longest, list))) types.add("incompatible-order");
    if (all.some((list) => new Set(list).size < list.length)) types.add("duplicate-elements");
    const order = [...new Set(longest)];
    let dirty = false;
    for (const value of order) {
      const type = writer(value)?.type;
      if (type === "ok" && dirty) types.add("dirty-update");
      if (type === "ok" || type === "fail") dirty = type === "fail";
    }
    const versions = new Map<string, number>();
    for (const txn of oks) {
      for (const list of reads(txn, key)) {
        if (list.some((value) => writer(value)?.type === "fail")) types.add("G1a");
        if (list.some((value) => writer(value) === undefined)) types.add("unwritten-read");
        const last = writer(list.at(-1));
        if (last !== undefined && last !== txn && appends(last, key).at(-1) !== list.at(-1)) types.add("G1b");
      }
      if (!internallySound(txn, key)) types.add("internal");
      const own = txn.mops.filter((mop) => mop[1] === key);
      own.forEach((mop, i) => {
        const seen = own.slice(0, i).some((m) => m[0] === "r" && ((m[2] ?? []) as unknown[]).includes(mop[2]));
        if (mop[0] === "append" && seen) types.add("future-read");
      });
      if (own[0]?.[0] === "r" && own.some((mop) => mop[0] === "append")) {
        const version = json(own[0][2] ?? []);
        versions.set(version, (versions.get(version) ?? 0) + 1);
      }
    }
    if ([...versions.values()].some((count) => count > 1)) types.add("lost-update");
    // The element right before each append: in the order, or the last one of it.
    for (const b of happened) {
      for (const list of reads(b, key)) {
        const a = writer(list.at(-1));
        if (list.length > 0 && a !== undefined) link(a, b, "wr");
      }
      for (const value of appends(b, key)) {
        const at = order.indexOf(value);
        const before = at > 0 ? order[at - 1] : at === 0 ? undefined : order.at(-1);
        const a = before === undefined ? undefined : writer(before);
        if (a !== undefined) link(a, b, "ww");
        for (const reader of oks) {
          if (reads(reader, key).some((list) => list.at(-1) === before)) link(reader, b, "rw");
        }
      }
    }
  }
}

/** Each read of the key is the last read of it plus the appends since, or ends in the appends so far. */
function internallySound(txn: Txn, key: unknown): boolean {
  let base: unknown[] | undefined;
  let added: unknown[] = [];
  for (const [f, k, value] of txn.mops) {
    if (k !== key) continue;
    if (f === "append") {
      added.push(value);
      continue;
    }
    const list = (value ?? []) as unknown[];
    if (base !== undefined && json(list) !== json([...base, ...added])) return false;
    if (json(list.slice(Math.max(0, list.length - added.length))) !== json(added)) return false;
    base = list;
    added = [];
  }
  return true;
}

function registers(txns: readonly Txn[], link: Link, types: Set<string>, options: OracleOptions): void {
  const happened = txns.filter((txn) => txn.type !== "fail");
  const oks = txns.filter((txn) => txn.type === "ok");
  const keys = new Set(txns.flatMap((txn) => txn.mops.map((mop) => mop[1])));
  for (const key of keys) {
    const of = (txn: Txn): Mop[] => txn.mops.filter((mop) => mop[1] === key);
    const written = (txn: Txn): unknown[] => of(txn).flatMap((mop) => (mop[0] === "w" ? [mop[2]] : []));
    const writer = (value: unknown): Txn | undefined => txns.find((txn) => written(txn).includes(value));
    const left = (txn: Txn): unknown => (txn.type === "fail" ? undefined : written(txn).at(-1));
    // undefined: reads nothing from outside. null: the initial version. STRANGE: a value that is no version.
    const found = (txn: Txn): unknown => {
      const first = of(txn)[0];
      if (txn.type !== "ok" || first?.[0] !== "r") return undefined;
      return first[2] === null || writer(first[2]) !== undefined ? first[2] : STRANGE;
    };
    const updates = new Map<string, number>();
    for (const txn of oks) {
      let state: unknown;
      const mine = of(txn);
      mine.forEach(([f, , value], i) => {
        if (f === "r" && state !== undefined && state !== value) types.add("internal");
        state = value;
        if (f !== "r" || value === null) return;
        const from = writer(value);
        if (from === undefined) types.add("unwritten-read");
        else if (from === txn) {
          if (mine.findIndex((mop) => mop[0] === "w" && mop[2] === value) > i) types.add("future-read");
        } else {
          if (from.type === "fail") types.add("G1a");
          if (written(from).at(-1) !== value) types.add("G1b");
        }
      });
      if (mine[0]?.[0] === "r" && written(txn).length > 0) {
        const version = json(mine[0][2]);
        updates.set(version, (updates.get(version) ?? 0) + 1);
      }
    }
    if ([...updates.values()].some((count) => count > 1)) types.add("lost-update");
    const first = (txn: Txn): unknown => (found(txn) === undefined ? left(txn) : found(txn));
    const last = (txn: Txn): unknown => (left(txn) === undefined ? found(txn) : left(txn));
    const order = versionOrder(happened, first, last, types, options);
    for (const a of happened) {
      for (const b of happened) {
        if (left(a) !== undefined && left(a) === found(b)) link(a, b, "wr");
        if (left(b) === undefined) continue;
        if (found(a) === null || order.has(`${json(found(a))} ${json(left(b))}`)) link(a, b, "rw");
        if (order.has(`${json(left(a))} ${json(left(b))}`)) link(a, b, "ww");
      }
    }
  }
}

/** "earlier later" pairs of one key's versions by the claims made; a claim that contradicts those before it is not used. */
function versionOrder(
  txns: readonly Txn[],
  first: (txn: Txn) => unknown,
  last: (txn: Txn) => unknown,
  types: Set<string>,
  options: OracleOptions,
): Set<string> {
  const touching = txns.filter((txn) => first(txn) !== undefined);
  let order = new Set<string>();
  const claim = (pairs: [unknown, unknown][]): void => {
    const real = pairs.filter(([a, b]) => a !== b && a !== null && a !== STRANGE && b !== STRANGE);
    const more = new Set([...order, ...real.map(([a, b]) => `${json(a)} ${json(b)}`)]);
    if (hasCircle(more)) types.add("cyclic-versions");
    else order = more;
  };
  if (options.wfrKeys) claim(touching.filter((x) => x.type === "ok").map((x) => [first(x), last(x)]));
  if (options.sequentialKeys) {
    claim(
      touching.flatMap((b, i): [unknown, unknown][] => {
        const a = touching.slice(0, i).findLast((x) => x.process === b.process);
        return a !== undefined && a.type === "ok" ? [[last(a), first(b)]] : [];
      }),
    );
  }
  if (options.linearizableKeys) {
    claim(
      touching.flatMap((a) =>
        touching.flatMap((b): [unknown, unknown][] => (a.complete < b.invoke ? [[last(a), first(b)]] : [])),
      ),
    );
  }
  return order;
}

/** Circles of versions; the initial one comes before all. */
function hasCircle(order: ReadonlySet<string>): boolean {
  const pairs = [...order].map((pair) => pair.split(" ") as [string, string]);
  const versions = new Set(pairs.flat());
  for (const version of versions) if (version !== "null") pairs.push(["null", version]);
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>();
    const todo = [from];
    for (const v of todo) {
      for (const [a, b] of pairs) {
        if (a !== v || seen.has(b)) continue;
        seen.add(b);
        todo.push(b);
      }
    }
    return seen;
  };
  return [...versions].some((version) => reach(version).has(version));
}

/** Adds the types of all simple cycles, less those that another one in the same component implies. */
function cycles(
  count: number,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  types: Set<string>,
): Map<string, number> {
  const out = (a: number): number[] => Array.from({ length: count }, (_, b) => b).filter((b) => edges.has(`${a} ${b}`));
  const found = new Map<number, Map<string, number>>();
  const component = (a: number): number => {
    const reaches = (x: number): Set<number> => {
      const seen = new Set<number>();
      const todo = [x];
      for (const u of todo) {
        for (const v of out(u).filter((each) => !seen.has(each))) {
          seen.add(v);
          todo.push(v);
        }
      }
      return seen;
    };
    return Math.min(a, ...[...reaches(a)].filter((b) => reaches(b).has(a)));
  };
  const walk = (path: number[], kinds: string[]): void => {
    const [start] = path as [number];
    const here = path.at(-1) as number;
    for (const next of out(here)) {
      for (const kind of edges.get(`${here} ${next}`) as ReadonlySet<string>) {
        if (next === start) {
          const type = typeOf([...kinds, kind]);
          if (type === undefined) continue;
          const id = component(start);
          const lengths = found.get(id) ?? new Map<string, number>();
          found.set(id, lengths.set(type, Math.min(lengths.get(type) ?? path.length, path.length)));
        } else if (next > start && !path.includes(next)) walk([...path, next], [...kinds, kind]);
      }
    }
  };
  for (let a = 0; a < count; a++) walk([a], []);
  const shortest = new Map<string, number>();
  for (const lengths of found.values()) {
    for (const [type, length] of lengths) {
      const sharper = [...lengths.keys()].filter((other) => other !== type && impliedAnomalies([other]).has(type));
      if (sharper.length > 0) continue;
      types.add(type);
      shortest.set(type, Math.min(shortest.get(type) ?? length, length));
    }
  }
  return shortest;
}

/** The type of a cycle with these edges, or undefined: process and real time together, or neither any data. */
export function typeOf(kinds: readonly string[]): string | undefined {
  const rw = kinds.filter((kind) => kind === "rw").length;
  const touching = kinds.some((kind, i) => kind === "rw" && kinds[(i + 1) % kinds.length] === "rw");
  const realtime = kinds.includes("realtime");
  if (realtime && kinds.includes("process")) return undefined;
  const suffix = realtime ? "-realtime" : kinds.includes("process") ? "-process" : "";
  if (rw === 1) return `G-single-item${suffix}`;
  if (rw > 1) return `${touching ? "G2-item" : "G-nonadjacent-item"}${suffix}`;
  if (kinds.includes("wr")) return `G1c${suffix}`;
  return kinds.includes("ww") ? `G0${suffix}` : undefined;
}
