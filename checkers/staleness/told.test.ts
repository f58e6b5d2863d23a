/** What is told of staleness: by phase, the worst read, and in a sentence. */
import { describe, expect, it } from "vitest";
import type { FaultWindow } from "../../src/core/fault.js";
import { historyOf } from "../../src/history/index.js";
import { h, ops } from "../../src/history/testing.js";
import { checkStaleness } from "../staleness.js";
import { cut, faultOps, ordered } from "../testing/scenario.js";
import { phasesOf } from "./phases.js";

describe("staleness", () => {
  // 2 is acknowledged at 3 ms, 3 at 5 ms.
  const text = "0:w1 0:w2 0:w3 1:r1 1:r3 2:r2 2:rnil";

  it("is counted read by read, with the stalest as a witness", () => {
    const found = checkStaleness(h(text));
    expect(found).toMatchObject({
      reads: 4,
      staleReads: 3,
      staleFraction: 0.75,
      maxMs: 11,
      p50Ms: 5,
      k: 4,
      summary: "3 of 4 reads stale (75 %), by up to 11 ms and 3 values",
    });
    // Ages of 7, 3 and 7 ms: the one in the middle is that of the ages in order.
    expect(checkStaleness(h("0:w1 0:w2 0:w3 0:w4 1:rnil 1:r3 1:r2"))).toMatchObject({
      maxMs: 7,
      p50Ms: 7,
      staleReads: 3,
    });
    // The initial value was overwritten at 1 ms, and read from 12 ms on.
    expect(found.stalest?.text).toBe(
      "p2 read null from n3 at 0.013 s, a value overwritten 11 ms before the read began (3 newer values)",
    );
    expect(checkStaleness(h("0:w1 0:w2 1:r1")).stalest).toMatchObject({
      text: "p1 read 1 from n2 at 0.005 s, a value overwritten 1 ms before the read began (1 newer value)",
      ops: [{ index: 0 }, { index: 1 }, { index: 4 }, { index: 5 }],
    });
  });

  it("names the older of two reads that are as stale", () => {
    expect(checkStaleness(h("0:w1 0:w2 1:r( 2:r( 1)1 2)1")).stalest?.text).toContain("p2 read 1");
    const same = ops("x/0:w1 y/1:w1 x/0:w2 y/1:w2 x/2:r1 y/3:r1").map((op) => ({
      ...op,
      time: Math.floor(op.index / 4) * 1e6,
    }));
    expect(checkStaleness(historyOf(same)).stalest?.text).toContain("p2 read 1");
  });

  it("is none where nothing was overwritten for certain when the read began", () => {
    for (const one of [
      "0:w1 1:r1",
      "0:w1 1:w2( 2:r1 1)",
      "0:w1 2:r( 1:w2 2)1",
      "0:w1( 1:w2( 0) 1) 2:r1",
      "0:w1 1:w2? 2:r1",
    ]) {
      expect(checkStaleness(h(one))).toMatchObject({
        staleReads: 0,
        maxMs: null,
        k: 1,
        summary: "none of 1 read was stale",
      });
      expect(checkStaleness(h(one))).not.toHaveProperty("stalest");
    }
    // A crashed write that somebody read was there; only what ended before counts as newer.
    expect(checkStaleness(h("0:w1 1:w2? 2:r2 2:r1"))).toMatchObject({ staleReads: 1, k: 2 });
    expect(checkStaleness(h("0:w1 1:w2 3:w3( 2:r1 3)"))).toMatchObject({ staleReads: 1, k: 2 });
    expect(checkStaleness(h("0:w1 3:w3( 1:w2 2:r1 3)"))).toMatchObject({ staleReads: 1, k: 2 });
  });

  it("is not measured without times, of values written twice, or of nothing", () => {
    const untimed = historyOf(ops(text).map(({ time: _, ...op }) => op as never));
    expect(checkStaleness(untimed)).toMatchObject({ reads: null, summary: "not measured: the history has no times" });
    const none = { reads: 0, staleReads: 0, maxMs: null };
    expect(checkStaleness(h("0:w1 0:w1 1:r1"))).toEqual({
      valid: true,
      summary: "not measured: a value is written twice, so reads do not name their writes",
      reads: null,
      staleReads: null,
      staleFraction: null,
      maxMs: null,
      p50Ms: null,
      p99Ms: null,
      byPhase: { before: none, during: none, after: none },
      k: null,
      deltaMs: null,
    });
    expect(checkStaleness(h("0:w1 1:r7"))).toMatchObject({ reads: 0, summary: "no read saw what anybody had written" });
    expect(checkStaleness(h("0:w1"))).toMatchObject({ reads: 0, k: null, deltaMs: null, summary: "nothing was read" });
  });

  it("is told by phase: by when the reads began", () => {
    const at = (ms: number, text: string) => ops(text).map((op) => ({ ...op, time: (ms + op.index) * 1e6 }));
    const events = [
      ...at(0, "0:w1 0:w2 1:r1 1:r2"),
      ...at(1000, "1:r1 1:r1 1:r2"),
      ...at(3000, "1:r1 1:r2 1:r2"),
      ...faultOps(cut(["n1"], 500, 2000, ["n1", "n2", "n3"])),
    ];
    const found = checkStaleness(historyOf(ordered(events)));
    expect(found.byPhase).toEqual({
      before: { reads: 2, staleReads: 1, maxMs: 1 },
      during: { reads: 3, staleReads: 2, maxMs: 999 },
      after: { reads: 3, staleReads: 1, maxMs: 2997 },
    });
    expect(found).toMatchObject({ reads: 8, staleReads: 4, maxMs: 2997 });
    // The run's own final phase is after all faults, even where one was never ended.
    const endless = [...events.filter(({ f }) => f !== "stop-partition")];
    expect(checkStaleness(historyOf(ordered(endless)), { finalNs: 2.5e9 }).byPhase).toMatchObject({
      during: { reads: 3 },
      after: { reads: 3 },
    });
    expect(checkStaleness(historyOf(ordered(endless))).byPhase).toMatchObject({
      during: { reads: 6 },
      after: { reads: 0 },
    });
  });
});

describe("phases", () => {
  it("are during while any fault lasts, and after between two and behind the last", () => {
    const window = (beginNs: number, endNs: number) => ({ beginNs, endNs, healedNs: endNs }) as FaultWindow;
    // Out of order, and the first lasts longer than the second.
    const phase = phasesOf([window(30, 40), window(10, 25), window(12, 15)], 45);
    const told = (ns: number): string => phase(ns);
    expect([9, 10, 15, 24, 25, 29, 30, 39, 40, 45].map(told)).toEqual([
      "before",
      "during",
      "during",
      "during",
      "after",
      "after",
      "during",
      "during",
      "after",
      "after",
    ]);
    const endless = phasesOf([window(10, -1)], 45);
    expect([44, 45].map((ns) => endless(ns))).toEqual(["during", "after"]);
    expect(phasesOf([], 45)(50)).toBe("before");
    expect(phasesOf([window(10, -1)], undefined)(1e12)).toBe("during");
  });
});
