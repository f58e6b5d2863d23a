/** The faults checker: a fault that nobody proved, healed or felt makes a run unknown. */
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { type FaultsOptions, type FaultsVerdict, faultsChecker } from "./faults.js";
import { cut, type Fault, FIVE, faultOps, opsOf, ordered } from "./testing/scenario.js";

const asked: FaultsOptions = { expected: true };

function judge(faults: readonly Fault[], options: FaultsOptions = asked, extra: readonly Op[] = []): FaultsVerdict {
  const ops = opsOf({ nodes: FIVE, durationMs: 5000, faults, reply: () => ({ type: "ok", latencyMs: 2 }) });
  return faultsChecker(options).check(historyOf(ordered([...ops, ...extra])), {}) as FaultsVerdict;
}

describe("faults", () => {
  it("is content with faults that were proved, healed and felt", () => {
    const found = judge([cut(["n1"], 1000, 2000), { kind: "kill", targets: ["n2"], beginMs: 2500, endMs: 3000 }]);
    expect(found).toMatchObject({ valid: true, applied: 2, proved: 2, healed: 2, healProved: 2 });
    expect(found.byKind).toEqual({ partition: 1, kill: 1 });
    expect(found.windows[0]).toMatchObject({
      kind: "partition",
      beginMs: 1000,
      biteMs: 1100,
      endMs: 2000,
      healedMs: 2100,
    });
    // 5 clients, each asking every 50 ms, from 1100 to 2000 ms.
    expect(found.windows[0]?.opsTried).toBe(90);
  });

  it("is content without faults where none was asked for, and unknown where one was", () => {
    expect(judge([], {})).toMatchObject({ valid: true, applied: 0 });
    expect(judge([], asked)).toMatchObject({ valid: "unknown", applied: 0 });
    const refused: Op = {
      index: 0,
      time: 4e9,
      process: "nemesis",
      type: "info",
      f: "start-partition",
      value: null,
      error: "no leader was named",
    };
    const invoke: Op = { index: 0, time: 4e9, process: "nemesis", type: "invoke", f: "start-partition", value: null };
    const found = judge([], asked, [invoke, refused]);
    expect(found.summary).toContain("no leader was named");
    expect(found.errors).toEqual(["start-partition: no leader was named"]);
  });

  it("is unknown when a cut or a heal was not proved, or never came", () => {
    const good = cut(["n1"], 1000, 2000);
    expect(judge([{ ...good, proved: false }]).valid).toBe("unknown");
    expect(judge([{ ...good, healProved: false }]).valid).toBe("unknown");
    expect(judge([cut(["n1"], 1000)])).toMatchObject({ valid: "unknown", healed: 0 });
    expect(judge([{ ...good, proved: false }, cut(["n1"], 3000, 4000)])).toMatchObject({ valid: "unknown", proved: 1 });
  });

  it("judges what the history holds where nobody asked", () => {
    expect(judge([{ ...cut(["n1"], 1000, 2000), proved: false }], {}).valid).toBe("unknown");
  });

  it("is unknown when no op was tried during any fault of a kind", () => {
    expect(judge([cut(["n1"], 6000, 7000)])).toMatchObject({ valid: "unknown", windows: [{ opsTried: 0 }] });
    expect(judge([cut(["n1"], 1000, 2000), cut(["n1"], 6000, 7000)]).valid).toBe(true);
    const kill: Fault = { kind: "kill", targets: ["n2"], beginMs: 6000, endMs: 7000 };
    expect(judge([cut(["n1"], 1000, 2000), kill]).summary).toBe("no op was tried during any kill");
  });

  it("asks for no heal of a cut that the next one replaced", () => {
    const first = faultOps(cut(["n1"], 1000));
    const second = faultOps(cut(["n2"], 2000, 3000));
    const ops = opsOf({ nodes: FIVE, durationMs: 5000, reply: () => ({ type: "ok", latencyMs: 2 }) });
    const history = historyOf(ordered([...ops, ...first, ...second]));
    expect(faultsChecker(asked).check(history, {})).toMatchObject({ valid: true, applied: 2, healProved: 1 });
  });
});

describe("what faults tells", () => {
  it("in a sentence: how many of each kind, or which ones are doubtful and when", () => {
    const kill: Fault = { kind: "kill", targets: ["n2"], beginMs: 2500, endMs: 3000 };
    expect(judge([cut(["n1"], 500, 700), cut(["n1"], 1000, 2000), kill]).summary).toBe(
      "2 partitions, 1 kill: all proved, all healed",
    );
    expect(judge([], {}).summary).toBe("no fault was applied");
    const doubtful = [500, 1000, 1500, 2000].map((ms) => ({ ...cut(["n1"], ms, ms + 300), proved: false }));
    expect(judge(doubtful.slice(0, 1)).summary).toBe("1 fault not proved to bite (partition at 0.5 s)");
    expect(judge(doubtful).summary).toBe(
      "4 faults not proved to bite (partition at 0.5 s, partition at 1.0 s, partition at 1.5 s, …)",
    );
    expect(judge([{ ...kill, healProved: false }]).summary).toBe("1 fault not proved to have ended (kill at 2.5 s)");
  });

  it("of each fault, also of one that never ended", () => {
    expect(
      judge([
        { ...cut(["n1"], 1000), oneWay: true },
        { kind: "pause", targets: ["n2"], beginMs: 2000, endMs: 2500 },
      ]).windows,
    ).toEqual([
      {
        kind: "partition",
        shape: "majority-minority",
        oneWay: true,
        targets: ["n1"],
        beginMs: 1000,
        biteMs: 1100,
        endMs: null,
        healedMs: null,
        proved: true,
        healProved: false,
        opsTried: 390,
      },
      {
        kind: "pause",
        targets: ["n2"],
        beginMs: 2000,
        biteMs: 2100,
        endMs: 2500,
        healedMs: 2600,
        proved: true,
        healProved: true,
        opsTried: 40,
      },
    ]);
  });

  it("asks for the heal of a cut that another kind of fault, or a later cut, came after", () => {
    const ops = opsOf({ nodes: FIVE, durationMs: 5000, reply: () => ({ type: "ok", latencyMs: 2 }) });
    const unhealed = { ...cut(["n1"], 1000, 2000), healProved: false };
    for (const next of [
      { kind: "kill" as const, targets: ["n2"], beginMs: 2000, endMs: 3000 },
      cut(["n2"], 2500, 3000),
    ]) {
      const history = historyOf(ordered([...ops, ...faultOps(unhealed), ...faultOps(next)]));
      expect(faultsChecker(asked).check(history, {})).toMatchObject({ valid: "unknown" });
    }
  });
});
