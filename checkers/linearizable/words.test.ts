/** Values in words, and sentences that must stay true where times and types could mislead. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { h } from "../../src/history/testing.js";
import { checkLinearizable, type LinearizableOptions } from "./index.js";
import { show } from "./words.js";

const told = (text: string, options: LinearizableOptions): string => checkLinearizable(h(text), options).summary;

describe("values in words", () => {
  it.each<[unknown, string]>([
    ["apple", "apple"],
    ["žluť", "žluť"],
    ["1", '"1"'],
    ["null", '"null"'],
    ["[1]", '"[1]"'],
    ["", '""'],
    [" a", '" a"'],
    [1, "1"],
    [null, "null"],
    [undefined, "null"],
    [["a", 1], '["a",1]'],
    ["x".repeat(50), `${"x".repeat(37)}...`],
  ])("%j", (value, text) => {
    expect(show(value)).toBe(text);
  });

  it("tell a number from the text that looks like it", () => {
    const op = (index: number, process: number, type: "invoke" | "ok", f: string, value: unknown) => ({
      ...{ index, time: index, process, type, f, value },
    });
    const history = historyOf([
      op(0, 0, "invoke", "write", "1"),
      op(1, 0, "ok", "write", "1"),
      op(2, 1, "invoke", "read", null),
      op(3, 1, "ok", "read", 1),
    ]);
    expect(checkLinearizable(history, { model: "register" }).summary).toMatch(/read 1 .*but nobody ever wrote 1$/);
  });
});

describe("the smallest of the violations", () => {
  const size = (text: string, options: LinearizableOptions): number | undefined =>
    checkLinearizable(h(text), options).witness?.ops.length;

  it("is looked for among the reads of one that was found", () => {
    // Two reads that go apart; but the second alone lacks what had been appended.
    expect(size("0:p1 1:r[1] 2:p2 3:r[2]", { model: "list" })).toBe(6);
    expect(size("0:a1 1:r[1] 2:a2 3:r[2]", { model: "set" })).toBe(6);
    // A counter read twice, backwards; but two increments had been acknowledged before.
    expect(size("0:n 0:n 1:r2 1:r1", { model: "counter" })).toBe(6);
    // The first read by itself is of more than there can have been.
    expect(size("1:r3( 0:n( 1)3 0) 1:r2", { model: "counter" })).toBe(4);
  });
});

describe("a witness that is part of a history", () => {
  it("does not say of what comes later that it never came", () => {
    // Who releases has not always acquired: the search finds it, and the words are those of the sessions.
    const late = told("0:l 1:l 0:x 2:x 2:x", { model: "mutex" });
    expect(late).toContain("but p0 had acquired it at 0.001 s and had not begun to release it");
    expect(told("0:l 1:l 2:x 2:x 2:x", { model: "mutex" })).toContain("and never released it");
    // 7 goes in twice, and neither 1 nor 2 has to do with it.
    const queue = (rest: string): string => told(`0:q7 0:q7 0:k7 0:k7 0:q1 0:q2 1:k2 ${rest}`, { model: "queue" });
    expect(queue("1:k1")).toContain("before p0 began to enqueue 2 at 0.01 s, and nobody had begun to dequeue 1");
    expect(queue("1:q3")).toContain("before p0 began to enqueue 2 at 0.01 s, and nobody dequeued 1");
    const empty = (rest: string): string => told(`0:q7 0:q7 0:k7 0:k7 0:q1 1:knil ${rest}`, { model: "queue" });
    expect(empty("1:k1")).toContain("but p0 enqueued 1 on n1 at 0.009 s and nobody had begun to dequeue it");
    expect(empty("1:q3")).toContain("but p0 enqueued 1 on n1 at 0.009 s and nobody took it");
  });

  it("counts the increments of the whole, though it shows fewer", () => {
    const all = told("0:n 1:r1 0:n 1:r2 0:n 1:r3 0:n 1:r1", { model: "counter" });
    expect(all).toContain(
      "p1 read 1 on n2 at 0.015 s, but 4 increments had been acknowledged before it began (one of them",
    );
  });

  it("tells of an increment that it shows", () => {
    const { summary, witness } = checkLinearizable(h("0:n 1:n 2:n 3:r1"), { model: "counter" });
    expect(summary).toContain("3 increments had been acknowledged before it began (one of them to p1 at 0.003 s)");
    expect(witness?.ops.map(({ process }) => process)).toEqual([0, 0, 1, 1, 3, 3]);
  });

  it("keeps who took what was there from the start: without, it would be in the way", () => {
    const both = { model: "queue", initial: [1] } as const;
    const verdict = checkLinearizable(h("0:k1 0:q1 0:q3 0:q4 0:k4"), both);
    expect(verdict.summary).toMatch(/p0 dequeued 4 .* the state there is \[1, 4\]$/);
    expect(verdict.witness?.ops.map(({ f, value }) => `${f} ${value}`)).toContain("dequeue 1");
    const stack = checkLinearizable(h("0:o1 0:u1 0:u3 0:u4 0:o1"), { model: "stack", initial: [1] });
    expect(stack.witness?.ops.map(({ f, value }) => `${f} ${value}`).filter((op) => op === "pop 1")).toHaveLength(2);
  });
});

describe("possible states", () => {
  it("are told as far as a sentence can bear", () => {
    const summary = told("0:p1( 1:p2( 2:p3( 3:p1( 0) 1) 2) 3) 4:r[2,1]", { model: "list" });
    expect(summary).toMatch(/the state there is one of \[[^\]]*\], \[[^\]]*\], \[[^\]]*\], \[[^\]]*\], …$/);
  });
});

it("takes a mutex that is held or free in the beginning, and nothing else", () => {
  const valid = (initial: unknown) => checkLinearizable(h("0:l"), { model: "mutex", initial }).valid;
  expect([valid("held"), valid(true), valid("free"), valid(false), valid(null)]).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  expect(() => valid(5)).toThrow('the initial value of a mutex is "held" or "free", not 5');
});

it("counts keys in words", () => {
  expect(told("x/0:w1 x/1:r2", { model: "register" })).toContain("(1 of 1 key)");
  expect(told("x/0:w1 x/1:r2 y/0:w1", { model: "register" })).toContain("(1 of 2 keys)");
});
