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
