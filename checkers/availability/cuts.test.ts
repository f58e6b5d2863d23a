/** Cuts as results show them, gaps between answers, and the pace of clients, each by small examples or the plain rule. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { ops } from "../../src/history/testing.js";
import { type AvailabilityVerdict, availabilityChecker } from "../availability.js";
import { type Calls, callsOf } from "../calls.js";
import { type Ask, cut, type Fault, opsOf, type Reply, type Scenario } from "../testing/scenario.js";
import { cadences, missedOps } from "./cadence.js";
import { Gaps } from "./gaps.js";
import type { Cell, Phase } from "./measure.js";
import { type Plan, planOf } from "./plan.js";

const NODES = ["n1", "n2", "n3"];
const fast: Reply = { type: "ok", latencyMs: 2 };
const refused: Reply = { type: "fail", latencyMs: 2, error: "no leader" };

/** Three clients that ask every 200 ms: few ops, so the times come in steps of 200 ms and whole slices. */
function judge(
  faults: readonly Fault[],
  reply: (ask: Ask) => Reply,
  more: Partial<Scenario> = {},
): AvailabilityVerdict {
  const scenario: Scenario = { nodes: NODES, durationMs: 24_000, everyMs: 200, fs: ["read"], faults, reply, ...more };
  return availabilityChecker().check(historyOf(opsOf(scenario)), { nodes: NODES }) as AvailabilityVerdict;
}

describe("cuts", () => {
  it("are told with their times, sides and what they did, and why one does not count", () => {
    const faults = [
      cut(["n1"], 2000, 4000, NODES),
      { ...cut(["n2"], 5000, 9000, NODES), proved: false },
      { ...cut(["n3"], 10_000, 16_000, NODES), oneWay: true },
    ];
    // The minority refuses; the majority serves a second and a half after the last cut began.
    const minority = (node: string, atMs: number): boolean =>
      faults.some(
        ({ targets = [], beginMs, endMs = 0 }) => targets.includes(node) && atMs >= beginMs && atMs < endMs + 400,
      );
    const { cuts, failoverMs } = judge(faults, ({ node, atMs }) =>
      minority(node, atMs) || (atMs >= 10_000 && atMs < 11_500) ? refused : fast,
    );
    expect(cuts).toEqual([
      {
        fault: 0,
        shape: "majority-minority",
        minority: ["n1"],
        beginMs: 2000,
        durationMs: 2000,
        judged: false,
        why: "it lasted less than 3 s",
        failoverMs: 0,
        refusedAfterMs: 0,
        // The next fault comes 900 ms after the proof of its end: too soon to see a second of service.
        recoveryMs: null,
      },
      {
        fault: 1,
        shape: "majority-minority",
        minority: ["n2"],
        beginMs: 5000,
        durationMs: 4000,
        judged: false,
        why: "it was not proved to bite",
        failoverMs: 0,
        refusedAfterMs: 0,
        recoveryMs: null,
      },
      {
        fault: 2,
        shape: "majority-minority",
        oneWay: true,
        minority: ["n3"],
        beginMs: 10_000,
        durationMs: 6000,
        judged: true,
        failoverMs: 1500,
        refusedAfterMs: 0,
        recoveryMs: 300,
      },
    ]);
    expect(failoverMs).toBe(1500);
  });

  it("say nothing of a kind of op that one of them did not meet, and that it was never served or refused", () => {
    const out = judge([cut(["n1"], 4000, 16_000, NODES)], ({ node, atMs }) =>
      atMs >= 4000 && atMs < 16_000 && node !== "n1" ? refused : fast,
    );
    expect(out.cuts).toMatchObject([{ judged: true, failoverMs: null, refusedAfterMs: null }]);
    expect(judge([cut(["n1"], 4000, undefined, NODES)], () => fast).cuts).toMatchObject([
      { recoveryMs: null, durationMs: expect.any(Number) },
    ]);
    // A ring of one node each: there is no shape to tell.
    const plain: Fault = { ...cut(["n1"], 4000, 10_000, NODES) };
    const { shape: _, ...shapeless } = plain;
    expect(judge([shapeless], () => fast).cuts[0]).not.toHaveProperty("shape");
  });

  it("have ops that were answered, refused or left open, each counted as what it was", () => {
    const held: Reply = { type: "fail", latencyMs: 2, error: "held" };
    const open: Reply = { type: "info", latencyMs: 150, error: "timeout" };
    const found = availabilityChecker({ answers: ["held"] }).check(
      historyOf(
        opsOf({
          nodes: NODES,
          durationMs: 12_000,
          everyMs: 200,
          fs: ["read"],
          faults: [cut(["n1"], 4000, 9000, NODES)],
          reply: ({ node, atMs }) => {
            if (atMs < 4000 || atMs >= 9000) return fast;
            return node === "n1" ? refused : node === "n2" ? held : open;
          },
        }),
      ),
      { nodes: NODES },
    ) as AvailabilityVerdict;
    const rows = found.table.filter(({ phase }) => phase === "during");
    expect(rows.map(({ node, ok, answers, fail, info, issued }) => [node, ok, answers, fail, info, issued])).toEqual([
      ["n1", 0, 0, 25, 0, 25],
      ["n2", 0, 25, 0, 0, 25],
      ["n3", 0, 0, 0, 25, 25],
    ]);
  });

  it("are at most fifty, and all are counted", () => {
    const many = Array.from({ length: 60 }, (_, i) => cut(["n1"], 300 * i, 300 * i + 100, NODES));
    const found = judge(many, () => fast);
    expect([found.cuts.length, found.cutsTotal]).toEqual([50, 60]);
  });
});

/** A plan of cuts with the main phase up to 100. */
function planWith(cuts: readonly (readonly [begin: number, end: number, minority: string])[]): Plan {
  return {
    cuts: cuts.map(([beginNs, endNs, minority], i) => ({
      beginNs,
      endNs,
      nextNs: cuts[i + 1]?.[0] ?? 100,
      sides: { side: new Map(NODES.map((node) => [node, node === minority ? "minority" : "majority"])) },
    })),
    mainEndNs: 100,
    nodes: NODES,
  } as unknown as Plan;
}

describe("the longest gap", () => {
  const times = fc.array(fc.tuple(fc.constantFrom(...NODES), fc.nat(100), fc.boolean()), { maxLength: 12 });
  const plans = fc.constantFrom(
    planWith([]),
    planWith([[20, 40, "n1"]]),
    planWith([
      [10, 30, "n1"],
      [50, 70, "n2"],
    ]),
  );

  it("is the longest of each stretch, by node and by side, with the stretch's own ends", () => {
    fc.assert(
      fc.property(plans, times, (plan, ends) => {
        const sorted = ends.toSorted((a, b) => a[1] - b[1]);
        const calls = {
          length: sorted.length,
          endNs: Float64Array.from(sorted, ([, ns]) => ns),
          invokeNs: Float64Array.from([0, ...sorted.map(([, ns]) => ns)]),
        } as unknown as Calls;
        const cells = NODES.map((node) => ({ f: "read", node })) as unknown as Cell[];
        const cellOf = Int32Array.from(sorted, ([node]) => NODES.indexOf(node));
        const gaps = new Gaps(calls, plan, cells, cellOf, (call) => sorted[call]?.[2] === true);
        const first = plan.cuts[0]?.beginNs ?? 100;
        const stretches: [Phase, number, number, number][] = [["before", 0, first, 0]];
        for (const [i, { beginNs, endNs, nextNs }] of plan.cuts.entries()) {
          stretches.push(["during", beginNs, endNs, i], ["after", endNs, nextNs, i]);
        }
        const sideOf = (node: string, cut: number): string => plan.cuts[cut]?.sides.side.get(node) ?? "all";
        const longest = (phase: Phase, who: (cut: number) => readonly string[]): number =>
          Math.max(
            0,
            ...stretches.flatMap(([name, from, to, cut]) => {
              const nodes = who(cut);
              if (name !== phase || nodes.length === 0) return [];
              const met = sorted.flatMap(([node, ns, ok]) =>
                ok && nodes.includes(node) && ns >= from && ns <= to ? [ns] : [],
              );
              const all = [from, ...met, to];
              return all.slice(1).map((ns, i) => ns - (all[i] as number));
            }),
          );
        for (const phase of ["before", "during", "after"] as const) {
          for (const side of ["minority", "majority", "all"] as const) {
            for (const node of NODES) {
              const wanted = longest(phase, (cut) => (sideOf(node, cut) === side ? [node] : []));
              expect(gaps.ofNode(side, node, "read", phase)).toBe(wanted);
            }
            expect(gaps.ofSide(side, "read", phase)).toBe(
              longest(phase, (cut) => NODES.filter((node) => sideOf(node, cut) === side)),
            );
            expect(gaps.ofSide(side, "write", phase)).toBe(0);
            expect(gaps.ofNode("all", null, "write", phase)).toBe(longest(phase, () => ["nobody"]));
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("the pace of clients", () => {
  it("is the mean time between two ops of one client, by node; where a node has few, that of all", () => {
    // Process 0 at n1 asks every 2 ms, seven times; process 1 at n2 three times, 4 ms apart.
    const list = ops("0:w1 0:w2 1:w3 0:w4 0:w5 1:w6 0:w7 0:w8 1:w9 0:w10");
    const calls = callsOf(historyOf(list));
    // n1's gaps: 2, 4, 2, 4, 2, 4 ms; n2's: 6, 6.
    expect([...cadences(calls, 1e9)].slice(0, 2).map((ns) => ns / 1e6)).toEqual([3, 3.75]);
    // Only two ops of n1 before 3 ms: too few for a pace of its own, and one gap for all.
    expect([...cadences(calls, 3e6)].map((ns) => ns / 1e6)).toEqual([2, 2, 2]);
    expect([...cadences(calls, 2e6)]).toEqual([1, 1, 1].map(() => Number.POSITIVE_INFINITY));
  });

  it("does not count gaps that a fault touches", () => {
    const pause: Fault = { kind: "pause", targets: ["n1"], beginMs: 1000, endMs: 3000 };
    const slow: Scenario = {
      nodes: ["n1"],
      durationMs: 6000,
      everyMs: 100,
      fs: ["read"],
      faults: [pause],
      reply: ({ atMs }) => ({ type: "ok", latencyMs: atMs >= 1000 && atMs < 3000 ? 900 : 2 }),
    };
    const calls = callsOf(historyOf(opsOf(slow)));
    expect(cadences(calls, 10e9)[0]).toBe(100e6);
  });

  it("tells how many ops a stuck client did not issue", () => {
    expect([0, 1, 2, 2.5, 3, 10].map((cadencesLong) => missedOps(cadencesLong * 50, 50))).toEqual([0, 0, 1, 1, 2, 9]);
    expect(missedOps(1e9, Number.POSITIVE_INFINITY)).toBe(0);
  });
});

describe("the plan of a run", () => {
  const NS = 1e6;
  const plan = (faults: readonly Fault[], finalMs?: number): Plan => {
    const calls = callsOf(
      historyOf(opsOf({ nodes: NODES, durationMs: 20_000, everyMs: 1000, fs: ["read"], faults, reply: () => fast })),
    );
    return planOf(calls, { nodes: NODES, ...(finalMs === undefined ? {} : { finalNs: finalMs * NS }) });
  };

  it("has the cuts in their order, what follows each, and until when it is quiet", () => {
    const kill: Fault = { kind: "kill", targets: ["n2"], beginMs: 7000, endMs: 8000 };
    const { cuts, down, mainEndNs } = plan(
      [cut(["n1"], 3000, 5000, NODES), kill, cut(["n3"], 12_000, 30_000, NODES)],
      18_000,
    );
    expect(mainEndNs).toBe(18_000 * NS);
    expect(
      cuts.map(({ fault, beginNs, endNs, nextNs, quietUntilNs, disturbed }) => ({
        fault,
        at: [beginNs, endNs, nextNs, quietUntilNs].map((ns) => ns / NS),
        disturbed,
      })),
    ).toEqual([
      { fault: 0, at: [3000, 5000, 12_000, 7000], disturbed: false },
      { fault: 2, at: [12_000, 18_000, 18_000, 18_000], disturbed: false },
    ]);
    expect([...down]).toEqual([["n2", [{ fromNs: 7000 * NS, toNs: 8100 * NS }]]]);
  });

  it("calls a cut disturbed where another fault was felt, up to two seconds after it was over", () => {
    const disturbed = (beginMs: number, endMs: number, kind: Fault["kind"] = "pause"): boolean[] =>
      plan([{ kind, targets: ["n2"], beginMs, endMs }, cut(["n1"], 8000, 12_000, NODES)]).cuts.map(
        (one) => one.disturbed,
      );
    expect(disturbed(9000, 9500)).toEqual([true]);
    expect(disturbed(5000, 5950)).toEqual([true]);
    // Over at 6000 ms, as its end takes 100 ms: settled exactly when the cut begins.
    expect(disturbed(5000, 5900)).toEqual([false]);
    expect(disturbed(12_000, 13_000)).toEqual([false]);
    expect(disturbed(11_900, 13_000)).toEqual([true]);
  });

  it("leaves out cuts of the final phase, and takes one without an end to its end", () => {
    expect(plan([cut(["n1"], 15_000, 16_000, NODES)], 15_000).cuts).toEqual([]);
    expect(plan([cut(["n1"], 14_999, 16_000, NODES)], 15_000).cuts).toHaveLength(1);
    expect(
      plan([cut(["n1"], 3000, undefined, NODES)], 15_000).cuts.map(({ endNs, healedNs }) => [endNs / NS, healedNs]),
    ).toEqual([[15_000, Number.POSITIVE_INFINITY]]);
  });
});
