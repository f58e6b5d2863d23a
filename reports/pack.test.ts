/** What is packed on one side must come out the same on the other, and leaving rows out must leave the shape. */
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { SAME } from "./data.js";
import { embed } from "./embed.js";
import { pageData, thin } from "./pack.js";
import { answerAt, callAt, decode, endingAt, modelOf, wordAt } from "./page/model.js";
import { survey } from "./survey.js";
import { Recorder } from "./testing/recorder.js";
import { bigRun } from "./testing/samples.js";
import { findWitnesses } from "./witnesses.js";

const about = { nodes: ["n1", "n2"], concurrency: 2 };

function sample(): Op[] {
  const recorder = new Recorder();
  recorder.call({ process: 0, node: "n1", ms: 1, tookMs: 2.5 }, { f: "write", key: "k", value: 5 });
  recorder.call({ process: 1, node: "n2", ms: 2, tookMs: 4 }, { f: "read", key: "k", result: 5 });
  recorder.call({ process: 0, node: "n1", ms: 10, tookMs: 1 }, { f: "read", key: "q" });
  recorder.call(
    { process: 1, node: "n2", ms: 12, tookMs: 1 },
    { f: "write", key: "q", value: "</script>" },
    "fail",
    "no leader",
  );
  recorder.call(
    { process: 0, node: "n1", ms: 20, tookMs: 100 },
    { f: "cas", key: "q", value: [1, 2] },
    "info",
    "timeout",
  );
  recorder.add({ process: 3, f: "write", time: 150e6, type: "invoke", value: { a: "x".repeat(5000) } });
  return recorder.history();
}

describe("page data", () => {
  it("survives packing, gzip and base64", async () => {
    const packed = await embed(pageData(survey(historyOf(sample())), [], about));
    expect(packed).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const model = modelOf(await decode(packed));
    expect(model.count).toBe(6);
    expect(
      [0, 1, 2, 3, 4, 5].map((row) => `${callAt(model, row)} ${answerAt(model, row)}`.trim().slice(0, 30)),
    ).toEqual([
      "write(k, 5)",
      "read(k) → 5",
      "read(q) → nil",
      'write(q, "</script>")',
      "cas(q, [1, 2])",
      'write({a: "xxxxxxxxxxxxxxxxxxx',
    ]);
    expect(callAt(model, 5)).toContain("5,000 characters");
    expect([0, 1, 2, 3, 4, 5].map((row) => endingAt(model, row))).toEqual(["ok", "ok", "ok", "fail", "info", "info"]);
    expect([...model.start]).toEqual([1000, 2000, 10_000, 12_000, 20_000, 150_000]);
    expect((model.end[1] as number) - (model.start[1] as number)).toBe(4000);
    expect(model.end[5]).toBe(model.endUs);
    expect(wordAt(model, "error", 3)).toBe("no leader");
    expect(wordAt(model, "node", 5)).toBeUndefined();
    expect([...model.index]).toEqual(sample().flatMap((op) => (op.type === "invoke" ? [op.index] : [])));
  });

  it("keeps a value of the history apart from the stand-in for the same value", () => {
    const recorder = new Recorder();
    recorder.call({ process: 0, node: "n1", ms: 1, tookMs: 1 }, { f: "read", value: 1, result: SAME });
    const model = modelOf(pageData(survey(historyOf(recorder.history())), [], about));
    expect(answerAt(model, 0)).toBe('→ "="');
  });

  it("marks the rows of a witness", () => {
    const ops = sample();
    const found = survey(historyOf(ops));
    const witness = { text: "stale", ops: ops.filter((op) => op.key === "k" && op.type === "ok") };
    const witnesses = [
      ...findWitnesses({ linearizable: { valid: false, summary: "", witnesses: [witness] } }, found).values(),
    ].flat();
    expect(witnesses[0]?.pairs).toHaveLength(2);
    expect(witnesses[0]?.pairs[0]?.invoke.type).toBe("invoke");
    const model = modelOf(pageData(found, witnesses, about));
    expect([...model.witness]).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it("is empty for an empty history", () => {
    const model = modelOf(pageData(survey(historyOf([])), [], about));
    expect(model.count).toBe(0);
  });
});

describe("thin", () => {
  const found = survey(bigRun(4000).history);
  const bad = (rows: Int32Array) => rows.filter((row) => found.calls.ending[row] !== 0).length;
  const every = Int32Array.from({ length: 4000 }, (_, row) => row);

  it("leaves a history that fits as it is", () => {
    expect(thin(found.calls, new Set(), 4000)).toEqual(every);
  });

  it("keeps exactly as many as fit, in order, all of the witnesses and what did not end ok first", () => {
    const kept = thin(found.calls, new Set([100, 101, 102]), 1000);
    expect(kept).toHaveLength(1000);
    expect([100, 101, 102].every((row) => kept.includes(row))).toBe(true);
    expect(bad(kept)).toBe(bad(every));
    expect(kept).toEqual(kept.slice().sort());
  });

  it("spreads what it keeps evenly, and leaves oks their half where much fails", () => {
    const kept = thin(found.calls, new Set(), 100);
    expect(kept).toHaveLength(100);
    expect(bad(kept)).toBe(50);
    const firstHalf = kept.filter((row) => row < 2000).length;
    expect(firstHalf).toBeGreaterThan(40);
    expect(firstHalf).toBeLessThan(60);
  });

  it("still counts every op in the series", () => {
    const data = pageData(found, [], about, 100);
    const all = data.series[""];
    const sum = [all?.ok, all?.fail, all?.info].flat().reduce<number>((total, n) => total + (n ?? 0), 0);
    expect(sum).toBe(4000);
    expect(data.ops.count).toBe(100);
    expect(data.invocations).toBe(4000);
  });
});

describe("survey", () => {
  it("finds the row of an op by either half, and none for an op it does not hold", () => {
    const ops = sample();
    const found = survey(historyOf(ops));
    const end = ops.find((op) => op.type === "fail") as Op;
    expect(found.pair(found.rowOf(end) ?? -1).end).toMatchObject({ type: "fail", error: "no leader" });
    expect(found.rowOf({ ...end, process: 77 })).toBeUndefined();
    expect(found.rowOf({ ...end, index: 9999 })).toBeUndefined();
  });

  it("draws a witness that the history does not hold from its own ops", () => {
    const witness = { text: "", ops: sample().filter((op) => op.key === "k") };
    const found = findWitnesses({ x: { valid: false, summary: "", witnesses: [witness] } }, survey(historyOf([])));
    expect(found.get("x")?.[0]?.pairs.map(({ invoke, end }) => [invoke.f, end?.type])).toEqual([
      ["write", "ok"],
      ["read", "ok"],
    ]);
  });
});
