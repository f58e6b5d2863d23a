/** Perf: quantiles with and without faults, and series that add up. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { h } from "../src/history/testing.js";
import { type PerfOptions, type PerfVerdict, perfChecker } from "./perf.js";
import { cut, type Fault, FIVE, faultOps, opsOf, ordered, type Reply } from "./testing/scenario.js";

const judge = (ops: readonly Op[], options: PerfOptions = {}): PerfVerdict =>
  perfChecker(options).check(historyOf(ops), {}) as PerfVerdict;

function run(reply: (atMs: number) => Reply, faults: readonly Fault[] = []): PerfVerdict {
  return judge(opsOf({ nodes: FIVE, durationMs: 10_000, faults, reply: ({ atMs }) => reply(atMs) }));
}

describe("perf", () => {
  it("keeps latencies with a fault apart from those without", () => {
    const during = (atMs: number): boolean => atMs >= 4000 && atMs < 6000;
    const found = run((atMs) => ({ type: "ok", latencyMs: during(atMs) ? 40 : 2 }), [cut(["n1"], 4000, 6000)]);
    expect(found).toMatchObject({ valid: true, p50Ms: 2, p99Ms: 2, maxMs: 2, p50FaultMs: 40, p99FaultMs: 40 });
    expect(found.byPhase.before).toMatchObject({ maxMs: 2 });
    expect(found.byPhase.after).toMatchObject({ maxMs: 2 });
    const { before, during: met, after } = found.byPhase;
    expect(before.count + met.count + after.count).toBe(found.overall.count);
    expect(found.faults).toMatchObject([{ kind: "partition", beginMs: 4000, healedMs: 6100 }]);
  });

  it("counts an op that was under way when a fault began to the fault", () => {
    const faults = [{ kind: "pause" as const, targets: ["n1"], beginMs: 5000, endMs: 5500 }];
    const found = run((atMs) => ({ type: "ok", latencyMs: atMs >= 4960 && atMs < 5000 ? 700 : 2 }), faults);
    expect(found.p99Ms).toBe(2);
    expect(found.p99FaultMs).toBe(700);
  });

  it("measures ok ops only: a time-out is no latency of the system", () => {
    const found = run((atMs) => (atMs % 100 === 0 ? { type: "info", latencyMs: 1000 } : { type: "ok", latencyMs: 3 }));
    expect(found.overall.maxMs).toBe(3);
    expect(found.p50FaultMs).toBeNull();
    expect(found.series.lines.some(({ type, maxMs }) => type === "info" && maxMs.includes(1000))).toBe(true);
  });

  it("is unknown where no op succeeded, or times are missing", () => {
    expect(perfChecker().check(h("0:w1! 1:r?"), {})).toMatchObject({ valid: "unknown", p50Ms: null });
    expect(perfChecker().check(h(""), {})).toMatchObject({ valid: "unknown" });
  });

  it("has series whose counts add up and whose buckets are few and hold the right extremes", () => {
    const op = fc.record({
      at: fc.nat(100_000),
      took: fc.integer({ min: 1, max: 5000 }),
      type: fc.nat(3),
      f: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(op, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (list, buckets) => {
        const types = ["ok", "fail", "info"] as const;
        const events = list.flatMap(({ at, took, type, f }, process): Omit<Op, "index">[] => {
          const base = { process, f: f === 0 ? "read" : "write", value: null };
          const end = { ...base, time: (at + took) * 1e6, type: types[type] as Op["type"] };
          // One in four never ends: it has no latency, and must not spoil that of others.
          return [{ ...base, time: at * 1e6, type: "invoke" }, ...(type === 3 ? [] : [end])];
        });
        const { series, overall } = judge(ordered(events), { buckets });
        expect(series.buckets).toBeLessThanOrEqual(buckets);
        let ok = 0;
        for (const { f, type, count, maxMs, p50Ms } of series.lines) {
          expect(count).toHaveLength(series.buckets);
          count.forEach((counted, i) => {
            const inside = list.filter(
              (one) =>
                types[one.type] === type &&
                (one.f === 0 ? "read" : "write") === f &&
                Math.floor((one.at + one.took) / series.bucketMs) === i,
            );
            expect(counted).toBe(inside.length);
            expect(maxMs[i]).toBe(inside.length === 0 ? null : Math.max(...inside.map(({ took }) => took)));
            expect(p50Ms[i] === null).toBe(inside.length === 0);
            if (type === "ok") ok += counted;
          });
        }
        expect(ok).toBe(overall.count);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what perf tells", () => {
  it("of each f, of the rate of completions, and of the time without a fault", () => {
    // Two clients every 100 ms for 10 s; reads take 2 ms, writes 6, and one op in four is answered by nobody.
    const ops = opsOf({
      nodes: ["n1", "n2"],
      durationMs: 10_000,
      everyMs: 100,
      reply: ({ f, n }) =>
        n % 4 === 3 ? { type: "info", latencyMs: 50 } : { type: "ok", latencyMs: f === "read" ? 2 : 6 },
    });
    const open: Op = { index: 0, time: 9.9e9, process: 9999, type: "invoke", f: "read", value: null };
    const found = judge(ordered([...ops, open]));
    expect(Object.keys(found.byF).sort()).toEqual(["read", "write"]);
    expect(found.byF["read"]).toMatchObject({ p50Ms: 2, maxMs: 2 });
    expect(found.byF["write"]).toMatchObject({ p50Ms: 6, maxMs: 6 });
    expect((found.byF["read"]?.count ?? 0) + (found.byF["write"]?.count ?? 0)).toBe(150);
    const last = ops.reduce((most, { time }) => Math.max(most, time), 0) / 1e6;
    expect(found.durationMs).toBe(last);
    // Nobody knows when the open one ends; the others do, well or badly.
    expect(found.opsPerSecond).toBe(Math.round((200 / last) * 1e4) / 10);
    expect(found.summary).toBe(`p50 ${found.p50Ms} ms, p99 6 ms without a fault; ${found.opsPerSecond} ops/s`);
  });

  it("of latencies during faults, whichever is told first, and that there is none without", () => {
    const faults = [
      { kind: "pause" as const, targets: ["n1"], beginMs: 6000, endMs: 7000 },
      { kind: "kill" as const, targets: ["n2"], beginMs: 2000, endMs: 3000 },
    ];
    const slow = (atMs: number): boolean => (atMs >= 2000 && atMs < 3100) || (atMs >= 6000 && atMs < 7100);
    const found = run((atMs) => ({ type: "ok", latencyMs: slow(atMs) ? 30 : 4 }), faults);
    expect(found).toMatchObject({ p50Ms: 4, maxMs: 4, p50FaultMs: 30 });
    expect(found.summary).toContain("p50 4 ms, p99 4 ms without a fault, 30 ms during faults; ");
    expect(found.byPhase.before.count).toBeGreaterThan(100);
    expect(found.byPhase.after.count).toBeGreaterThan(found.byPhase.before.count);
    const always = run(() => ({ type: "ok", latencyMs: 3 }), [{ kind: "pause", targets: ["n1"], beginMs: 0 }]);
    expect(always).toMatchObject({
      p50Ms: null,
      p50FaultMs: 3,
      byPhase: { before: { count: 0 }, after: { count: 0 } },
    });
    expect(always.summary).toContain("p50 - ms, p99 - ms without a fault, 3 ms during faults");
  });

  it("of an op that ends as a fault begins, or begins as it ends: not the fault's", () => {
    const at = (begin: number, end: number, process: number): Omit<Op, "index">[] => [
      { time: begin, process, type: "invoke", f: "read", value: null },
      { time: end, process, type: "ok", f: "read", value: null },
    ];
    const fault = faultOps({ kind: "pause", targets: ["n1"], beginMs: 10, endMs: 20 });
    // Healed at 120 ms.
    const found = judge(
      ordered([...fault, ...at(5e6, 10e6, 1), ...at(9e6, 11e6, 2), ...at(119e6, 121e6, 3), ...at(120e6, 122e6, 4)]),
    );
    expect(found.byPhase).toMatchObject({ before: { count: 1 }, during: { count: 2 }, after: { count: 1 } });
  });
});
