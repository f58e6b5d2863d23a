/** Stats, harness and the small numbers behind all results. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../src/history/index.js";
import { h, ops } from "../src/history/testing.js";
import { harnessChecker } from "./harness.js";
import { lowerBound, quantileOf, share, toMs } from "./numbers.js";
import { type StatsVerdict, statsChecker } from "./stats.js";
import { identityOf, listOf } from "./values.js";

const judge = (text: string): StatsVerdict => statsChecker().check(h(text), {}) as StatsVerdict;

describe("stats", () => {
  it("counts endings by f and by node; an op that never ended is unknown", () => {
    const found = judge("0:w1 1:w2! 2:r1? 0:r2 1:w3(");
    expect(found).toMatchObject({ valid: true, count: 5, ok: 2, fail: 1, info: 2 });
    expect(found.byF).toEqual({
      write: { count: 3, ok: 1, fail: 1, info: 1 },
      read: { count: 2, ok: 1, fail: 0, info: 1 },
    });
    expect(found.byNode.n2).toEqual({ count: 2, ok: 0, fail: 1, info: 1 });
    expect(found.errors).toEqual([{ f: "read", error: "timeout", count: 1 }]);
  });

  it("is unknown when some f never succeeded, or nothing was tried", () => {
    const found = judge("0:w1 1:r1! 2:r2?");
    expect(found.valid).toBe("unknown");
    expect(found.summary).toBe("no read ever succeeded");
    expect(judge("").valid).toBe("unknown");
  });

  it("takes the node from the completion where the invocation names none", () => {
    const list = ops("0:w1").map(({ node, ...op }) => (op.type === "ok" ? { ...op, node: "n7" } : op));
    const found = statsChecker().check(historyOf(list), {}) as StatsVerdict;
    expect(found.byNode.n7?.ok).toBe(1);
  });

  it("leaves out nodes that only answered redirects", () => {
    const list = ops("0:w1").map((op) => (op.type === "ok" ? { ...op, via: "n9" } : op));
    const found = statsChecker().check(historyOf(list), {}) as StatsVerdict;
    expect(Object.keys(found.byNode)).toEqual(["n1"]);
  });
});

describe("harness", () => {
  const judge = (maxLagMs: number, ended?: string) =>
    harnessChecker({ maxLagMs, boundMs: 500, ...(ended === undefined ? {} : { ended }) }).check(h(""), {});

  it("is unknown after a stall past the bound, an early end, or where the lag was not measured", () => {
    expect(judge(500)).toMatchObject({ valid: true, maxLagMs: 500, boundMs: 500 });
    expect(judge(501)).toMatchObject({ valid: "unknown" });
    expect(judge(3, "interrupted")).toMatchObject({ valid: "unknown", ended: "interrupted" });
    expect(judge(Number.NaN)).toMatchObject({ valid: "unknown" });
  });
});

describe("numbers", () => {
  it("takes quantiles by nearest rank: always a value that occurred, at least that share at or below it", () => {
    expect(quantileOf([], 0.5)).toBeNull();
    expect([0, 0.5, 0.99, 1].map((q) => quantileOf([1, 2, 3, 4], q))).toEqual([1, 2, 4, 4]);
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
        const sorted = list.sort((a, b) => a - b);
        const value = quantileOf(sorted, q) as number;
        expect(sorted).toContain(value);
        expect(sorted.filter((one) => one <= value).length).toBeGreaterThanOrEqual(q * sorted.length);
        expect(sorted.filter((one) => one < value).length).toBeLessThanOrEqual(q * sorted.length);
      }),
    );
  });

  it("rounds shares, but never some to none or nearly all to all", () => {
    expect(share(1, 3)).toBe(0.333333);
    expect(share(0, 0)).toBe(0);
    expect(share(9_999_999, 10_000_000)).toBe(0.999999);
    expect(share(1, 10_000_000)).toBe(0.000001);
    expect(share(5, 5)).toBe(1);
    expect(toMs(1_234_567)).toBe(1.235);
  });

  it("finds lower bounds like a scan", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(22), (list, bound) => {
        const sorted = list.sort((a, b) => a - b);
        expect(lowerBound(sorted, bound)).toBe(sorted.filter((one) => one < bound).length);
      }),
    );
  });
});

describe("values", () => {
  it("are the same exactly where their JSON is, whatever the order of fields", () => {
    expect(identityOf({ a: 1, b: [2] })).toBe(identityOf({ b: [2], a: 1 }));
    expect(identityOf([1, 2])).not.toBe(identityOf([2, 1]));
    expect(identityOf("1")).not.toBe(identityOf(1));
    expect(identityOf("[1]")).not.toBe(identityOf([1]));
    expect(identityOf(undefined)).toBe(identityOf(null));
  });

  it("are lists where a set was read", () => {
    expect(listOf(null)).toEqual([]);
    expect(() => listOf(3)).toThrow(TypeError);
  });
});
