/** Corners of the transaction checkers that random histories rarely turn. */
import { describe, expect, it } from "vitest";
import type { History } from "../../src/core/history.js";
import type { Op } from "../../src/core/op.js";
import { formatHistory, historyOf, parseHistory } from "../../src/history/index.js";
import { checkListAppend, checkRwRegister, listAppendChecker, rwRegisterChecker } from "./index.js";
import { storeHistory } from "./testing/store.js";
import { h, t } from "./testing/txns.js";

/** As columns, as the lines of a file, and as objects. */
function ways(ops: readonly Op[]): History[] {
  return [historyOf(ops), parseHistory(new TextEncoder().encode(formatHistory(ops))).history, objects(ops)];
}

function objects(ops: readonly Op[]): History {
  const columns = historyOf(ops);
  return {
    length: ops.length,
    op: (i) => ops[i] as Op,
    pair: (i) => columns.pair(i),
    [Symbol.iterator]: () => ops[Symbol.iterator](),
  };
}

/** The same ops, in which completions of this process leave their value out. */
function silent(process: number, ops: readonly Op[]): History[] {
  const told = (value: unknown) =>
    ops.map((op) => (op.process === process && op.type === "ok" ? { ...op, value } : op));
  return [...ways(told(undefined)), objects(told(null))];
}

describe("lists", () => {
  it.each<[string, string[], number]>([
    [
      "of which one append is next and the other was not seen",
      ["0( rx[] ax1", "1( rx[] ax2", "0)", "1)", "2: rx[1]"],
      1,
    ],
    ["of which the one that is next comes second", ["0( rx[] ax1", "1( rx[] ax2", "0)", "1)", "2: rx[2]"], 1],
    [
      "of which none was seen, and another's append is next",
      ["0: ax1", "1( rx[1] ax7", "2( rx[1] ax8", "3( ax5", "1)", "2)", "3)", "4: rx[1 5]"],
      1,
    ],
    ["by three", ["0( rx[] ax1", "1( rx[] ax2", "2( rx[] ax3", "0)", "1)", "2)", "3: rx[1]"], 2],
    [
      "that read more than once, on another key first",
      ["0( ay1 rx[] ry[1] rx[] ax1", "1( rx[] ax2", "0)", "1)", "2: rx[1]"],
      1,
    ],
  ])("know lost updates %s", (_what, lines, count) => {
    for (const history of ways(t(...lines))) {
      expect(checkListAppend(history).counts).toMatchObject({ "lost-update": count });
    }
  });

  it("know no lost update where the other appended without reading, or read another version", () => {
    for (const first of ["ax1", "ay1 ax1"]) {
      const found = checkListAppend(h(`0( ${first}`, "1( rx[] ax2", "0)", "1)", "2: rx[1]")).found;
      expect(found).not.toContain("lost-update");
    }
    const found = checkListAppend(h("0: ax1", "1( rx[1] ax2", "2( rx[] ax3", "1)", "2)", "3: rx[1 2]")).found;
    expect(found).not.toContain("lost-update");
  });

  it("know no lost update where the other had read an older version than that which its append follows", () => {
    const found = checkListAppend(h("0: ax1", "1( rx[] ax2", "2( rx[1] ax9", "1)", "2)", "3: rx[1 2]")).found;
    expect(found).not.toContain("lost-update");
  });

  it.each([1, 8, 9, 30])("know a read that misses %i appends which were acknowledged and never read", (count) => {
    const unseen = Array.from({ length: count }, (_, i) => `${i + 1}: ax${i + 2}`);
    for (const history of ways(t("0: ax1", ...unseen, "0: rx[1]"))) {
      expect(checkListAppend(history).found).toEqual(["G-single-item-realtime"]);
    }
    for (const history of ways(t("0: ax1", "0: rx[1]", ...unseen))) expect(checkListAppend(history).found).toEqual([]);
  });

  it("take a null that was read for a list without elements", () => {
    for (const history of ways(t("0: ax1", "1: rx_", "2: rx[1]"))) {
      expect(checkListAppend(history).found).toEqual(["G-single-item-realtime"]);
    }
  });

  it("let a transaction agree with itself where its reads agree with no others", () => {
    const found = checkListAppend(h("0: ax1 ax2 ax9", "1: rx[1 9] ax5 rx[1 9 5]", "2: rx[1 2 9]")).found;
    expect(found).toContain("incompatible-order");
    expect(found).not.toContain("internal");
  });

  it("are judged alike whichever way they come, and however many there are", () => {
    for (const isolation of ["read-uncommitted", "snapshot-isolation", "strict-serializable"] as const) {
      const ops = storeHistory({ isolation, model: "list-append", seed: 5, txns: 900 });
      const [first, ...others] = ways(ops).map((history) => checkListAppend(history));
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it("know reads that fork after a common beginning", () => {
    expect(checkListAppend(h("0: ax1", "0: ax2", "0: ax9", "1: rx[1 2]", "2: rx[1 9]")).found).toContain(
      "incompatible-order",
    );
  });

  it("know a transaction at odds with itself, however long the lists and whatever else is wrong", () => {
    for (let size = 2; size < 16; size++) {
      const all = Array.from({ length: size }, (_, i) => i + 1);
      const appends = all.map((i) => `ax${i}`).join(" ");
      expect(checkListAppend(h(`0: ${appends}`, `1: rx[77] rx[${all.join(" ")}]`)).found).toContain("internal");
    }
  });

  it("may be many in one transaction", () => {
    const keys = [..."abcdefghij"];
    const lines = Array.from({ length: 30 }, (_, i) => `${i % 3}: ${keys.map((key) => `a${key}${i + 1}`).join(" ")}`);
    const reads = keys.map((key) => `r${key}[${Array.from({ length: 30 }, (_, i) => i + 1).join(" ")}]`);
    for (const history of ways(t(...lines, `0: ${reads.join(" ")}`))) {
      expect(checkListAppend(history)).toMatchObject({ valid: true, found: [] });
    }
  });

  it("do not take what was appended to one key for an append to another", () => {
    expect(checkListAppend(h("0: ax1 ax2 ax3", "1: ay10", "2: ry[8]")).found).toContain("unwritten-read");
    expect(checkListAppend(h("0: ax10", "1: ay1 ay2 ay3", "2: rx[12]")).found).toContain("unwritten-read");
  });

  it("do not know what an ok transaction read that does not say it", () => {
    for (const history of silent(1, t("0: ax1", "1: rx[]", "2: rx[1]")))
      expect(checkListAppend(history).found).toEqual([]);
  });

  it("believe an ok transaction that its appends happened, although it says nothing", () => {
    for (const history of silent(1, t("0: ax1", "1: ax2", "2: rx[1]"))) {
      expect(checkListAppend(history).found).toContain("G-single-item-realtime");
    }
  });
});

it("both are checkers for workloads, by the same judgement", () => {
  const stale = h("0: ax1", "1: ax2", "2: rx[1 2]", "0: rx[1]");
  const lists = listAppendChecker({ consistency: "serializable" });
  expect([lists.name, lists.check(stale, {} as never)]).toMatchObject(["elle-list-append", { valid: true }]);
  expect(listAppendChecker().check(stale, {} as never)).toMatchObject({ valid: false });
  const registers = rwRegisterChecker({ linearizableKeys: true });
  const old = h("0: wx1", "1: wx2", "2: rx1");
  expect([registers.name, registers.check(old, {} as never)]).toMatchObject(["elle-rw-register", { valid: false }]);
});

describe("registers", () => {
  const claims = { linearizableKeys: true };

  it("are judged alike whichever way they come, and however many there are", () => {
    for (const isolation of ["read-uncommitted", "snapshot-isolation", "strict-serializable"] as const) {
      const ops = storeHistory({ isolation, model: "rw-register", seed: 5, txns: 900 });
      const [first, ...others] = ways(ops).map((history) => checkRwRegister(history, claims));
      for (const other of others) expect(other).toEqual(first);
    }
  });

  it("do not know what an ok transaction read that does not say it", () => {
    for (const history of silent(1, t("0: wx1", "1: rx_", "2: rx1"))) {
      expect(checkRwRegister(history, claims).found).toEqual([]);
      expect(checkRwRegister(history, { ...claims, initial: 0 }).found).toEqual([]);
    }
  });

  it("do not know it either where the transaction has values that are no scalars", () => {
    const ops = t("0: wx1", "1: rx_ wy5", "2: rx1").map((op) =>
      op.process === 1
        ? {
            ...op,
            value:
              op.type === "ok"
                ? undefined
                : [
                    ["r", "x", null],
                    ["w", "y", { a: 1 }],
                  ],
          }
        : op,
    );
    for (const history of ways(ops)) expect(checkRwRegister(history, claims).found).toEqual([]);
  });

  it("are no lists, with an initial value either", () => {
    for (const options of [{}, { initial: 0 }]) {
      const verdict = checkRwRegister(h("0: wx1", "1: ax2"), options);
      expect(verdict).toMatchObject({ valid: "unknown", summary: expect.stringContaining('"append" is no micro-op') });
    }
    expect(checkRwRegister(h("0: wx1", "1: rx[1]"), { initial: 0 }).found).toEqual(["unwritten-read"]);
  });

  it("have versions in a circle where two claims, of which each holds, contradict each other", () => {
    const lines = ["0( wx1", "9( rx1 wx2", "5( wx3", "3( rx2", "5)", "3)", "2( rx1", "4( rx3", "4)", "2)", "0)", "9)"];
    expect(checkRwRegister(h(...lines), { ...claims, wfrKeys: true }).found).toContain("cyclic-versions");
    expect(checkRwRegister(h(...lines), claims).found).not.toContain("cyclic-versions");
    expect(checkRwRegister(h(...lines), { wfrKeys: true }).found).not.toContain("cyclic-versions");
  });
});
