/** Perf: quantiles with and without faults, and series that add up. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { h } from "../src/history/testing.js";
import { type PerfOptions, type PerfVerdict, perfChecker } from "./perf.js";
import { cut, type Fault, FIVE, opsOf, ordered, type Reply } from "./testing/scenario.js";

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
