/** What the models take: initial values, results that tell, malformed values, and what is said of them. */
import { describe, expect, it } from "vitest";
import type { Op } from "../../../src/core/op.js";
import { historyOf } from "../../../src/history/index.js";
import { h } from "../../../src/history/testing.js";
import { checkLinearizable, type LinearizableOptions, type ModelName } from "../index.js";
import { listText } from "./lists.js";

/** The verdict of all methods that apply: they must agree. */
function valid(model: ModelName, text: string, options: LinearizableOptions = {}): unknown {
  const found = checkLinearizable(h(text), { model, ...options }).valid;
  expect(checkLinearizable(h(text), { model, ...options, method: "search" }).valid).toBe(found);
  const fast = checkLinearizable(h(text), { model, ...options, method: "fast" }).valid;
  if (fast !== "unknown") expect(fast).toBe(found);
  return found;
}

describe("initial values", () => {
  it.each<[ModelName, unknown, good: string, bad: string]>([
    ["mutex", "held", "0:x 0:l", "0:l"],
    ["mutex", "locked", "0:x 0:l", "0:l"],
    ["mutex", true, "0:x 0:l", "0:l"],
    ["mutex", false, "0:l", "0:x"],
    ["mutex", null, "0:l", "0:x"],
    ["queue", [1, 2], "0:k1 0:k2 0:knil", "0:k2"],
    ["queue", [1, 1], "0:k1 0:k1 0:knil", "0:k1 0:knil"],
    ["queue", null, "0:knil", "0:k1"],
    ["stack", [1, 2], "0:o2 0:o1 0:onil", "0:o1"],
    ["stack", [], "0:onil", "0:o1"],
    ["counter", 5, "0:r5 0:n 0:r6", "0:r0"],
    ["counter", null, "0:r0 0:n 0:r1", "0:r1"],
    ["set", [1, 2], "0:r[2,1] 0:d1 0:r[2]", "0:r[]"],
    ["set", [1, 2], "0:i1( 0)true 0:d1 0:i1( 0)false", "0:i1( 0)false"],
    ["set", [0, 2], "1:d1? 0:i2( 0)true 0:i1( 0)false", "1:d1? 0:i1( 0)true"],
    ["set", [1, 1], "0:d1( 0)true 0:i1( 0)false", "0:i2( 0)true"],
    ["set", [2], "0:a1 0:r[1,2]", "0:a1 0:r[1]"],
    ["set", [1], "0:d1 0:a1 0:i1( 0)true", "0:a1 0:d1 0:i1( 0)true"],
    ["list", [1, 2], "0:r[1,2] 0:p3 0:r[1,2,3]", "0:r[2,1]"],
    ["list", [3], "0:p1( 1:r[3] 0) 1:r[3,1]", "0:p1 0:r[1,3]"],
    ["list", null, "0:r[] 0:rnil", "0:r[1]"],
    ["list", [1, 2], "0:p3( 1:r[1,2] 0)", "0:r[1]"],
    ["list", [1, 2], "0:p3( 1:r[1,2,3] 0)", "0:p3 0:r[3]"],
    ["list", [1, 2], "0:r[1,2] 1:r[1,2]", "0:r[]"],
    ["list", [1, 2], "0:p3 0:r[1,2,3]", "0:p3( 1:r[1,3] 0)"],
    ["set", [1, 2], "0:a3( 1:r[1,2] 0)", "0:a3 0:r[3]"],
    ["set", [1, 2], "0:a3 0:r[3,2,1]", "0:r[2]"],
  ])("%s from %j", (model, initial, good, bad) => {
    expect(valid(model, good, { initial })).toBe(true);
    expect(valid(model, bad, { initial })).toBe(false);
  });

  it.each<[ModelName, unknown, string]>([
    ["queue", 3, "the initial value of a queue is a list, not 3"],
    ["stack", "x", "the initial value of a stack is a list, not x"],
    ["set", 3, "the initial value of a set is a list, not 3"],
    ["list", 3, "the initial value of a list is a list, not 3"],
    ["counter", 0.5, "the initial value of a counter is a whole number, not 0.5"],
  ])("%s from %j is refused", (model, initial, words) => {
    const text = { queue: "0:k1", stack: "0:o1", counter: "0:r1" }[model as string] ?? "0:r[1]";
    expect(() => checkLinearizable(h(text), { model, initial, method: "search" })).toThrow(words);
  });
});

describe("results that tell", () => {
  it.each<[ModelName, good: string, bad: string]>([
    ["counter", "0:n( 0)1 0:n( 0)2", "0:n( 0)2"],
    ["counter", "0:n5( 0)5 0:n5( 0)10", "0:n5 0:n5( 0)11"],
    ["counter", "0:m2( 0)-2 0:r-2", "0:m2( 0)0"],
    ["counter", "0:n0( 0)0 0:r0", "0:n0 0:r1"],
    ["counter", "0:n1 0:n0( 0)1 0:r1", "0:n1 0:n0( 0)2"],
    ["set", "0:a1( 0)true 0:a1( 0)false", "0:a1( 0)true 1:a1( 1)true"],
    ["set", "0:d1( 0)false 0:a1 0:d1( 0)true", "0:d1( 0)true"],
    ["set", "0:a1? 1:d1( 1)true", "0:a1 0:a1? 1:d1 1:d1( 1)true 1:d1( 1)true"],
    // An echo of the element tells nothing.
    ["set", "0:atrue( 0)true 1:atrue( 1)true", "0:atrue 1:itrue( 1)false"],
    ["mutex", "0:l( 0)4 0:x4 0:l( 0)5 0:x5", "0:l( 0)4 0:x5"],
    ["mutex", "0:l4( 0)4 0:x4 0:l4( 0)4 0:x", "0:l( 0)4 0:x 0:l( 0)4 0:x"],
    ["mutex", "0:l( 0)4 0:x 0:l 0:x9", "0:l( 0)4 0:x 0:l( 0)3 0:x"],
  ])("%s: %s, but not %s", (model, good, bad) => {
    expect(valid(model, good)).toBe(true);
    expect(valid(model, bad)).toBe(false);
  });
});

describe("fences in maps", () => {
  /** Calls of one process, one after the other: what was asked, and the answer. */
  const judge = (method: "auto" | "search", ...calls: [f: string, asked: unknown, answer: unknown][]) => {
    const list = calls.flatMap(([f, asked, answer], i): Op[] => [
      { process: 0, f, value: asked, type: "invoke", index: i * 2, time: i * 2 },
      { process: 0, f, value: answer, type: "ok", index: i * 2 + 1, time: i * 2 + 1 },
    ]);
    return checkLinearizable(historyOf(list), { model: "mutex", method }).valid;
  };
  const held = (fence: unknown, release: unknown = null): [string, unknown, unknown][] => [
    ["acquire", null, { client: "c1", fence }],
    ["release", release, release],
  ];

  it.each(["auto", "search"] as const)("are tokens: %s", (method) => {
    expect(judge(method, ...held(1), ...held(2, { fence: 2 }))).toBe(true);
    expect(judge(method, ...held(1), ...held(1))).toBe(false);
    expect(judge(method, ...held(2), ...held(1))).toBe(false);
    expect(judge(method, ...held(2, { fence: 3 }))).toBe(false);
    // None was given.
    expect(judge(method, ...held(0), ...held(0), ...held(null), ...held("1"))).toBe(true);
    expect(judge(method, ["acquire", { fence: 7 }, { fence: 7 }], ["release", null, null], ...held(3))).toBe(true);
  });
});

describe("values that a model does not understand", () => {
  it.each<[ModelName, string, string]>([
    ["counter", "0:rx", "op 0 (process 0): a counter is read as a whole number, not x"],
    ["counter", "0:nx", "increment takes a whole number, not x"],
    ["set", "0:r3", "a set is read as a list, not 3"],
    ["set", "0:i3", "contains answers true or false, not 3"],
    ["list", "0:p1 0:r3", "op 2 (process 0): a list is read as a list, not 3"],
  ])("%s: %s", (model, text, words) => {
    expect(() => checkLinearizable(h(text), { model, method: "search" })).toThrow(words);
    // The near-linear methods read lists by themselves, and say so in words of their own.
    expect(() => checkLinearizable(h(text), { model })).toThrow(
      model === "list" || text === "0:r3" ? "is a list, not" : words,
    );
  });

  it.each<[ModelName, string, string]>([
    ["queue", "0:qnil", "enqueue needs a value other than null"],
    ["queue", "0:q1 0:qnil 0:k1", "enqueue needs a value other than null"],
    ["stack", "0:unil", "push needs a value other than null"],
  ])("whatever the method: %s: %s", (model, text, words) => {
    for (const method of ["auto", "search"] as const)
      expect(() => checkLinearizable(h(text), { model, method })).toThrow(words);
    expect(checkLinearizable(h(text), { model, method: "fast" }).valid).toBe("unknown");
  });

  it.each<[ModelName, string]>([
    ["counter", "0:r? 0:nnil 0:r1"],
    ["set", "0:r? 0:i3? 0:rnil"],
    ["list", "0:r? 0:rnil"],
  ])("crashed and null: %s: %s", (model, text) => expect(valid(model, text)).toBe(true));
});

/** Ops one after the other, each by a process of its own. */
function multi(...txns: [type: "ok" | "info", f: string, value: unknown, asked?: unknown][]) {
  const list = txns.flatMap(([type, f, value, asked = value], process): Op[] => [
    { process, f, value: asked, type: "invoke", index: process * 2, time: process * 2e6 },
    { process, f, value, type, index: process * 2 + 1, time: (process * 2 + 1) * 1e6 },
  ]);
  return checkLinearizable(historyOf(list), { model: "multi-register" });
}

describe("multi-registers", () => {
  it("say what was read and written", () => {
    const found = multi(
      [
        "ok",
        "txn",
        [
          ["w", "a", 1],
          ["w", "b", 2],
        ],
      ],
      [
        "ok",
        "txn",
        [
          ["r", "a", 1],
          ["r", "b", 1],
          ["w", "c", 3],
        ],
      ],
    );
    expect(found.valid).toBe(false);
    expect(found.summary).toContain("p1 read 1 from a and read 1 from b and wrote 3 to c");
  });

  it("read and write by the keys as texts, in the order given", () => {
    expect(
      multi(
        [
          "ok",
          "txn",
          [
            ["write", 1, 5],
            ["read", "1", 5],
            ["w", 1, null],
          ],
        ],
        ["ok", "read", { 1: null }],
      ).valid,
    ).toBe(true);
    expect(
      multi([
        "ok",
        "txn",
        [
          ["read", "1", 5],
          ["write", 1, 5],
        ],
      ]).valid,
    ).toBe(false);
    expect(multi(["ok", "write", { a: 1 }], ["ok", "read", { a: 1, b: null }, null]).valid).toBe(true);
    expect(multi(["ok", "write", { a: 1 }], ["ok", "read", { a: 1, b: 1 }, null]).valid).toBe(false);
    expect(multi(["info", "write", { a: 1 }], ["ok", "read", { a: 1 }, null], ["ok", "read", { a: null }]).valid).toBe(
      false,
    );
    expect(multi(["info", "read", null], ["ok", "read", {}, null]).valid).toBe(true);
    expect(multi(["info", "write", { a: 1 }], ["ok", "read", { a: 1 }, null]).valid).toBe(true);
  });

  it("begin with a map, or all with one value", () => {
    const check = (initial: unknown, value: unknown): unknown => {
      const op = { process: 0, f: "txn", value, time: 0 };
      const history = historyOf([
        { ...op, type: "invoke", index: 0 },
        { ...op, type: "ok", index: 1 },
      ]);
      return checkLinearizable(history, { model: "multi-register", initial }).valid;
    };
    expect(check({ a: 1, b: null }, [["r", "a", 1]])).toBe(true);
    expect(check({ a: 1 }, [["r", "a", null]])).toBe(false);
    expect(
      check(0, [
        ["r", "a", 0],
        ["r", "b", 0],
      ]),
    ).toBe(true);
    expect(check(0, [["r", "a", null]])).toBe(false);
    expect(
      check(0, [
        ["w", "a", null],
        ["r", "a", null],
        ["w", "a", 0],
        ["r", "a", 0],
      ]),
    ).toBe(true);
    expect(check([1], [["r", "a", [1]]])).toBe(true);
  });

  it("say what the others hold where they all began with one value", () => {
    const op = {
      process: 0,
      f: "txn",
      value: [
        ["w", "a", 1],
        ["r", "b", 1],
        ["w", "b", 1],
      ],
      time: 0,
    };
    const history = historyOf([
      { ...op, type: "invoke", index: 0 },
      { ...op, type: "ok", index: 1 },
    ]);
    const { summary } = checkLinearizable(history, { model: "multi-register", initial: 7 });
    expect(summary).toContain("the state there is {}, 7 elsewhere");
  });

  it("may have the names of what every object has", () => {
    expect(
      multi([
        "ok",
        "txn",
        [
          ["r", "constructor", null],
          ["r", "__proto__", null],
        ],
      ]).valid,
    ).toBe(true);
    const read = [["r", "__proto__", 1]];
    expect(multi(["ok", "txn", [["w", "__proto__", 1]]], ["ok", "txn", read]).valid).toBe(true);
    expect(multi(["ok", "txn", [["w", "toString", 1]]], ["ok", "txn", read]).valid).toBe(false);
  });

  it.each([
    ["txn", { a: 1 }, 'a txn is a list of ["r", key, value] and ["w", key, value], not'],
    ["txn", [["w", "a"]], "a txn is a list"],
    ["txn", [["x", "a", 1]], "a txn is a list"],
    ["txn", ["w"], "a txn is a list"],
    ["write", [1], "a write is a map {key: value}, not [1]"],
    ["read", null, "a read is a map {key: value}, not null"],
  ])("refuse a %s of %j", (f, value, words) => expect(() => multi(["ok", f, value])).toThrow(words));
});

describe("observations", () => {
  it.each<[ModelName, proves: string, provesNothing: string]>([
    ["set", "0:a1 0:r[1]", "0:a1 0:r?"],
    ["set", "0:a1 0:i1( 0)true", "0:a1 0:d1"],
    ["set", "0:a1( 0)true", "0:a1 1:a1"],
    ["list", "0:p1 0:r[1]", "0:p1"],
    ["queue", "0:q1 0:k1", "0:q1"],
    ["queue", "0:knil", "0:k?"],
    ["stack", "0:u1 0:o1", "0:u1"],
    ["counter", "0:n 0:r1", "0:n"],
    ["counter", "0:n( 0)1", "0:n1"],
  ])("of a %s: %s, but not %s", (model, proves, provesNothing) => {
    const judge = (text: string) => checkLinearizable(h(text), { model, vacuous: "unknown" }).valid;
    expect(judge(proves)).toBe(true);
    expect(judge(provesNothing)).toBe("unknown");
  });

  it("of a transaction that also writes are observations", () => {
    const op = {
      process: 0,
      f: "txn",
      value: [
        ["w", "a", 1],
        ["r", "a", 1],
      ],
      time: 0,
    };
    const history = historyOf([
      { ...op, type: "invoke", index: 0 },
      { ...op, type: "ok", index: 1 },
    ]);
    expect(checkLinearizable(history, { model: "multi-register", vacuous: "unknown" }).valid).toBe(true);
  });
});

describe("states", () => {
  it.each<[ModelName, initial: unknown, text: string, words: string]>([
    ["queue", 20, "0:knil", "but 0 was there from the start and nobody took it"],
    ["queue", 0, "0:k1", "nobody ever enqueued 1"],
    ["stack", 13, "0:onil", "but 0 was there from the start and nobody took it"],
    ["set", 13, "0:i7( 0)false", "the state there is a set of 13 elements"],
    ["set", 3, "0:i1( 0)false", "the state there is {0, 1, 2}"],
    ["list", 13, "0:r[]", "without 0, which was there from the start, and nothing is ever removed"],
  ])("of a %s from %i elements after %s", (model, size, text, words) => {
    const initial = Array.from({ length: Number(size) }, (_, i) => i);
    expect(checkLinearizable(h(text), { model, initial }).summary).toContain(words);
  });

  it("of a list that shows twice what was there from the start are no ops", () => {
    const { witness } = checkLinearizable(h("0:p1 0:r[7,7]"), { model: "list", initial: [7] });
    expect(witness?.ops.map(({ type, f }) => `${type} ${f}`)).toEqual(["invoke read", "ok read"]);
  });

  it("show the ends of a long list", () => {
    const list = (length: number): string => listText(Array.from({ length }, (_, i) => i));
    expect(list(12)).toBe("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]");
    expect(list(20)).toBe("[0, 1, 2, 3, 4, 5, … 11 more …, 17, 18, 19]");
    expect(listText([1, Symbol("x")])).toBe("[1, (never taken)]");
  });
});
