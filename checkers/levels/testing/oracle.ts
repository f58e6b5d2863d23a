/** Consistency levels by their definitions, for tests: every order is tried. Knows nothing of the checkers' methods. */
import type { Op } from "../../../src/core/op.js";

/** An op that happened. */
export interface Item {
  readonly begin: number;
  readonly end: number;
  readonly session: Op["process"];
  readonly key: Op["key"];
  /** What it read (null: the initial value); undefined where it only writes. */
  readonly read: unknown;
  /** What it wrote; undefined where it only reads. */
  readonly wrote: unknown;
}

/** The ops of a register history that happened: completed, or writes that one of those saw. */
export function itemsOf(ops: readonly Op[]): Item[] {
  const all: (Item & { ok: boolean })[] = [];
  ops.forEach((op, begin) => {
    if (op.type !== "invoke") return;
    const at = ops.findIndex((other, i) => i > begin && other.process === op.process && other.type !== "invoke");
    const done = ops[at];
    if (done?.type === "fail") return;
    const ok = done?.type === "ok";
    const base = { begin, end: ok ? at : Number.POSITIVE_INFINITY, session: op.process, key: op.key, ok };
    if (op.f === "read") {
      if (ok) all.push({ ...base, read: done.value, wrote: undefined });
    } else if (op.f === "write") all.push({ ...base, read: undefined, wrote: op.value });
    else {
      const [from, to] = op.value as [unknown, unknown];
      all.push({ ...base, read: from, wrote: to });
    }
  });
  const happened = new Set(all.filter(({ ok }) => ok));
  for (let size = -1; size !== happened.size; ) {
    size = happened.size;
    for (const item of all) {
      if (
        [...happened].some((other) => other.key === item.key && item.wrote !== undefined && other.read === item.wrote)
      )
        happened.add(item);
    }
  }
  return all.filter((item) => happened.has(item));
}

/** Item -> the item whose write it read; "initial", "thin air"; undefined where it does not read. */
function sourceOf(items: readonly Item[], item: Item): Item | "initial" | "thin air" | undefined {
  if (item.read === undefined) return undefined;
  if (item.read === null) return "initial";
  return items.find((other) => other.key === item.key && other.wrote === item.read) ?? "thin air";
}

/** The causal order, closed: before[a][b]. */
function causalOrder(items: readonly Item[]): boolean[][] {
  const before = items.map((a) =>
    items.map((b) => (a.session === b.session && a.begin < b.begin) || sourceOf(items, b) === a),
  );
  items.forEach((_, m) => {
    for (const row of before) {
      if (row[m] !== true) continue;
      items.forEach((__, b) => {
        row[b] ||= before[m]?.[b] === true;
      });
    }
  });
  return before;
}

function* permutations<T>(list: readonly T[]): Generator<T[]> {
  if (list.length === 0) yield [];
  for (const [i, first] of list.entries()) {
    for (const rest of permutations([...list.slice(0, i), ...list.slice(i + 1)])) yield [first, ...rest];
  }
}

/** Is there one order of all writes that extends the causal order and explains each read by its causal past? */
export function isCausal(items: readonly Item[]): boolean {
  const before = causalOrder(items);
  const precedes = (a: Item, b: Item): boolean => before[items.indexOf(a)]?.[items.indexOf(b)] === true;
  if (items.some((item) => sourceOf(items, item) === "thin air" || precedes(item, item))) return false;
  const writes = items.filter(({ wrote }) => wrote !== undefined);
  for (const order of permutations(writes)) {
    const kept = order.every((a, i) => order.slice(0, i).every((b) => !precedes(a, b)));
    if (!kept) continue;
    const explained = items.every((item) => {
      const source = sourceOf(items, item);
      if (source === undefined) return true;
      const last = order.findLast((write) => write.key === item.key && precedes(write, item));
      return source === "initial" ? last === undefined : last === source;
    });
    if (explained) return true;
  }
  return false;
}

/** Is there one order of all ops that keeps each session's and in which every read returns the last write? */
export function isSequentialByDefinition(items: readonly Item[]): boolean {
  const go = (left: readonly Item[], held: ReadonlyMap<unknown, unknown>): boolean => {
    if (left.length === 0) return true;
    return left.some((item) => {
      if (left.some((other) => other.session === item.session && other.begin < item.begin)) return false;
      if (item.read !== undefined && (held.get(item.key) ?? null) !== item.read) return false;
      const next = item.wrote === undefined ? held : new Map([...held, [item.key, item.wrote]]);
      return go(
        left.filter((other) => other !== item),
        next,
      );
    });
  };
  return go(items, new Map());
}

/** How many reads break each guarantee. */
export function breachCounts(items: readonly Item[]): Record<string, number> {
  const before = causalOrder(items);
  const precedes = (a: Item, b: Item): boolean => before[items.indexOf(a)]?.[items.indexOf(b)] === true;
  const counts = { readYourWrites: 0, monotonicReads: 0, monotonicWrites: 0, writesFollowReads: 0 };
  for (const read of items) {
    const v = sourceOf(items, read);
    if (v === undefined || v === "thin air") continue;
    const older = (w: Item): boolean => v === "initial" || (v !== w && precedes(v, w));
    const earlier = items.filter(
      (item) => item.session === read.session && item.key === read.key && item.begin < read.begin,
    );
    if (earlier.some((item) => item.wrote !== undefined && older(item))) counts.readYourWrites++;
    const seen = earlier.filter((item) => typeof sourceOf(items, item) === "object");
    const broken = seen.some((item) => {
      const w = sourceOf(items, item) as Item;
      if (older(w)) return true;
      return w !== v && seen.some((first) => first.begin < item.begin && sourceOf(items, first) === v);
    });
    if (broken) counts.monotonicReads++;
    if (v === "initial") continue;
    const newer = seen.map((item) => sourceOf(items, item) as Item).filter((w) => w !== v);
    if (newer.some((w) => w.session === v.session && v.begin < w.begin)) counts.monotonicWrites++;
    const followed = newer.some((w) =>
      items.some((r) => r.session === w.session && r.begin <= w.begin && sourceOf(items, r) === v),
    );
    if (followed) counts.writesFollowReads++;
  }
  return counts;
}
