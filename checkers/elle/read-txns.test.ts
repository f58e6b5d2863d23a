/** Reading transactions: whatever way a history was made, the columns say the same. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { History } from "../../src/core/history.js";
import type { Op } from "../../src/core/op.js";
import { formatHistory, historyOf, parseHistory } from "../../src/history/index.js";
import { checkListAppend } from "./list-append.js";
import { NotTransactions, readTxns } from "./read-txns.js";
import { h } from "./testing/txns.js";
import { listOf, NIL, OK, READ, type TxnHistory, UNKNOWN } from "./txn-history.js";
import type { TxnModel } from "./types.js";

/** Whole numbers small and large, and everything else that may be a key or a value. */
const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.nat(20) },
  fc.constantFrom<unknown>(
    -1,
    2 ** 30 - 1,
    2 ** 30,
    999_999_999,
    1_000_000_000,
    2 ** 40,
    1.5,
    true,
    "",
    "x",
    "1",
    'a"b',
    "ž",
  ),
);

function micro(model: TxnModel, done: boolean): fc.Arbitrary<unknown[]> {
  const list = fc.array(scalar, { maxLength: 4 });
  const read = model === "list-append" ? fc.oneof(list, fc.constant(null)) : fc.oneof(scalar, fc.constant(null), list);
  const result = done ? read : fc.constant(null);
  return fc.oneof(
    fc.tuple(fc.constant("r"), scalar, result),
    fc.tuple(fc.constant(model === "list-append" ? "append" : "w"), scalar, fc.oneof(scalar, list)),
  );
}

/** One transaction after the other; a completion brings its own value. */
function histories(model: TxnModel): fc.Arbitrary<Op[]> {
  const type = fc.constantFrom("ok" as const, "info" as const, "fail" as const);
  const mops = (done: boolean) => fc.array(micro(model, done), { maxLength: 4 });
  return fc
    .array(fc.record({ type, asked: mops(false), told: mops(true), open: fc.boolean() }), { maxLength: 6 })
    .map((txns) =>
      txns.flatMap(({ type, asked, told, open }, process): Op[] => {
        const op = { index: 0, time: 0, process, f: "txn" };
        const invoke: Op = { ...op, type: "invoke", value: asked };
        return open ? [invoke] : [invoke, { ...op, type, value: told }];
      }),
    )
    .map((ops) => ops.map((op, index) => ({ ...op, index, time: index })));
}

/** The same ops without columns. */
function plain(ops: readonly Op[]): History {
  const columns = historyOf(ops);
  return {
    length: ops.length,
    op: (i) => ops[i] as Op,
    pair: (i) => columns.pair(i),
    [Symbol.iterator]: () => ops[Symbol.iterator](),
  };
}

/** The columns with values instead of ids. */
function spell(txns: TxnHistory, model: TxnModel): unknown {
  const value = (m: number, t: number): unknown => {
    const id = txns.mopValue[m] as number;
    // The columns of a history do not say it twice that what such a transaction read is not known.
    if (id === UNKNOWN || (txns.mopKind[m] === READ && txns.type[t] !== OK)) return "unknown";
    if (model === "list-append" && txns.mopKind[m] === READ) {
      return Array.from(listOf(txns, m), (each) => txns.value(each));
    }
    return id === NIL ? null : txns.value(id);
  };
  return Array.from({ length: txns.count }, (_, t) => ({
    type: txns.type[t],
    invoke: txns.invoke[t],
    complete: txns.complete[t],
    at: txns.at(t),
    process: txns.process(t),
    mops: Array.from({ length: (txns.mopEnd[t] as number) - (txns.mopStart[t] as number) }, (_, i) => {
      const m = (txns.mopStart[t] as number) + i;
      return [txns.mopKind[m], txns.keys[txns.mopKey[m] as number], value(m, t)];
    }),
  }));
}

/** The keys of all micro-ops, transaction by transaction, numbered as they come. */
function keyNumbers({ count, mopStart, mopEnd, mopKey }: TxnHistory): number[] {
  const seen = new Map<number, number>();
  const numbers: number[] = [];
  for (let t = 0; t < count; t++) {
    for (const key of mopKey.subarray(mopStart[t], mopEnd[t])) {
      if (!seen.has(key)) seen.set(key, seen.size);
      numbers.push(seen.get(key) as number);
    }
  }
  return numbers;
}

describe("readTxns", () => {
  it.each(["list-append", "rw-register"] as const)("reads %s alike from lines, columns and objects", (model) => {
    fc.assert(
      fc.property(histories(model), (ops) => {
        const lines = parseHistory(new TextEncoder().encode(formatHistory(ops))).history;
        expect([...lines]).toEqual(ops);
        expect([...historyOf(ops)]).toEqual(ops);
        const [scanned, built, objects] = [lines, historyOf(ops), plain(ops)].map((history) =>
          readTxns(history, model),
        );
        expect(spell(scanned as TxnHistory, model)).toEqual(spell(objects as TxnHistory, model));
        expect(spell(built as TxnHistory, model)).toEqual(spell(objects as TxnHistory, model));
        expect(scanned?.completions).toEqual(objects?.completions);
        // Equal values have equal ids, whichever way they came in.
        expect(keyNumbers(scanned as TxnHistory)).toEqual(keyNumbers(objects as TxnHistory));
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 500) },
    );
  });

  it("gives one id to equal values from a scanned line and from one left to JSON.parse", () => {
    // The escape makes the second line one for JSON.parse.
    const text = [
      `{"index":0,"time":0,"process":0,"type":"invoke","f":"txn","value":[["append","x","v"],["append",2147483648,7]]}`,
      `{"index":1,"time":1,"process":0,"type":"ok","f":"txn","value":[["append","x","v"],["append",2147483648,7]]}`,
      `{"index":2,"time":2,"process":1,"type":"invoke","f":"txn","value":[["r","x",null],["r",2147483648,null]]}`,
      `{"index":3,"time":3,"process":1,"type":"ok","f":"txn","value":[["r","\\u0078",["v"]],["r",2147483648,[7]]]}`,
    ];
    const found = checkListAppend(parseHistory(new TextEncoder().encode(`${text.join("\n")}\n`)).history);
    expect(found).toMatchObject({ valid: true, found: [] });
  });

  it("does not believe what a transaction of unknown outcome read", () => {
    const ops = [...h("0: ax1", "1?: rx[]", "2: rx[1]")].map((op) =>
      op.type === "info" ? { ...op, value: [["r", "x", [9, 1]]] } : op,
    );
    for (const history of [historyOf(ops), plain(ops)]) expect(checkListAppend(history).found).toEqual([]);
  });

  it.each(
    [[], null, "timed out", [["append", "x", 9]], undefined].flatMap((value) => [
      ["info" as const, value] as const,
      ["fail" as const, value] as const,
    ]),
  )("takes what a transaction asked for from its invocation where it ends as %s with %j", (type, value) => {
    const mark = type === "info" ? "?" : "!";
    const ops = [...h("0: ax1", `1${mark}: ax2 ry_`, "2: rx[1 2]")].map((op) =>
      op.type === type ? { ...op, value } : op,
    );
    const lines = parseHistory(new TextEncoder().encode(formatHistory(ops))).history;
    for (const history of [lines, historyOf(ops), plain(ops)]) {
      expect(checkListAppend(history).found).toEqual(type === "info" ? [] : ["G1a"]);
    }
  });

  it("takes it from the completion where the invocation does not say it", () => {
    const ops = [...h("0: ax1", "1?: ax2", "2: rx[1 2]")].map((op) =>
      op.process === 1 && op.type === "invoke" ? { ...op, value: null } : op,
    );
    for (const history of [historyOf(ops), plain(ops)]) expect(checkListAppend(history).found).toEqual([]);
  });

  it.each([
    [[["read", "x", null]], '"read" is no micro-op of list-append'],
    [[["w", "x", 1]], '"w" is no micro-op of list-append'],
    [[["append", "x", null]], "it writes null"],
    [[["r", "x", 5]], "it read 5, which is no list"],
    [[["r"]], "is no micro-op"],
    [5, "its value is not a list of micro-ops"],
  ])("says why %j is no transaction", (value, why) => {
    const ops: Op[] = [
      { index: 0, time: 0, process: 4, type: "invoke", f: "txn", value },
      { index: 1, time: 1, process: 4, type: "ok", f: "txn", value },
    ];
    const lines = parseHistory(new TextEncoder().encode(formatHistory(ops))).history;
    for (const history of [lines, historyOf(ops), plain(ops)]) {
      expect(() => readTxns(history, "list-append")).toThrow(NotTransactions);
      expect(() => readTxns(history, "list-append")).toThrow(why);
      expect(() => readTxns(history, "list-append")).toThrow("op 1 (process 4, f txn)");
    }
    expect(checkListAppend(lines)).toMatchObject({ valid: "unknown", summary: expect.stringContaining(why) });
  });
});
