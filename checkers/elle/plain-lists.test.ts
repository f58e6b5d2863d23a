/** What is called plain must show nothing wrong, in any way; and valid histories must be found plain, or it is of no use. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../../src/core/op.js";
import { historyOf } from "../../src/history/index.js";
import { isPlain } from "./plain-lists.js";
import { readTxns } from "./read-txns.js";
import { histories } from "./testing/arbitrary.js";
import { oracle } from "./testing/oracle.js";
import { storeHistory } from "./testing/store.js";
import { t } from "./testing/txns.js";

const plain = (ops: readonly Op[]): boolean => isPlain(readTxns(historyOf(ops), "list-append"));
const shows = (ops: readonly Op[]): readonly string[] =>
  oracle(ops, { model: "list-append", process: true, realtime: true }).types;

describe("plain lists", () => {
  it("show nothing, and nearly all that show nothing are plain", () => {
    let clean = 0;
    let found = 0;
    fc.assert(
      fc.property(histories("list-append", 6), (ops) => {
        const nothing = shows(ops).length === 0;
        const is = plain(ops);
        if (is) expect(nothing).toBe(true);
        if (nothing) clean++;
        if (nothing && is) found++;
      }),
      { numRuns: Number(process.env["FUZZ_RUNS"] ?? 1500) },
    );
    // The rest has a transaction's appends in another order than it made them, which is no anomaly that has a name.
    expect(found).toBeGreaterThan(0.9 * clean);
  });

  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "are what a strict serializable store shows (seed %i)",
    (seed) => {
      const ops = storeHistory({ isolation: "strict-serializable", model: "list-append", seed, txns: 200, clients: 8 });
      expect(plain(ops)).toBe(true);
    },
  );

  it.each<[string, string[]]>([
    ["an append of unknown outcome that was read", ["0?: ax1", "1: rx[1]"]],
    ["one that was not", ["0: ax1", "1?: ax2", "2: rx[1]"]],
    ["appends that nobody read", ["0: ax1 ax2", "1: ax3", "2: ay1"]],
    ["a failed append that nobody read", ["0!: ax1", "1: rx[]", "2: ax2", "1: rx[2]"]],
    ["several appends and reads of one transaction", ["0: ax1 rx[1] ax2 ax3 rx[1 2 3] ry[] ay1", "1: rx[1 2 3] ry[1]"]],
    ["a read, then an append that nobody read", ["0: ax1", "1: rx[1] ax2"]],
    ["an append of its own that only it read", ["0: ax1 rx[1] ax2"]],
    ["a null for a list without elements", ["0: rx_ ax1", "1: rx[1]"]],
    ["values far apart", ["0: ax1", "1: ax1000000", "0: rx[1 1000000]", "2: ax7000", "0: rx[1 1000000 7000]"]],
    ["transactions that overlap", ["0( ax1", "1( rx[] ay1", "0)", "2: rx[1]", "1)", "2: ry[1]"]],
    ["an open one", ["0( ax1", "1: rx[1]"]],
  ])("%s", (_what, lines) => {
    expect(shows(t(...lines))).toEqual([]);
    expect(plain(t(...lines))).toBe(true);
  });

  it.each<[string, string[]]>([
    ["a failed append that was read", ["0!: ax1", "1: rx[1]"]],
    ["what nobody appended", ["0: ax1", "1: rx[1 2]"]],
    ["what nobody appended, of values far apart", ["0: ax1", "1: ax1000000", "2: rx[1 1000000 5 6]"]],
    // More than their table has room for.
    [
      "much that nobody appended",
      ["0: ax1", "1: ax1000000", `2: rx[1 ${Array.from({ length: 60 }, (_, i) => i + 2).join(" ")}]`],
    ],
    ["an element twice", ["0: ax1", "1: ax2", "2: rx[1 1]"]],
    ["lists that fork", ["0: ax1", "1: ax2", "2: rx[1]", "2: rx[2]"]],
    ["an intermediate state", ["0: ax1 ax2", "1: rx[1]", "2: rx[1 2]"]],
    ["one with the rest unseen", ["0: ax1 ax2", "1: rx[1]"]],
    ["a stale read", ["0: ax1", "1: ax2", "2: rx[1 2]", "3: rx[1]"]],
    ["an append that real time puts later", ["0: ax1", "1: ax2", "2: rx[2 1]"]],
    ["a lost update", ["0( rx[] ax1", "1( rx[] ax2", "0)", "1)", "2: rx[1 2]"]],
    ["a lost update that nobody saw", ["0( rx[] ax1", "1( rx[] ax2", "0)", "1)"]],
    ["an update of what was not the last, unseen", ["0( rx[] ax9", "1( ax1", "0)", "1)", "2: rx[1]"]],
    ["write skew", ["0( rx[] ay1", "1( ry[] ax1", "0)", "1)", "2: rx[1] ry[1]"]],
    ["a circle of reads", ["0( ax1 ry[1]", "1( ay1 rx[1]", "0)", "1)"]],
    ["a transaction at odds with itself", ["0: ax1", "1: rx[1] rx[]"]],
    ["one that reads what it appends later", ["0: rx[1] ax1"]],
    ["one whose append is missing", ["0: ax1 rx[]", "1: rx[1]"]],
    ["one that is split", ["0( ax1 ax3", "1( ax2", "0)", "1)", "2: rx[1 2 3]"]],
    ["an unknown one that is split", ["0( ax1 ax3", "1( ax2", "0)?", "1)", "2: rx[1 2 3]"]],
    [
      "a circle through one of unknown outcome",
      ["0( ax1 ay2", "1( ay1 ax2", "0)?", "1)", "2: rx[1 2] ry[1 2]", "3: rx[1]"],
    ],
  ])("are not: %s", (_what, lines) => {
    expect(shows(t(...lines))).not.toEqual([]);
    expect(plain(t(...lines))).toBe(false);
  });

  it("says perhaps where only what was asked for shows two appends of unknown outcome that cannot both have happened", () => {
    const ops = t("0?: ax1 ay2", "1?: ay1 ax2", "2: rx[] ry[]").map((op) =>
      op.type === "invoke" && op.process === 2
        ? {
            ...op,
            value: [
              ["r", "x", [1, 2]],
              ["r", "y", [1, 2]],
            ],
          }
        : op,
    );
    expect(shows(ops)).toEqual([]);
    expect(plain(ops)).toBe(false);
  });

  it.each<[string, string[]]>([
    ["values appended twice", ["0: ax1", "1: ax1", "2: rx[1]"]],
    ["values appended twice and never read", ["0: ax1", "1: ax1"]],
    ["a value appended again after it failed", ["0!: ax1", "1: ax1", "2: rx[1]"]],
    ["a value that failed after it was appended", ["0: ax1", "1!: ax1", "2: rx[1]"]],
  ])("are not: %s", (_what, lines) => {
    expect(plain(t(...lines))).toBe(false);
  });
});
