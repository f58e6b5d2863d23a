/** Service over time, counted by hand: three clients, each of which asks every half second. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { type Ask, cut, type Fault, opsOf, type Reply } from "../testing/scenario.js";
import { Slices, serviceOf } from "./service.js";
import { serviceTimeline } from "./timeline.js";

const NODES = ["n1", "n2", "n3"];
const fast: Reply = { type: "ok", latencyMs: 2 };

function timeline(faults: readonly Fault[], reply: (ask: Ask) => Reply, answers: readonly string[] = []) {
  const ops = opsOf({ nodes: NODES, durationMs: 8000, everyMs: 500, fs: ["read"], faults, reply });
  return serviceTimeline(historyOf(ops), { nodes: NODES, finalNs: 6e9 }, 1000, answers);
}

describe("the service timeline", () => {
  const faults = [cut(["n1"], 2000, 5000, NODES)];
  const alone = ({ node, atMs }: Ask): boolean => node === "n1" && atMs >= 2000 && atMs < 5000;

  it("counts what was asked and answered on each side, up to the final phase", () => {
    const found = timeline(faults, (ask) => (alone(ask) ? { type: "fail", latencyMs: 2, error: "no leader" } : fast));
    expect(found).toEqual({
      sliceMs: 1000,
      durationMs: 6000,
      majority: { tried: [6, 6, 4, 4, 4, 6], answered: [6, 6, 4, 4, 4, 6] },
      minority: { tried: [0, 0, 2, 2, 2, 0], answered: [0, 0, 0, 0, 0, 0] },
      faults: [
        { kind: "partition", shape: "majority-minority", targets: ["n1"], beginMs: 2000, endMs: 5000, proved: true },
      ],
    });
  });

  it("takes some failures for answers", () => {
    const denied = { type: "fail", latencyMs: 2, error: "mismatch" } as const;
    const found = timeline(faults, (ask) => (alone(ask) ? denied : fast), ["mismatch"]);
    expect(found.minority.answered).toEqual([0, 0, 2, 2, 2, 0]);
    expect(timeline(faults, (ask) => (alone(ask) ? denied : fast), ["held"]).minority.answered).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it("counts what a stuck client would have asked, and what of that would have been answered in time", () => {
    const stuck = timeline(faults, (ask) => (alone(ask) ? { type: "info", latencyMs: 1000, error: "timeout" } : fast));
    expect(stuck.minority).toEqual({ tried: [0, 0, 2, 2, 2, 0], answered: [0, 0, 0, 0, 0, 0] });
    // Each answer takes 1.5 s: too long for who asked first, not for who would have asked half a second later.
    const slow = timeline(faults, (ask) => (alone(ask) ? { type: "ok", latencyMs: 1500 } : fast));
    expect(slow.minority).toEqual({ tried: [0, 0, 2, 2, 2, 0], answered: [0, 0, 1, 1, 2, 0] });
  });

  it("shows faults without a shape, without an end, and none of the final phase", () => {
    const more: Fault[] = [
      { kind: "pause", targets: ["n2"], beginMs: 1000 },
      { kind: "kill", targets: ["n3"], beginMs: 6000, endMs: 7000 },
      { kind: "kill", targets: ["n3"], beginMs: 5500, endMs: 7000, proved: false },
    ];
    expect(timeline(more, () => fast).faults).toEqual([
      { kind: "pause", targets: ["n2"], beginMs: 1000, endMs: 6000, proved: true },
      { kind: "kill", targets: ["n3"], beginMs: 5500, endMs: 6000, proved: false },
    ]);
  });
});

describe("slices of time", () => {
  const MS = 1e6;
  const sample = (fromMs: number, toMs: number, answered = true, missed = 0) => ({
    invokeNs: fromMs * MS,
    endNs: toMs * MS,
    ended: true,
    answered,
    missed,
    cadenceNs: 100 * MS,
  });
  const sum = (column: Float64Array): number => column.reduce((all, one) => all + one, 0);

  it("count an op under way when the stretch began from there, and none that ended before or began after", () => {
    const slices = new Slices(1000 * MS, 3000 * MS);
    for (const one of [sample(900, 1000), sample(900, 999), sample(3000, 3001), sample(2990, 2995), sample(500, 4500)])
      slices.add(one, 1);
    // The last one's end cannot be told from within, but it had a second to end.
    expect([sum(slices.tried), sum(slices.good), sum(slices.answered)]).toEqual([3, 2, 2]);
    expect(slices.tried[0]).toBe(2);
  });

  it("leave out what could not be told before the stretch ended", () => {
    const slices = new Slices(0, 3000 * MS);
    slices.add(sample(2500, 3200), 1);
    expect(sum(slices.tried)).toBe(0);
    slices.add(sample(2000, 3200), 1);
    expect([sum(slices.tried), sum(slices.answered)]).toEqual([1, 0]);
    const open = { ...sample(100, 200), ended: false };
    slices.add(open, 1);
    expect(sum(slices.tried)).toBe(2);
  });

  it("count what a client missed by its weight, where it would have been asked", () => {
    const slices = new Slices(1000 * MS, 3000 * MS);
    slices.add(sample(900, 1350, true, 4), 0.5);
    // Itself from 1000 on; those at 1000, 1100, 1200 and 1300.
    expect(sum(slices.tried)).toBe(3);
    expect(sum(slices.good)).toBe(3);
    const other = new Slices(1000 * MS, 3000 * MS);
    other.addAll(slices);
    other.addAll(slices);
    expect([sum(other.tried), sum(other.good), sum(other.answered)]).toEqual([6, 6, 6]);
  });

  it("show when service began for good, and when refusal did", () => {
    const of = (answeredFrom: number, answeredTo: number, graceMs = 10_000) => {
      const slices = new Slices(0, 6000 * MS);
      for (let ms = 0; ms < 6000; ms += 50) slices.add(sample(ms, ms + 2, ms >= answeredFrom && ms < answeredTo), 1);
      return serviceOf(slices, graceMs);
    };
    expect(of(0, 6000)).toMatchObject({
      served: true,
      servedFromMs: 0,
      refused: false,
      refusedFromMs: null,
      tried: 120,
    });
    // A second counts as served where nine of ten ops were.
    expect(of(2000, 6000)).toMatchObject({
      served: true,
      servedFromMs: 1900,
      servedTried: 82,
      servedGood: 80,
      refused: false,
      refusedFromMs: 0,
    });
    expect(of(0, 1500)).toMatchObject({
      served: false,
      servedFromMs: 0,
      refused: true,
      refusedFromMs: 1500,
      refusedTried: 90,
      refusedAnswered: 0,
    });
    expect(of(7000, 8000)).toMatchObject({
      served: false,
      servedFromMs: null,
      refused: true,
      refusedFromMs: 0,
      refusedTried: 120,
    });
    // What takes longer than the grace is an outage.
    expect(of(2000, 6000, 1000)).toMatchObject({ served: false, servedFromMs: null });
    expect(of(1000, 6000, 1000)).toMatchObject({ served: true, servedFromMs: 900 });
  });
});
