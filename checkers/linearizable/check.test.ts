/** What becomes of a check that is done in steps, of budgets, and of how much is told. */
import { describe, expect, it } from "vitest";
import { columnar, historyOf } from "../../src/history/index.js";
import { h, ops } from "../../src/history/testing.js";
import { LinearizableCheck } from "./check.js";
import { modelNameOf } from "./families.js";
import { checkLinearizable, type LinearizableOptions, linearizableChecker } from "./index.js";

/** Repeated values, so that only the search can decide; it takes some steps a key. */
const twisted = (key: string): string =>
  `${key}/0:w1( ${key}/1:w1( ${key}/2:w2( 0) 1) 2) ${key}/0:r1 ${key}/0:r2 ${key}/0:r1`;
const fine = (key: string): string => `${key}/0:w1( ${key}/1:w1( 0) 1) ${key}/0:r1`;
const MODEL = { model: "cas-register" } as const;
const checkOf = (text: string, options: LinearizableOptions = {}): LinearizableCheck =>
  new LinearizableCheck(h(text), { ...MODEL, ...options });

describe("a check in steps", () => {
  const text = `a/0:w1 a/0:r1 ${twisted("b")} c/0:w1 c/1:rnil ${fine("d")} ${twisted("e")}`;

  it("tells which parts need a search, and concludes alike from what was found elsewhere", () => {
    const check = checkOf(text);
    expect(check.toSearch()).toEqual([1, 3, 4]);
    const found = new Map(check.search(check.toSearch()));
    expect([...found].map(([number, { valid, method }]) => [number, valid, method])).toEqual([
      [1, false, "search"],
      [3, true, "search"],
      [4, false, "search"],
    ]);
    const alone = checkLinearizable(h(text), MODEL);
    expect(checkOf(text).conclude(found)).toEqual(alone);
    expect(alone).toMatchObject({
      valid: false,
      method: "mixed",
      keys: { checked: 5, invalid: 3, unknown: 0 },
      invalidKeys: ["b", "c", "e"],
      anomalyTypes: ["nonlinearizable"],
    });
    expect(alone.steps).toBe([...found.values()].reduce((sum, { steps }) => sum + steps, 0));
    expect(alone.witnesses).toHaveLength(3);
    expect(alone.witness).toBe(alone.witnesses?.[0]);
    const sizes = alone.witnesses?.map(({ ops }) => ops.length) ?? [];
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  it("needs none where the near-linear method is all that is asked for, or enough", () => {
    expect(checkOf(text, { method: "fast" }).toSearch()).toEqual([]);
    expect(checkOf("a/0:w1 a/0:r1 b/0:w1").toSearch()).toEqual([]);
    expect(checkOf("a/0:w1 a/0:r1 b/0:w1", { method: "search" }).toSearch()).toEqual([0, 1]);
    expect(checkOf(text, { method: "fast" }).conclude()).toMatchObject({
      valid: false,
      method: "fast",
      keys: { checked: 5, invalid: 1, unknown: 3 },
    });
    const undecided = checkLinearizable(h(twisted("b")), { ...MODEL, method: "fast" });
    expect(undecided.summary).toContain("the near-linear method of this model does not apply");
    expect(undecided).toMatchObject({ valid: "unknown", anomalyTypes: [] });
  });

  it("spends one budget on all keys, wherever they are searched", () => {
    const steps = (part: string): number => checkLinearizable(h(part), MODEL).steps;
    const both = `${twisted("b")} ${twisted("e")}`;
    const one = steps(twisted("b"));
    expect(one).toBeGreaterThan(3);
    expect(steps(both)).toBe(2 * one);
    expect(checkLinearizable(h(both), { ...MODEL, budgetSteps: 2 * one }).keys.unknown).toBe(0);
    const options = { ...MODEL, budgetSteps: 2 * one - 1 };
    const scarce = checkLinearizable(h(both), options);
    expect(scarce).toMatchObject({ valid: false, keys: { invalid: 1, unknown: 1 }, invalidKeys: ["b"] });
    // A thread that searches only the second key has the whole budget for it, so it finds more; the verdict is the same.
    const found = new Map([...checkOf(both, options).search([0]), ...checkOf(both, options).search([1])]);
    expect(found.get(1)?.valid).toBe(false);
    expect(checkOf(both, options).conclude(found)).toEqual(scarce);
    const together = [...checkOf(both, options).search([0, 1])].map(([, { valid }]) => valid);
    expect(together).toEqual([false, "unknown"]);
    const none = checkLinearizable(h(both), { ...MODEL, budgetSteps: one - 1 });
    expect(none.summary).toContain("undecided: 2 of 2 keys, the first is b: it took more than");
    expect(none.keys).toEqual({ checked: 2, invalid: 0, unknown: 2 });
  });

  it("counts a step for every sixteen crashed calls looked at", () => {
    const crashed = Array.from({ length: 64 }, (_, i) => `${i + 10}:c${i + 10},1?`).join(" ");
    const steps = (text: string): number => checkOf(text, { method: "search" }).conclude().steps;
    // None of them fits anywhere.
    const more = steps(`${crashed} ${fine("")}`.replaceAll(" /", " ")) - steps(fine("").replaceAll("/", ""));
    expect(more).toBeGreaterThanOrEqual(64 / 16);
  });

  it("stops when told to", () => {
    // Long enough that the signal is looked at.
    const begins = Array.from({ length: 16 }, (_, i) => `${i}:w${i % 8}(`);
    const ends = begins.map((_, i) => `${i})`);
    const reads = Array.from({ length: 8 }, (_, i) => `99:r${i}`);
    const text = [...begins, ...ends, "99:r0 99:r1", ...reads].join(" ");
    expect(checkLinearizable(h(text), MODEL)).toMatchObject({ valid: false });
    const check = checkOf(text, { signal: AbortSignal.abort() });
    expect(check.conclude()).toMatchObject({ valid: "unknown", summary: expect.stringContaining("it was stopped") });
  });
});

describe("what is told of many keys", () => {
  it("is nothing where there is nothing to tell", () => {
    const always = ["anomalyTypes", "keys", "method", "model", "ops", "steps", "summary", "valid"];
    const told = (text: string, options: LinearizableOptions = {}): string[] =>
      Object.keys(checkLinearizable(h(text), { ...MODEL, ...options })).sort();
    expect(told("0:w1 0:r1")).toEqual(always);
    expect(told("0:w1 0:rnil")).toEqual([...always, "witness", "witnesses"].sort());
    expect(told("0:w1 0:rnil", { method: "search" })).toEqual([...always, "prefix", "witness", "witnesses"].sort());
    const prefixed = checkLinearizable(h(`c/0:w1 c/1:rnil ${twisted("b")}`), MODEL);
    expect(prefixed).toMatchObject({ invalidKeys: ["c", "b"], prefix: { key: "b" } });
    expect(told("x/0:w1 x/0:rnil")).toEqual([...always, "invalidKeys", "witness", "witnesses"].sort());
  });

  it("is at most three witnesses and a hundred keys", () => {
    const keys = Array.from({ length: 104 }, (_, i) => `k${i}`);
    const verdict = checkLinearizable(h(keys.map((key) => `${key}/0:w1 ${key}/1:rnil`).join(" ")), MODEL);
    expect(verdict.keys).toEqual({ checked: 104, invalid: 104, unknown: 0 });
    expect(verdict.invalidKeys).toEqual(keys.slice(0, 100));
    expect(verdict.witnesses).toHaveLength(3);
    expect(verdict.summary).toContain("not linearizable as a cas-register (104 of 104 keys): key k0: p1 read null");
  });

  it("is how many ops and keys were found in order", () => {
    const summary = (text: string): string => checkLinearizable(h(text), MODEL).summary;
    expect(summary("0:w1 0:r1 1:w2? 0:r?")).toBe("3 ops are linearizable as a cas-register");
    expect(summary("x/0:w1 x/0:r1")).toBe("2 ops over 1 key are linearizable as a cas-register");
    expect(summary("x/0:w1 y/0:rnil")).toBe("2 ops over 2 keys are linearizable as a cas-register");
    const queues = (text: string): string => checkLinearizable(h(text), { model: "queue" }).summary;
    expect(queues("x/0:q1 x/0:k1")).toBe("2 ops over 1 key are linearizable as a queue");
    expect(queues("x/0:q1 y/0:q1 y/0:k1")).toBe("3 ops over 2 keys are linearizable as a queue");
    expect(queues("0:q1 0:k1")).toBe("2 ops are linearizable as a queue");
    expect(summary("")).toBe("0 ops are linearizable as a cas-register");
  });
});

describe("the checker of runs", () => {
  it("says unknown where nothing was observed, and takes the model from the ops", async () => {
    const check = async (text: string) => linearizableChecker().check(h(text), { nodes: [] });
    expect(await check("0:w1 0:w2")).toMatchObject({ valid: "unknown", model: "cas-register" });
    expect(await check("0:w1 0:r1")).toMatchObject({ valid: true });
    expect(await check("0:q1 0:k1")).toMatchObject({ valid: true, model: "queue" });
    expect(await check("0:q1")).toMatchObject({ valid: "unknown" });
  });
});

describe("the model of a history", () => {
  it.each([
    ["0:w1", "cas-register"],
    ["0:c1,2 0:r1", "cas-register"],
    ["0:l", "mutex"],
    ["0:q1 0:k1", "queue"],
    ["0:u1", "stack"],
    ["0:p1 0:r[1]", "list"],
    ["0:n 0:r1", "counter"],
    ["0:m 0:r1", "counter"],
    ["0:a1 0:i1", "set"],
    ["0:a1 0:r[1]", "set"],
    ["0:a1 0:r? 0:r[1]", "set"],
    ["0:d1", "set"],
    ["0:a1 0:r1", "counter"],
    ["0:n 0:a1 0:r1", "counter"],
    ["0:a1 0:r1 0:r[1]", "counter"],
  ])("of %s is %s", (text, model) => expect(modelNameOf(columnar(h(text)))).toBe(model));

  it("is told by what clients did, not by what was done to the cluster", () => {
    const nemesis = { process: "nemesis", type: "info", f: "lock", value: null, time: 0 } as const;
    const found = [{ ...nemesis, index: 0 }, ...ops("0:w1 0:r1").map((op) => ({ ...op, index: op.index + 1 }))];
    expect(modelNameOf(columnar(historyOf(found)))).toBe("cas-register");
  });

  it.each([["0:r1"], ["0:w1 0:q1"], ["0:n 0:a1 0:r[1]"], [""]])("of %s cannot be told", (text) => {
    expect(() => modelNameOf(columnar(h(text)))).toThrow(/cannot tell the model from the ops \(.+\)/);
  });
});
