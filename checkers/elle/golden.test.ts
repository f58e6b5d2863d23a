/** One history for each anomaly, next to one that is nearly the same and has none. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { CONSISTENCY_MODELS, checkListAppend, checkRwRegister, type RegisterOptions } from "./index.js";
import { h } from "./testing/txns.js";

interface Golden {
  readonly type: string;
  /** Default: strict-serializable. */
  readonly under?: string;
  /** The register claims made. */
  readonly claims?: RegisterOptions;
  readonly bad: readonly string[];
  readonly good: readonly string[];
  /** Types found beside it. */
  readonly also?: readonly string[];
  readonly not: readonly string[];
}

const LISTS: readonly Golden[] = [
  {
    type: "G0",
    bad: ["0( ax1 ay1", "1( ax2 ay2", "0)", "1)", "2: rx[1 2] ry[2 1]"],
    good: ["0( ax1 ay1", "1( ax2 ay2", "0)", "1)", "2: rx[1 2] ry[1 2]"],
    not: ["read-uncommitted"],
  },
  {
    type: "G0-realtime",
    bad: ["0: ax1", "1: ax2", "2: rx[2 1]"],
    good: ["0( ax1", "1: ax2", "0)", "2: rx[2 1]"],
    not: ["strong-read-uncommitted"],
  },
  {
    type: "G1c",
    bad: ["0( ax1 ry[1]", "1( rx[1] ay1", "0)", "1)"],
    good: ["0( ax1 ry[]", "1( rx[1] ay1", "0)", "1)"],
    not: ["read-committed"],
  },
  {
    type: "G1c-realtime",
    bad: ["0: rx[1]", "1: ax1"],
    good: ["0( rx[1]", "1: ax1", "0)"],
    not: ["strong-read-committed"],
  },
  {
    type: "G1a",
    bad: ["0!: ax1", "1: rx[1]"],
    good: ["0?: ax1", "1: rx[1]"],
    not: ["read-committed"],
  },
  {
    type: "G1b",
    bad: ["0( ax1 ax2", "1( rx[1]", "0)", "1)"],
    good: ["0( ax1 ax2", "1( rx[1 2]", "0)", "1)"],
    // T1 observed T0's first append and missed its second.
    also: ["G-single-item"],
    not: ["read-committed"],
  },
  {
    type: "G-single-item",
    bad: ["0( ax1 ay1", "1( rx[1] ry[]", "0)", "1)", "2: rx[1] ry[1]"],
    good: ["0( ax1 ay1", "1( rx[1] ry[1]", "0)", "1)", "2: rx[1] ry[1]"],
    not: ["consistent-view", "repeatable-read"],
  },
  {
    type: "G-single-item-realtime",
    bad: ["0: ax1", "1: rx[]"],
    good: ["0( ax1", "1: rx[]", "0)"],
    not: ["strong-snapshot-isolation"],
  },
  {
    type: "G-nonadjacent-item",
    bad: ["0( rx[] ry[1]", "1( ax1 az1", "2( rz[1] rw[]", "3( aw1 ay1", "0)", "1)", "2)", "3)"],
    good: ["0( rx[] ry[1]", "1( ax1 az1", "2( rz[1] rw[1]", "3( aw1 ay1", "0)", "1)", "2)", "3)"],
    not: ["repeatable-read", "snapshot-isolation"],
  },
  {
    type: "G-nonadjacent-item-realtime",
    bad: ["1( ax1 az1", "3( rz[1] ry[]", "2: ay1", "0( rx[]", "0)", "1)", "3)"],
    good: ["1( ax1 az1", "3( rz[1] ry[]", "2( ay1", "0( rx[]", "2)", "0)", "1)", "3)"],
    not: ["strong-snapshot-isolation"],
  },
  {
    type: "G2-item",
    bad: ["0( rx[] ay1", "1( ry[] ax1", "0)", "1)"],
    good: ["0( rx[] ay1", "1( ry[1] ax1", "0)", "1)"],
    not: ["repeatable-read"],
  },
  {
    type: "G2-item-realtime",
    bad: ["1( ax1 ry[]", "2: ay1", "0: rx[]", "1)"],
    good: ["1( ax1 ry[]", "2( ay1", "0( rx[]", "2)", "0)", "1)"],
    not: ["strong-serializable"],
  },
  {
    type: "internal",
    bad: ["0: ax1 rx[]"],
    good: ["0: ax1 rx[1]"],
    not: ["read-atomic"],
  },
  {
    type: "future-read",
    bad: ["0: rx[1] ax1", "1: rx[1]"],
    good: ["0: rx[] ax1", "1: rx[1]"],
    not: ["read-committed"],
  },
  {
    type: "duplicate-elements",
    bad: ["0: ax1", "1: rx[1 1]"],
    good: ["0: ax1", "1: rx[1]"],
    not: ["read-uncommitted"],
  },
  {
    type: "incompatible-order",
    bad: ["0( ax1", "1( ax2", "2( rx[1]", "3( rx[2]", "0)", "1)", "2)", "3)"],
    good: ["0( ax1", "1( ax2", "2( rx[1]", "3( rx[1 2]", "0)", "1)", "2)", "3)"],
    not: ["read-committed"],
  },
  {
    type: "dirty-update",
    bad: ["0!: ax1", "1?: ax2", "2( ax3", "3?: rx[1 2 3]", "2)", "4: rx[1 2 3]"],
    good: ["0: ax1", "1?: ax2", "2( ax3", "3?: rx[1 2 3]", "2)", "4: rx[1 2 3]"],
    also: ["G1a"],
    not: ["read-committed"],
  },
  {
    type: "lost-update",
    bad: ["0( rx[] ax1", "1( rx[] ax2", "0)", "1)"],
    good: ["0( rx[] ax1", "1( rx[1] ax2", "0)", "1)"],
    also: ["G2-item"],
    not: ["cursor-stability", "update-atomic"],
  },
  {
    type: "G0-process",
    under: "strong-session-serializable",
    bad: ["0: ax1", "0: ax2", "1: rx[2 1]"],
    good: ["0: ax1", "1: ax2", "2: rx[2 1]"],
    not: ["strong-session-read-uncommitted"],
  },
  {
    type: "G1c-process",
    under: "strong-session-serializable",
    bad: ["0: rx[1]", "0: ax1"],
    good: ["0: rx[1]", "1: ax1"],
    not: ["strong-session-read-committed"],
  },
  {
    type: "G-single-item-process",
    under: "strong-session-serializable",
    bad: ["0: ax1", "0: rx[]"],
    good: ["0: ax1", "1: rx[]"],
    not: ["strong-session-snapshot-isolation"],
  },
  {
    type: "G-nonadjacent-item-process",
    under: "strong-session-serializable",
    bad: ["0: ax1", "0: ry[]", "1: ay1", "1: rx[]"],
    good: ["0: ax1", "0: ry[]", "1: ay1", "2: rx[]"],
    not: ["strong-session-snapshot-isolation"],
  },
  {
    type: "G2-item-process",
    under: "strong-session-serializable",
    bad: ["0: ay1", "1: ax1 ry[]", "0: rx[]"],
    good: ["0: ay1", "1: ax1 ry[]", "2: rx[]"],
    not: ["strong-session-serializable"],
  },
  {
    type: "unwritten-read",
    bad: ["0: ax1", "1: rx[1 7]"],
    good: ["0: ax1", "1: rx[1]"],
    not: ["read-committed"],
  },
];

const REGISTERS: readonly Golden[] = [
  {
    type: "G1c",
    bad: ["0( wx1 ry1", "1( rx1 wy1", "0)", "1)"],
    good: ["0( wx1 ry_", "1( rx1 wy1", "0)", "1)"],
    not: ["read-committed"],
  },
  {
    type: "G1c-realtime",
    bad: ["0: rx1", "1: wx1"],
    good: ["0( rx1", "1: wx1", "0)"],
    not: ["strong-read-committed"],
  },
  {
    type: "G1a",
    bad: ["0!: wx1", "1: rx1"],
    good: ["0?: wx1", "1: rx1"],
    not: ["read-committed"],
  },
  {
    type: "G1b",
    bad: ["0( wx1 wx2", "1( rx1", "0)", "1)"],
    good: ["0( wx1 wx2", "1( rx2", "0)", "1)"],
    not: ["read-committed"],
  },
  {
    type: "G-single-item",
    bad: ["0( wx1 wy1", "1( rx1 ry_", "0)", "1)"],
    good: ["0( wx1 wy1", "1( rx1 ry1", "0)", "1)"],
    not: ["consistent-view", "repeatable-read"],
  },
  {
    type: "G-single-item-realtime",
    bad: ["0: wx1", "1: rx_"],
    good: ["0( wx1", "1: rx_", "0)"],
    not: ["strong-snapshot-isolation"],
  },
  {
    type: "G2-item",
    bad: ["0( rx_ wy1", "1( ry_ wx1", "0)", "1)"],
    good: ["0( rx_ wy1", "1( ry1 wx1", "0)", "1)"],
    not: ["repeatable-read"],
  },
  {
    type: "internal",
    bad: ["0: wx1 wx2 rx1"],
    good: ["0: wx1 wx2 rx2"],
    not: ["read-atomic"],
  },
  {
    type: "future-read",
    bad: ["0: rx1 wx1", "1: rx1"],
    good: ["0: rx_ wx1", "1: rx1"],
    not: ["read-committed"],
  },
  {
    type: "lost-update",
    bad: ["0: wx1", "1( rx1 wx2", "2( rx1 wx3", "1)", "2)"],
    good: ["0: wx1", "1( rx1 wx2", "2( rx2 wx3", "1)", "2)"],
    not: ["cursor-stability", "update-atomic"],
  },
  {
    type: "unwritten-read",
    bad: ["0: wx1", "1: rx7"],
    good: ["0: wx1", "1: rx1"],
    not: ["read-committed"],
  },
  {
    type: "G-nonadjacent-item",
    bad: ["0( rx_ ry1", "1( wx1 wz1", "2( rz1 rv_", "3( wv1 wy1", "0)", "1)", "2)", "3)"],
    good: ["0( rx_ ry1", "1( wx1 wz1", "2( rz1 rv1", "3( wv1 wy1", "0)", "1)", "2)", "3)"],
    not: ["repeatable-read", "snapshot-isolation"],
  },
  {
    type: "G-nonadjacent-item-realtime",
    bad: ["1( wx1 wz1", "3( rz1 ry_", "2: wy1", "0( rx_", "0)", "1)", "3)"],
    good: ["1( wx1 wz1", "3( rz1 ry_", "2( wy1", "0( rx_", "2)", "0)", "1)", "3)"],
    not: ["strong-snapshot-isolation"],
  },
  {
    type: "G2-item-realtime",
    bad: ["1( wx1 ry_", "2: wy1", "0: rx_", "1)"],
    good: ["1( wx1 ry_", "2( wy1", "0( rx_", "2)", "0)", "1)"],
    not: ["strong-serializable"],
  },
  {
    type: "G1c-process",
    under: "strong-session-serializable",
    bad: ["0: rx1", "0: wx1"],
    good: ["0: rx1", "1: wx1"],
    not: ["strong-session-read-committed"],
  },
  {
    type: "G-single-item-process",
    under: "strong-session-serializable",
    bad: ["0: wx1", "0: rx_"],
    good: ["0: wx1", "1: rx_"],
    not: ["strong-session-snapshot-isolation"],
  },
  {
    type: "G-nonadjacent-item-process",
    under: "strong-session-serializable",
    bad: ["0: wx1", "0: ry_", "1: wy1", "1: rx_"],
    good: ["0: wx1", "0: ry_", "1: wy1", "2: rx_"],
    not: ["strong-session-snapshot-isolation"],
  },
  {
    type: "G2-item-process",
    under: "strong-session-serializable",
    bad: ["0: wy1", "1: wx1 ry_", "0: rx_"],
    good: ["0: wy1", "1: wx1 ry_", "2: rx_"],
    not: ["strong-session-serializable"],
  },
  {
    type: "G0-realtime",
    claims: { wfrKeys: true },
    bad: ["0: rx1 wx2", "1( wx1", "1)"],
    good: ["0( rx1 wx2", "1( wx1", "0)", "1)"],
    // What it read was not written yet either.
    also: [],
    not: ["strong-read-uncommitted"],
  },
  {
    // Key x by itself says 1 before 2, key y says 2 before 1.
    type: "G0",
    claims: { linearizableKeys: true },
    bad: ["0( wx1 wy1", "1( wx2 wy2", "2: rx1 ry2", "3: rx2 ry1", "0)", "1)"],
    good: ["0( wx1 wy1", "1( wx2 wy2", "2: rx1 ry1", "3: rx2 ry2", "0)", "1)"],
    also: ["G-single-item"],
    not: ["read-uncommitted"],
  },
  {
    type: "G-single-item",
    claims: { linearizableKeys: true },
    bad: ["0: wx1", "1( wx2 wy2", "2: rx1 ry2", "1)"],
    good: ["0: wx1", "1( wx2 wy2", "2: rx2 ry2", "1)"],
    not: ["consistent-view", "repeatable-read"],
  },
  {
    type: "G-single-item",
    claims: { sequentialKeys: true },
    bad: ["0: wx1", "0( wx2 wy2", "1: rx1 ry2", "0)"],
    good: ["0: wx1", "2( wx2 wy2", "1: rx1 ry2", "2)"],
    not: ["consistent-view", "repeatable-read"],
  },
  {
    type: "G-single-item",
    claims: { wfrKeys: true },
    bad: ["0: wx1", "1( rx1 wx2 wy2", "2: rx1 ry2", "1)"],
    good: ["0: wx1", "1( wx2 wy2", "2: rx1 ry2", "1)"],
    not: ["consistent-view", "repeatable-read"],
  },
  {
    type: "cyclic-versions",
    claims: { linearizableKeys: true },
    bad: ["0( wx1", "1( wx2", "2: rx1", "3: rx2", "0)", "1)", "4: rx1"],
    good: ["0( wx1", "1( wx2", "2: rx1", "3: rx2", "0)", "1)", "4: rx2"],
    not: ["read-uncommitted"],
  },
  {
    type: "cyclic-versions",
    claims: { sequentialKeys: true },
    bad: ["0( wx1", "1( wx2", "2: rx1", "2: rx2", "2: rx1", "0)", "1)"],
    good: ["0( wx1", "1( wx2", "2: rx1", "3( rx1", "2: rx2", "3)", "0)", "1)"],
    not: ["read-uncommitted"],
  },
  {
    type: "cyclic-versions",
    claims: { wfrKeys: true },
    bad: ["0( rx2 wx1", "1( rx1 wx2", "0)", "1)"],
    good: ["0( rx_ wx1", "1( rx1 wx2", "0)", "1)"],
    also: ["G1c"],
    not: ["read-uncommitted"],
  },
];

describe("models that forbid more than the anomalies tell", () => {
  const skew = h("0( ax1 ay1", "1( rx[1] ry[]", "0)", "1)");
  const fork = h("0( ax1", "1( ay1", "2( rx[1] ry[]", "3( ry[1] rx[]", "0)", "1)", "2)", "3)");
  const writes = h("0( rx[] ay1", "1( ry[] ax1", "0)", "1)");

  it.each([
    ["read-atomic", "unknown", true, true],
    ["causal-cerone", "unknown", true, true],
    ["parallel-snapshot-isolation", "unknown", true, true],
    ["update-atomic", "unknown", true, true],
    ["cursor-stability", "unknown", true, true],
    ["monotonic-view", "unknown", true, true],
    ["monotonic-snapshot-read", "unknown", true, true],
    ["prefix", "unknown", "unknown", true],
    ["update-serializable", false, "unknown", "unknown"],
    // These are decided.
    ["read-committed", true, true, true],
    ["consistent-view", false, true, true],
    ["forward-consistent-view", false, true, true],
    ["snapshot-isolation", false, false, true],
    ["repeatable-read", false, false, false],
  ])("%s: a fractured read is %s, a long fork %s, write skew %s", (consistency, ...expected) => {
    const found = [skew, fork, writes].map((history) => checkListAppend(history, { consistency }));
    expect(found.map(({ valid }) => valid)).toEqual(expected);
    for (const { valid, summary, found: types } of found) {
      if (valid !== "unknown") continue;
      expect(summary).toContain(
        `${types.join(", ")}, of which ${consistency} forbids some kinds and allows others; which it is was not decided`,
      );
    }
  });
});

describe("names", () => {
  it("are suggested where one is wrong", () => {
    const check = (consistency: string) => checkListAppend(h("0: ax1"), { consistency });
    expect(() => check("serialisable")).toThrow('unknown consistency model "serialisable". Did you mean serializable?');
    expect(() => check("snapshot_isolation")).toThrow("Did you mean snapshot-isolation?");
    expect(() => check("fast")).toThrow(/^unknown consistency model "fast"\. There are: 1SR, PL-1, /);
  });

  it("of all models are those of Elle", () => {
    expect(CONSISTENCY_MODELS).toContain("strict-serializable");
    for (const model of CONSISTENCY_MODELS)
      expect(checkListAppend(h("0: ax1", "1: rx[1]"), { consistency: model }).valid).toBe(true);
  });

  it("of models that every history would pass are refused", () => {
    // Each forbids something to single objects, and nothing to transactions.
    const idle = ["linearizable", "sequential", "causal", "PRAM", "read-your-writes", "view-serializable", "1SR"];
    for (const consistency of idle) {
      expect(CONSISTENCY_MODELS).not.toContain(consistency);
      for (const check of [checkListAppend, checkRwRegister]) {
        expect(() => check(h("0: rx1"), { consistency: ["serializable", consistency] })).toThrow(
          new RegExp(`^the consistency model ${consistency} forbids no anomaly .+ there are: PL-1, .+ serializable, `),
        );
      }
    }
  });

  it("of a model may be old, or none", () => {
    const lost = h("0: rx_ wx1", "1: rx_ wx2");
    const old = checkRwRegister(lost, { consistency: "ROLA" });
    expect(old).toEqual({ ...checkRwRegister(lost, { consistency: "update-atomic" }), consistency: ["ROLA"] });
    expect(old.not).toContain("update-atomic");
    expect(() => checkRwRegister(lost, { consistency: [] })).toThrow("consistency names no model");
  });

  it("the history judged unknown where nothing was read", () => {
    expect(checkListAppend(h("0: ax1", "1?: rx[1]"))).toMatchObject({ valid: "unknown", anomalyTypes: [] });
    expect(checkRwRegister(h("0: wx1", "1!: rx1"))).toMatchObject({ valid: "unknown", anomalyTypes: [] });
    expect(checkRwRegister(h())).toMatchObject({ valid: "unknown" });
  });

  it("values that are written twice cannot be judged", () => {
    expect(checkListAppend(h("0: ax1", "1: ax1", "2: rx[1]"))).toMatchObject({
      valid: "unknown",
      summary: 'op 3 (process 1) appends 1 to key "x", which was appended before: values must be unique per key',
    });
    expect(checkRwRegister(h("0: wx1", "1: wx1", "2: rx1"))).toMatchObject({
      valid: "unknown",
      summary: 'op 3 (process 1) writes 1 to key "x", which was written before: values must be unique per key',
    });
  });
});

describe.each([
  ["list-append", LISTS, checkListAppend],
  ["rw-register", REGISTERS, checkRwRegister],
] as const)("%s", (_model, goldens, check) => {
  it.each(goldens)("$type $under $claims", ({ type, under, claims = {}, bad, good, also = [], not }) => {
    const options = { ...claims, ...(under === undefined ? {} : { consistency: under }) };
    const found = check(h(...bad), options);
    expect.soft(found.anomalyTypes).toEqual([type, ...also].sort());
    expect.soft(found.not).toEqual(not);
    expect(found.valid).toBe(false);
    // A witness by itself shows what it is a witness of.
    for (const { text, ops } of found.witnesses ?? []) {
      const again = check(historyOf(ops), options);
      expect(again).toMatchObject({
        valid: false,
        anomalyTypes: expect.arrayContaining([text.slice(0, text.indexOf(":"))]),
      });
    }
    expect(check(h(...good), options)).toMatchObject({ valid: true, anomalyTypes: [] });
  });
});
