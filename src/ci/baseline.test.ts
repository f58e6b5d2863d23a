/** A baseline notices what got weaker, says what got better, and stays the same file for the same facts. */
import { describe, expect, it } from "vitest";
import type { ContractFacts, ContractResult } from "../core/contract.js";
import { type Baseline, compareBaseline, formatBaseline, parseBaseline, updatedBaseline } from "./baseline.js";

const facts: ContractFacts = {
  checkers: { linearizable: true, "lost-writes": true, harness: true },
  class: "CP-like",
  level: "serializable",
  anomalies: ["G2-item"],
  numbers: { p99Ms: 100, lostFraction: 0, majorityYield: 0.9 },
};

const result = (
  name: string,
  now: Partial<ContractFacts> = {},
  more: Partial<ContractResult> = {},
): ContractResult => ({
  name,
  outcome: "passed",
  expected: {},
  observed: {},
  why: "",
  dir: "",
  system: "s",
  workload: "w",
  nemesis: "n",
  tags: [],
  durationMs: 0,
  attempts: [],
  facts: { ...facts, ...now },
  ...more,
});

const compare = (now: Partial<ContractFacts>, baseline: Baseline = { a: facts }, configured = ["a"]) =>
  compareBaseline({ file: "b.json", baseline, results: [result("a", now)], configured, tolerance: 0.5 });
const texts = (changes: readonly { readonly text: string }[]): readonly string[] => changes.map(({ text }) => text);

describe("compareBaseline", () => {
  it("finds nothing where nothing changed", () => {
    expect(compare({})).toMatchObject({ valid: true, weakened: [], better: [], unproved: [], added: [], gone: [] });
  });

  it.each<[Partial<ContractFacts>, string]>([
    [{ checkers: { ...facts.checkers, linearizable: false } }, "a: linearizable valid -> invalid"],
    [{ checkers: { ...facts.checkers, own: false, linearizable: false } }, "a: linearizable valid -> invalid"],
    [{ class: "neither" }, "a: availability class CP-like -> neither"],
    [{ class: "AP-like" }, "a: availability class CP-like -> AP-like"],
    [{ level: "read-committed" }, "a: consistency level serializable -> read-committed"],
    [{ level: "linearizable" }, "a: consistency level serializable -> linearizable"],
    [{ anomalies: ["G-single", "G2-item"] }, "a: anomaly G-single not seen -> seen"],
    [{ numbers: { ...facts.numbers, p99Ms: 201 } }, "a: p99Ms 100 -> 201 (tolerated: 50 % and 50)"],
    [{ numbers: { ...facts.numbers, lostFraction: 0.02 } }, "a: lostFraction 0 -> 0.02 (tolerated: 50 % and 0.01)"],
    [{ numbers: { ...facts.numbers, majorityYield: 0.3 } }, "a: majorityYield 0.9 -> 0.3 (tolerated: 50 % and 0.05)"],
  ])("is weakened by %j", (now, text) => {
    const report = compare(now);
    expect(texts(report.weakened)).toEqual([text]);
    expect(report.valid).toBe(false);
  });

  it.each<[Partial<ContractFacts>]>([
    [{ checkers: { ...facts.checkers, linearizable: "unknown" } }],
    [{ checkers: { "lost-writes": true, harness: true } }],
    [{ class: "unknown" }],
    [{ level: "unknown" }],
  ])("is unproved, not green, by %j", (now) => {
    const report = compare(now);
    expect(report.unproved).toHaveLength(1);
    expect(report).toMatchObject({ valid: "unknown", weakened: [] });
  });

  it("tolerates noise, and says what got better", () => {
    expect(compare({ numbers: { ...facts.numbers, p99Ms: 199 } }).valid).toBe(true);
    const weak: ContractFacts = {
      ...facts,
      checkers: { linearizable: false },
      class: "neither",
      level: "read-committed",
    };
    const report = compare({ anomalies: [], numbers: { p99Ms: 1 } }, { a: { ...weak, numbers: { p99Ms: 300 } } });
    expect(report).toMatchObject({ valid: true, weakened: [] });
    expect(texts(report.better)).toEqual([
      "a: linearizable invalid -> valid",
      "a: availability class neither -> CP-like",
      "a: consistency level read-committed -> serializable",
      "a: anomaly G2-item seen -> not seen",
      "a: p99Ms 300 -> 1 (tolerated: 50 % and 50)",
    ]);
  });

  it("knows the levels of registers", () => {
    const judged = (was: string, is: string) => compare({ level: is }, { a: { ...facts, level: was } });
    expect(judged("linearizable", "sequential").weakened).toHaveLength(1);
    expect(judged("session", "none").weakened).toHaveLength(1);
    expect(judged("eventual", "causal")).toMatchObject({ valid: true, better: [{ what: "consistency level" }] });
  });

  it("tells contracts that are new, and fails for those that are no longer tested, but not for those not selected", () => {
    expect(compare({}, {}).added).toEqual(["a"]);
    expect(compare({}, { a: facts, b: facts }, ["a", "b"])).toMatchObject({ valid: true, gone: [] });
    expect(compare({}, { a: facts, b: facts }, ["a"])).toMatchObject({ valid: false, gone: ["b"] });
  });
});

describe("the file", () => {
  it("is the same for the same facts, whatever their order, and reads back", () => {
    const shuffled = { ...facts, checkers: { harness: true, "lost-writes": true, linearizable: true } };
    const text = formatBaseline({ b: facts, a: shuffled });
    expect(formatBaseline({ a: facts, b: shuffled })).toBe(text);
    expect(text.endsWith("}\n")).toBe(true);
    expect(parseBaseline("b.json", text)).toEqual({ a: facts, b: facts });
  });

  it("keeps what was not run or not proved, and drops what is not configured", () => {
    const old = { a: facts, b: facts, c: facts };
    const better = { ...facts, class: "AP-like" };
    const results = [result("a", better), result("b", better, { outcome: "unknown" })];
    expect(updatedBaseline(old, results, ["a", "b"])).toEqual({ a: better, b: facts });
  });

  it.each(["{", "[]", '{"version":2,"contracts":{}}', '{"version":1,"contracts":{"a":{"checkers":{"x":"maybe"}}}}'])(
    "refuses %s",
    (text) => {
      expect(() => parseBaseline("b.json", text)).toThrow(/^b.json is .*--update-baseline/);
    },
  );
});
