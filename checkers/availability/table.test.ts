/** Rows of the availability table: their order, their sums, their shares; and the harvest of reads. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { ops } from "../../src/history/testing.js";
import { callsOf } from "../calls.js";
import type { Gaps } from "./gaps.js";
import { harvest } from "./harvest.js";
import type { Cell, Measured } from "./measure.js";
import { nodeRows, sideRows, yieldOf } from "./table.js";

const cell = (
  side: Cell["side"],
  node: string | null,
  f: string,
  phase: Cell["phase"],
  more: Partial<Cell> = {},
): Cell => ({
  side,
  node,
  f,
  phase,
  issued: 8,
  missing: 2,
  ok: 5,
  answers: 1,
  fail: 1,
  info: 1,
  answered: 6,
  within: [3, 5, 6],
  harvestSum: 0,
  harvestCount: 0,
  harvestMin: Number.POSITIVE_INFINITY,
  ...more,
});
const gaps = { ofNode: () => 3e6, ofSide: () => 7e6 } as unknown as Gaps;

describe("the availability table", () => {
  it("is ordered by phase, side, node and f, clients without a node last", () => {
    const cells = [
      cell("all", null, "read", "after"),
      cell("majority", "n10", "read", "during"),
      cell("majority", "n2", "write", "during"),
      cell("majority", "n2", "read", "during"),
      cell("majority", null, "read", "during"),
      cell("minority", "n3", "write", "during"),
      cell("all", "n2", "read", "before"),
    ];
    const names = nodeRows(cells, gaps, ["n2", "n3", "n10"]).map(
      ({ phase, side, node, f }) => `${phase} ${side} ${node} ${f}`,
    );
    expect(names).toEqual([
      "before all n2 read",
      "during minority n3 write",
      "during majority n2 read",
      "during majority n2 write",
      "during majority n10 read",
      "during majority null read",
      "after all null read",
    ]);
    expect(sideRows(cells, gaps).map(({ phase, side, node, f }) => `${phase} ${side} ${node} ${f}`)).toEqual([
      "before all null read",
      "during minority null write",
      "during majority null read",
      "during majority null write",
      "after all null read",
    ]);
  });

  it("has shares of what was issued or missing, and sums them up by side", () => {
    const [row] = nodeRows([cell("minority", "n1", "read", "during")], gaps, ["n1"]);
    const counts = { issued: 8, missing: 2, ok: 5, answers: 1, fail: 1, info: 1 };
    const place = { side: "minority", f: "read", phase: "during" };
    expect(row).toEqual({
      ...place,
      node: "n1",
      ...counts,
      yield: 0.6,
      within100Ms: 0.3,
      within1s: 0.5,
      within10s: 0.6,
      longestGapMs: 3,
    });
    const other = cell("minority", "n2", "read", "during", {
      issued: 10,
      missing: 0,
      ok: 10,
      answers: 0,
      fail: 0,
      info: 0,
      answered: 10,
      within: [8, 9, 10],
      harvestSum: 1.5,
      harvestCount: 2,
      harvestMin: 0.5,
    });
    const half = { harvestSum: 0.5, harvestCount: 2, harvestMin: 0.25 };
    const [sum] = sideRows([cell("minority", "n1", "read", "during", half), other], gaps);
    expect(sum).toEqual({
      ...place,
      node: null,
      issued: 18,
      missing: 2,
      ok: 15,
      answers: 1,
      fail: 1,
      info: 1,
      yield: 0.8,
      within100Ms: 0.55,
      within1s: 0.7,
      within10s: 0.8,
      longestGapMs: 7,
      harvest: 0.5,
      harvestMin: 0.25,
    });
    const cells = [
      cell("minority", "n1", "read", "during"),
      other,
      cell("majority", "n3", "read", "during"),
      cell("minority", "n1", "read", "after"),
    ];
    expect(yieldOf(cells, "minority", "during")).toBe(0.8);
    expect(yieldOf(cells, "minority", "before")).toBeNull();
  });
});

describe("harvest", () => {
  /** All ops in one cell. */
  function of(text: string): Pick<Cell, "harvestSum" | "harvestCount" | "harvestMin"> {
    const history = historyOf(ops(text));
    const calls = callsOf(history);
    const only = cell("all", null, "read", "before");
    const measured = { cells: [only], cellOf: new Int32Array(calls.length) } as unknown as Measured;
    harvest(history, calls, measured);
    return only;
  }

  it("is the share of the elements acknowledged before the read was asked", () => {
    expect(of("0:a1 0:a2 1:r[1] 1:r[2,1,1,9]")).toMatchObject({ harvestSum: 1.5, harvestCount: 2, harvestMin: 0.5 });
    // Added twice is there once; what is acknowledged later, or never, is not expected and does not count.
    expect(of("0:a1 0:a1 0:a2? 0:a3! 1:r[1,2,3]")).toMatchObject({ harvestSum: 1, harvestCount: 1 });
    expect(of("0:a1 1:r( 0:a2 1)[2]")).toMatchObject({ harvestSum: 0, harvestCount: 1, harvestMin: 0 });
    // The first acknowledgement counts, whenever the add had begun.
    expect(of("0:a1( 2:a2 1:r[2] 0)")).toMatchObject({ harvestSum: 1, harvestCount: 1 });
  });

  it("says nothing of reads that expected nothing, failed, or return no lists", () => {
    for (const text of ["1:r[] 0:a1", "0:a1 1:r?", "0:a1 1:r!", "0:a1 1:r7", "0:w1 1:r[1]", "0:a1"]) {
      expect(of(text)).toMatchObject({ harvestCount: 0 });
    }
  });
});
