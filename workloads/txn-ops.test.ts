/** The load of the transaction workloads, run without a system: what it asks for, and what it reads in the end. */
import { describe, expect, test } from "vitest";
import type { Op } from "../src/core/op.js";
import { simulate } from "../src/generators/simulate.js";
import { finalTxns } from "./txn-final.js";
import { type MicroOp, type TxnLoad, txnLoad, txnOps } from "./txn-ops.js";

const LOAD: TxnLoad = { write: "append", maxLength: 4, liveKeys: 4, writesPerKey: 8 };

function mopsOf(load: TxnLoad, maxOps = 2000): MicroOp[][] {
  const history = simulate(txnOps(load), {
    seed: 7,
    concurrency: 5,
    maxOps,
    complete: () => ({ afterNs: 1_000_000, type: "ok" }),
  });
  return history.filter(({ type }) => type === "invoke").map(({ value }) => value as MicroOp[]);
}

test("transactions have one to so many micro-ops, half of them reads", () => {
  const txns = mopsOf(LOAD);
  expect(new Set(txns.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4]));
  const mops = txns.flat();
  const reads = mops.filter(([f]) => f === "r").length;
  expect(reads / mops.length).toBeGreaterThan(0.45);
  expect(reads / mops.length).toBeLessThan(0.55);
  expect(mops.every(([f, , value]) => (f === "r") === (value === null))).toBe(true);
});

test("each key gets the values 1, 2, … once, as many as it may, and is never used again after the last", () => {
  const written = new Map<number, number>();
  const retired = new Set<number>();
  let live = 0;
  for (const txn of mopsOf(LOAD)) {
    for (const [f, key, value] of txn) {
      expect(retired.has(key)).toBe(false);
      if (!written.has(key)) written.set(key, 0);
      if (f === "r") continue;
      expect(value).toBe((written.get(key) as number) + 1);
      written.set(key, value as number);
      if (value === LOAD.writesPerKey) retired.add(key);
    }
    live = Math.max(live, written.size - retired.size);
  }
  expect(live).toBe(LOAD.liveKeys);
  expect(retired.size).toBeGreaterThan(100);
});

test("some keys are drawn far more often than others", () => {
  const counts = new Map<number, number>();
  const mops = mopsOf({ ...LOAD, writesPerKey: 1_000_000 }).flat();
  for (const [, key] of mops) counts.set(key, (counts.get(key) ?? 0) + 1);
  const shares = [0, 1, 2, 3].map((key) => (counts.get(key) ?? 0) / mops.length);
  [1 / 15, 2 / 15, 4 / 15, 8 / 15].forEach((share, key) => {
    expect(shares[key]).toBeGreaterThan(share * 0.8);
    expect(shares[key]).toBeLessThan(share * 1.2);
  });
});

test("options are kept within what makes sense", () => {
  const options = { "max-txn-length": "0", keys: "99", "writes-per-key": "0" };
  expect(txnLoad("w", options)).toEqual({ write: "w", maxLength: 1, liveKeys: 16, writesPerKey: 1 });
  expect(mopsOf(txnLoad("w", options), 200).every(({ length }) => length === 1)).toBe(true);
});

describe("the final phase", () => {
  const nodes = ["n1", "n2", "n3"];
  const txn = (index: number, value: unknown): Op => ({
    index,
    time: index,
    process: 0,
    type: "invoke",
    f: "txn",
    value,
  });

  function finalOf(ops: readonly Op[], complete: (op: Op) => "ok" | "fail"): Op[] {
    let generator = finalTxns(nodes);
    const context = { nowNs: 0, seed: 1, step: 0, threads: [], free: [], process: () => 0, node: () => undefined };
    for (const op of ops) generator = generator.update(context, { op, thread: 0 });
    return simulate(generator, {
      seed: 1,
      concurrency: 2,
      nodes,
      complete: (op) => ({ afterNs: 1000, type: complete(op) }),
    });
  }

  test("reads every key of the run at every node, some keys at a time", () => {
    const heard = [txn(0, [["r", 3, null]]), txn(1, [["append", 9, 1]]), txn(2, "no list"), txn(3, [["r", "x", null]])];
    const reads = finalOf(heard, () => "ok").filter(({ type }) => type === "invoke");
    for (const node of nodes) {
      const keys = reads
        .filter((op) => op.node === node)
        .flatMap(({ value }) => (value as MicroOp[]).map(([, k]) => k));
      expect(keys).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(reads.every(({ f, value }) => f === "txn" && (value as MicroOp[]).every(([kind]) => kind === "r"))).toBe(
      true,
    );
  });

  test("a read that fails is tried again, and given up in the end", () => {
    const reads = finalOf([txn(0, [["r", 0, null]])], ({ node }) => (node === "n2" ? "fail" : "ok"));
    const attempts = reads.filter(({ type, node }) => type === "invoke" && node === "n2");
    expect(attempts).toHaveLength(8);
    expect(reads.filter(({ type }) => type === "invoke")).toHaveLength(10);
  });
});
