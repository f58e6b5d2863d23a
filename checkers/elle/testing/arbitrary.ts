/** Random small histories of transactions, most of them nearly right: a wholly random one shows everything at once. */
import fc from "fast-check";
import type { Op, OpType } from "../../../src/core/op.js";

interface Draft {
  readonly process: number;
  readonly type: "ok" | "info" | "fail";
  /** How many other events happen before it completes. */
  readonly lasts: number;
  readonly mops: readonly { key: number; write: boolean; pick: number }[];
}

const draft: fc.Arbitrary<Draft> = fc.record({
  process: fc.nat(2),
  type: fc.oneof(
    { weight: 8, arbitrary: fc.constant("ok" as const) },
    { weight: 1, arbitrary: fc.constant("info" as const) },
    { weight: 1, arbitrary: fc.constant("fail" as const) },
  ),
  lasts: fc.nat(4),
  mops: fc.array(fc.record({ key: fc.nat(1), write: fc.boolean(), pick: fc.nat(999) }), { minLength: 1, maxLength: 4 }),
});

/** Lists of `model`'s transactions as ops; up to `max` of them on two keys and a few processes. */
export function histories(model: "list-append" | "rw-register", max: number): fc.Arbitrary<Op[]> {
  return fc
    .record({ drafts: fc.array(draft, { minLength: 1, maxLength: max }), wild: fc.nat(9), swaps: fc.array(fc.nat(99)) })
    .map(({ drafts, wild, swaps }) => build(model, drafts, wild === 0, swaps));
}

function build(model: string, drafts: readonly Draft[], wild: boolean, swaps: readonly number[]): Op[] {
  const written: number[][] = [[], []];
  for (const { mops } of drafts)
    for (const { key, write } of mops) if (write) written[key]?.push(written[key].length + 1);
  // The order in which the store applied the writes: mostly as invoked.
  for (const [i, swap] of swaps.entries()) {
    const list = written[i % 2] as number[];
    const at = swap % Math.max(1, list.length - 1);
    if (list.length > 1) [list[at], list[at + 1]] = [list[at + 1] as number, list[at] as number];
  }
  const next = [0, 0];
  const value = drafts.map(({ mops }) =>
    mops.map(({ key, write, pick }): [string, string, unknown] => {
      const name = "xy"[key] as string;
      if (write) return [model === "list-append" ? "append" : "w", name, ++(next[key] as number) && next[key]];
      return [
        "r",
        name,
        model === "list-append"
          ? listFrom(written[key] as number[], pick, wild)
          : valueFrom(written[key] as number[], pick),
      ];
    }),
  );
  return schedule(drafts, value);
}

function listFrom(order: readonly number[], pick: number, wild: boolean): number[] {
  const list = order.slice(0, pick % (order.length + 1));
  if (!wild || pick % 7 > 2) return list;
  return pick % 7 === 0 ? list.slice(1) : pick % 7 === 1 ? [...list, list[0] ?? 1] : [...list, 77];
}

function valueFrom(order: readonly number[], pick: number): number | null {
  if (pick % 40 === 39) return 77;
  return order[(pick % (order.length + 1)) - 1] ?? null;
}

/** Lays the transactions out in time: each process runs one at a time, and is replaced once an outcome is unknown. */
function schedule(drafts: readonly Draft[], values: readonly (readonly [string, string, unknown][])[]): Op[] {
  const ops: Op[] = [];
  const running = new Map<number, { draft: Draft; value: readonly [string, string, unknown][]; left: number }>();
  const names = new Map<number, number>();
  let fresh = 0;
  const nameOf = (process: number): number => {
    if (!names.has(process)) names.set(process, fresh++);
    return names.get(process) as number;
  };
  const asked = (value: readonly [string, string, unknown][]) => value.map(([f, k, v]) => [f, k, f === "r" ? null : v]);
  const emit = (process: number, type: OpType, value: unknown): void => {
    ops.push({ index: ops.length, time: ops.length, process: nameOf(process), type, f: "txn", value });
  };
  const finish = (process: number): void => {
    const { draft: done, value } = running.get(process) as {
      draft: Draft;
      value: readonly [string, string, unknown][];
    };
    running.delete(process);
    emit(process, done.type, done.type === "ok" ? value : asked(value));
    if (done.type === "info") names.delete(process);
  };
  for (const [i, each] of drafts.entries()) {
    if (running.has(each.process)) finish(each.process);
    emit(each.process, "invoke", asked(values[i] as readonly [string, string, unknown][]));
    running.set(each.process, {
      draft: each,
      value: values[i] as readonly [string, string, unknown][],
      left: each.lasts,
    });
    for (const [process, entry] of [...running]) if (entry.left-- <= 0) finish(process);
  }
  for (const process of [...running.keys()]) if (process !== 2) finish(process);
  return ops;
}
