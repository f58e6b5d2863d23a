import { describe, expect, it } from "vitest";
import type { Op } from "../../../src/core/op.js";
import { historyOf } from "../../../src/history/index.js";
import { h } from "../../../src/history/testing.js";
import { checkLinearizable, type LinearizableOptions, type LinearizableVerdict, type ModelName } from "../index.js";
import { agrees, fuzz, methodsAgree, type Rules } from "../testing/agrees.js";
import { histories, type Shape } from "../testing/histories.js";
import { bag, type Case, counter, list, multiRegister, mutex, set } from "../testing/simulated.js";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 40);

/** By both methods, where both apply. */
function both(text: string, options: LinearizableOptions): LinearizableVerdict {
  const verdict = checkLinearizable(h(text), options);
  expect(checkLinearizable(h(text), { ...options, method: "search" }).valid).toBe(verdict.valid);
  const fast = checkLinearizable(h(text), { ...options, method: "fast" }).valid;
  if (fast !== "unknown") expect(fast).toBe(verdict.valid);
  return verdict;
}

const rulesOf = ({ simulated, step }: Case): Rules => ({ initial: simulated.initial, step });

describe("models against every order there is", () => {
  const shapes: [string, ModelName, Case, Shape, "fast" | "search" | "mixed" | "any"][] = [
    ["mutex", "mutex", mutex(false, true), {}, "mixed"],
    ["mutex, rude", "mutex", mutex(false, false), { crashes: 25 }, "any"],
    ["mutex, fenced", "mutex", mutex(true, true), {}, "mixed"],
    ["mutex, fenced, rude", "mutex", mutex(true, false), { crashes: 25 }, "any"],
    ["queue of unique values", "queue", bag("queue", true), {}, "fast"],
    ["queue of unique values, many crashes", "queue", bag("queue", true, 60), { crashes: 35 }, "fast"],
    ["queue that fails where it is empty", "queue", bag("queue", true, 55, 0), { crashes: 25 }, "fast"],
    ["queue of few values", "queue", bag("queue", false), {}, "mixed"],
    ["stack of unique values", "stack", bag("stack", true), {}, "mixed"],
    ["stack of unique values, few lies", "stack", bag("stack", true, 60, 0), { lies: 20 }, "mixed"],
    ["stack of unique values, many crashes", "stack", bag("stack", true, 60), { crashes: 35, lies: 20 }, "mixed"],
    ["stack of few values", "stack", bag("stack", false), { crashes: 25 }, "mixed"],
    ["counter by one", "counter", counter([1]), {}, "fast"],
    ["counter by one, many crashes", "counter", counter([1]), { crashes: 35 }, "fast"],
    ["counter down by three", "counter", counter([-3]), { lies: 20 }, "fast"],
    ["counter up and down", "counter", counter([1, -1, 1]), {}, "mixed"],
    ["counter by several amounts", "counter", counter([1, 2, 5]), { crashes: 25 }, "mixed"],
    ["counter that tells", "counter", counter([1], true), {}, "any"],
    ["set of unique elements", "set", set(["add", "contains", "contains", "remove"], true), {}, "mixed"],
    ["set of few elements", "set", set(["add", "contains", "remove"], false), { crashes: 25 }, "mixed"],
    ["set that tells", "set", set(["add", "contains", "remove"], false, true), {}, "any"],
    ["set that is read", "set", set(["add", "add", "remove", "contains", "read"], false), {}, "any"],
    ["set that only grows", "set", set(["add", "read"], true), {}, "mixed"],
    ["set that only grows, few elements", "set", set(["add", "read"], false), { crashes: 25 }, "mixed"],
    ["list of unique elements", "list", list(true), {}, "mixed"],
    ["list of few elements", "list", list(false), { crashes: 25 }, "mixed"],
    ["multi-register", "multi-register", multiRegister(false), {}, "search"],
    ["multi-register, one key an op", "multi-register", multiRegister(true), { crashes: 25 }, "search"],
    ["two queues", "queue", bag("queue", true), { secondKey: 40 }, "fast"],
  ];
  it.each(shapes)("%s", (name, model, made, shape, methods) => {
    const found = histories(made.simulated, shape);
    const seen = fuzz(name, found, numRuns, (ops) => agrees(ops, rulesOf(made), { model }));
    if (methods === "fast") expect(seen.unknown).toBe(0);
    if (methods === "search") expect(seen.true + seen.false).toBe(0);
    // A few random histories may all be broken (rude clients of a lock mostly are); many never are.
    const enough = methods === "fast" ? 40 : 1000;
    if (methods !== "any" && methods !== "search" && numRuns >= enough) expect(seen.true).toBeGreaterThan(0);
  });
});

describe("models that begin with something in them, against every order there is", () => {
  // What is there from the start can be taken, read and missed like anything else, and comes before everything.
  it.each<[ModelName, initial: unknown, Case, state?: unknown]>([
    ["mutex", "held", mutex(false, false), { held: true, last: 0 }],
    ["mutex", true, mutex(true, false), { held: true, last: 0 }],
    ["queue", [1, 7], bag("queue", true)],
    ["queue", [0, 1, 0], bag("queue", false)],
    ["stack", [7, 1], bag("stack", true)],
    ["stack", [0, 1, 0], bag("stack", false)],
    ["counter", 2, counter([1])],
    ["counter", 3, counter([1, -1, 1])],
    ["set", [1, 2], set(["add", "read"], true)],
    ["set", [0, 1], set(["add", "read"], false)],
    ["set", [1, 3], set(["add", "contains", "contains", "remove"], true)],
    ["set", [0, 2], set(["add", "contains", "remove"], false)],
    ["set", [0, 1], set(["add", "remove", "contains", "read"], false)],
    ["list", [1, 2], list(true)],
    ["list", [1, 1], list(false)],
    ["multi-register", { x: 1, y: 2 }, multiRegister(true)],
    ["multi-register", { x: 1 }, multiRegister(false)],
    ["multi-register", 2, multiRegister(false), { x: 2, y: 2, z: 2 }],
  ])("%s from %j", (model, initial, { simulated, step }, state = initial) => {
    const found = histories({ ...simulated, initial: state }, { lies: 150 });
    const rules = { initial: state, step };
    fuzz(`${model} from ${JSON.stringify(initial)}`, found, numRuns, (ops) => agrees(ops, rules, { model, initial }));
  });
});

it("multi-registers whose null reads may have seen anything, against every order there is", () => {
  const made = multiRegister(false, "any");
  const found = histories(made.simulated, { crashes: 25 });
  fuzz("multi-register, nil reads", found, numRuns, (ops) =>
    agrees(ops, rulesOf(made), { model: "multi-register", nilReads: "any" }),
  );
});

describe("histories too long for brute force, by both methods", () => {
  const runs = Math.ceil(numRuns / 4);
  const few = { lies: 12, crashes: 4 };
  it.each<[string, ModelName, Case, Shape]>([
    ["mutex", "mutex", mutex(false, true, true), { crashes: 1 }],
    ["mutex, fenced", "mutex", mutex(true, true, true), { lies: 4, crashes: 1 }],
    ["queue", "queue", bag("queue", true), few],
    ["queue, many crashes", "queue", bag("queue", true, 60), { lies: 8, crashes: 25 }],
    ["stack", "stack", bag("stack", true), few],
    ["counter by one", "counter", counter([1]), few],
    ["set of unique elements", "set", set(["add", "contains", "contains", "remove"], true), few],
    ["set that only grows", "set", set(["add", "read"], true), few],
    ["list", "list", list(true), few],
  ])("%s", (name, model, { simulated }, shape) => {
    const found = histories(simulated, { ...shape, minSteps: 60, maxSteps: 160 });
    const seen = fuzz(`${name}, long`, found, runs, (ops) => methodsAgree(ops, { model }));
    if (numRuns >= 1000) expect(Math.min(seen.true, seen.false)).toBeGreaterThan(0);
  });
});

const bad: [ModelName, string, string][] = [
  [
    "mutex",
    "0:l 1:l",
    "p1 acquired the lock on n2 at 0.003 s, but p0 had acquired it at 0.001 s and never released it",
  ],
  ["mutex", "0:l 0:x 2:l 0:l 2:x", "but p2 had acquired it at 0.005 s and began to release it only later at 0.008 s"],
  ["mutex", "0:l 0:x 1:x", "p1 released the lock on n2 at 0.005 s, begun at 0.004 s, but whatever the order"],
  ["mutex", "0:l 0:l", "the state there is held"],
  ["mutex", "0:l 0:x? 1:l 2:l", "p2 acquired the lock on n3"],
  ["mutex", "0:l( 0)3 0:x 1:l( 1)2", "p0 acquired the lock (token 3) on n1"],
  [
    "mutex",
    "0:l( 1:l( 1)5 0)3",
    "but p0 had acquired it with the smaller token 3, though told so only at 0.003 s, and never",
  ],
  [
    "mutex",
    "0:l( 0)5 0:x 2:l 2:x 1:l( 1)3",
    "p1 acquired the lock (token 3) on n2 at 0.009 s, begun at 0.008 s, but whatever the order of the ops before and beside it, the state there is free after token 5",
  ],
  ["mutex", "0:l( 0)3 0:x 1:l( 1)3", "no token may be given twice"],
  ["mutex", "0:l( 0)3 0:x 1:l( 1)2 1:x", "before: tokens must grow"],
  ["queue", "0:q1 0:q2 1:k2 1:k1", "p1 dequeued 2 on n2 at 0.005 s, before p1 began to dequeue 1 at 0.006 s"],
  ["queue", "0:q1 0:q2 1:k2", "and nobody dequeued 1"],
  ["queue", "0:q1 1:k1 2:k1", "but p1 dequeued it too at 0.003 s, and it was enqueued once"],
  ["queue", "0:q1 1:k7", "but nobody ever enqueued 7"],
  ["queue", "0:q1! 1:k1", "but every enqueue of 1 failed, so it must never be seen"],
  [
    "queue",
    "0:q1 1:knil",
    "p1 found the queue empty on n2 at 0.003 s, but p0 enqueued 1 on n1 at 0.001 s and nobody took it",
  ],
  ["queue", "0:q1 1:k( 0:q2 0:k1 1)nil", "it was not empty at any moment"],
  ["queue", "0:q1 2:k? 0:q2 0:q3 3:k3", "but nobody dequeued them, and only 1 dequeue that got no answer had begun"],
  [
    "queue",
    "0:q1 2:k? 4:k? 0:q2 0:q3 0:q4 3:k4",
    "(1, 2, 3), but nobody dequeued them, and only 2 dequeues that got no",
  ],
  ["queue", "0:k1 0:q1", "p0 dequeued 1 on n1 at 0.001 s, before p0 began to enqueue it (0.002 s)"],
  ["queue", "0:q1 1:q1 0:q2 1:k2", "the state there is [1, 1, 2]"],
  ["stack", "0:u1 0:u2 1:o1", "the state there is [1, 2] (2 on top)"],
  ["stack", "0:u1 0:u2 1:o1 1:o2", "p1 popped 1 on n2"],
  ["stack", "0:u1 1:onil", "p1 found the stack empty on n2 at 0.003 s, but p0 pushed 1 on n1"],
  ["stack", "0:u1 1:o1 2:o1", "and it was pushed once"],
  [
    "stack",
    "1:u1( 0:u2( 3:u3( 1) 1:u4( 3) 2:u5( 3:o( 1) 0) 0:o( 3)1 1:o( 0)2 1)3",
    "p1 popped 3 on n2 at 0.014 s, begun at 0.012 s, but whatever the order",
  ],
  [
    "counter",
    "0:n 0:n 1:r1",
    "p1 read 1 on n2 at 0.005 s, but 2 increments had been acknowledged before it began (the last of them to p0 at 0.003 s)",
  ],
  ["counter", "0:n 1:r2", "p1 read 2 on n2 at 0.003 s, but only 1 increment had begun by then"],
  ["counter", "1:r2 0:n", "p1 read 2 on n2 at 0.001 s, but no increment had begun by then"],
  ["counter", "0:n( 1:n( 2:r2 3:r1", "but p2 had already read 2 at 0.003 s, and nothing changes it back"],
  ["counter", "0:n( 0)? 1:n( 1)? 2:r2 3:n 4:n 2:r3", "2 increments, begun after p2 had read 2"],
  [
    "counter",
    "1:n? 2:n? 3:n? 4:r3 5:n 6:r3",
    "1 increment, begun after p4 had read 3 at 0.007 s, had been acknowledged before it began (to p5 at 0.009 s)",
  ],
  ["counter", "0:n5 0:m2 1:r4", "p1 read 4 on n2 at 0.005 s, begun at 0.004 s, but whatever the order"],
  ["counter", "0:n3 0:n3 1:r5", "which no number of increments by 3 makes of 0"],
  ["counter", "0:m 0:m 1:r-1", "but 2 decrements had been acknowledged before it began"],
  ["counter", "0:r1", "p0 read 1 on n1 at 0.001 s, but no"],
  ["set", "0:a1 1:i1( 1)false", "p1 did not find 1 in the set on n2"],
  ["set", "0:a1 0:d1 1:i1( 1)true", "p1 found 1 in the set on n2"],
  ["set", "0:d1 0:a1 1:i1( 1)false", "p1 did not find 1 in the set on n2"],
  ["set", "0:a1( 0)false", "p0 added 1 (and was told it was there) on n1"],
  ["set", "0:a1 0:a2 1:r[1]", "p1 read [1] on n2 at 0.005 s, without 2, which p0 had already added at 0.003 s"],
  ["set", "0:a1( 1:a2( 2:r[1] 3:r[2]", "each lacks an element that the other shows"],
  ["set", "0:a1 1:r[1,2]", "but nobody ever added 2"],
  ["set", "0:a1 2:a2! 1:r[1,2]", "but every add of 2 failed, so it must never be seen"],
  ["set", "0:a1 0:d1 1:i7( 1)true", "p1 found 7 in the set on n2 at 0.005 s, but nobody ever added 7"],
  ["set", "0:a1 1:r[1] 0:a2( 1:r[1,2] 2:r[1]", "but p1 had already read [1,2] at 0.006 s, and nothing is ever removed"],
  ["set", "0:a1 0:d1 1:r[1]", "the state there is {}"],
  ["set", "0:a1 1:r[1,1]", "shows 1 twice"],
  [
    "list",
    "0:p1 0:p2 1:r[2,1]",
    "which shows 2 before 1; but p0 appended 1 on n1 at 0.001 s, before p0 began to append 2",
  ],
  ["list", "0:p1 0:p2 1:r[1]", "p1 read [1] on n2 at 0.005 s, without 2, which p0 had already appended at 0.003 s"],
  ["list", "0:p1( 2:p2( 1:r[1] 3:r[2]", "neither is the beginning of the other"],
  ["list", "0:p1( 1:p2( 2:p3( 3:r[1,2] 4:r[2,1,3]", "neither is the beginning of the other"],
  ["list", "0:p1( 1:r[1,1]", "which shows 1 twice, which was appended once"],
  ["list", "0:p1( 1:r[1] 1:r[]", "but p1 had already read [1] at 0.002 s"],
  ["set", "1:r( 0:a1 0:i0( 0)false 1)[0] 0:a0", "p1 read the set as [0]"],
  ["counter", "0:n( 0)2 0:r5", "p0 incremented by 1 to 2 on n1 at 0.001 s, begun at 0 s, but whatever the order"],
  ["counter", "0:r0 0:n4( 0)7", "p0 incremented by 4 to 7 on n1 at 0.003 s, begun at 0.002 s, but whatever the order"],
  ["counter", "0:n2 1:n4 0:r1", "p0 read 1 on n1"],
  ["list", "0:p1( 1:p2( 2:p1( 0) 1) 2) 3:r[3]", "but nobody ever appended 3"],
  ["list", "0:p1( 1:p2( 2:p1( 0) 1) 2) 3:r[2]", "the state there is one of ["],
  ["stack", "0:u1( 1:u2( 0) 1) 2:u5? 3:o7", "nobody ever pushed 7"],
  ["list", "0:r[1] 0:p1", "before p0 began to append 1 (0.002 s)"],
];

const good: [ModelName, string][] = [
  ["mutex", "0:l 0:x 1:l 1:x"],
  ["mutex", "0:l 1:l( 0:x 1)"],
  ["mutex", "0:l 0:x? 1:l 1:x"],
  ["mutex", "0:l? 1:l 1:x 2:l"],
  ["mutex", "0:l( 0)1 0:x 1:l( 1)2 1:x2"],
  ["mutex", "0:l7 0:x7 1:l7 1:x7"],
  ["queue", "1:q1? 0:q2 1:k1 0:k2"],
  ["queue", "0:q1 2:k? 0:q2 3:k2"],
  ["queue", "0:q1 2:k? 0:knil"],
  ["queue", "0:q1 2:k? 0:q2 1:k2 1:knil"],
  ["queue", "0:q1( 1:knil 0) 1:k1 1:knil"],
  ["stack", "0:u1 0:u2 1:o2 1:o1 1:onil"],
  ["stack", "0:u1 2:u2? 0:u3 1:o3 1:o2 1:o1"],
  ["counter", "0:n? 1:r0 1:r1"],
  ["counter", "0:n5 0:m2 1:r3"],
  ["counter", "0:n( 1:r1 0) 1:r1"],
  ["set", "0:a1 0:d1 1:i1( 1)false"],
  ["set", "0:a1? 1:i1( 1)false 1:i1( 1)true"],
  ["set", "0:a1? 1:a1( 1)false"],
  ["queue", "0:q1( 1:q2( 0) 1) 2:k2 2:k1"],
  ["stack", "0:u1 1:u2( 0:o1 1) 1:o2"],
  ["set", "0:a1( 1:a2( 2:r[2] 3:r[1,2] 0) 1)"],
  ["list", "0:p1? 1:p2 1:r[2] 1:r[2,1]"],
  ["list", "0:rnil 0:p1 0:r[1]"],
];

describe("golden", () => {
  it.each(bad)("%s, invalid: %s", (model, text, words) => {
    const { valid, summary, witness } = both(text, { model });
    expect(valid, summary).toBe(false);
    expect(summary).toContain(words);
    expect(checkLinearizable(historyOf(witness?.ops ?? []), { model }).valid).toBe(false);
  });

  it.each(good)("%s, valid: %s", (model, text) => {
    const { valid, summary } = both(text, { model });
    expect(valid, summary).toBe(true);
  });
});

describe("a witness of the search", () => {
  it("has none of the crashed calls that nothing needs", () => {
    const unseen = Array.from({ length: 14 }, (_, i) => `${i}:p${i + 10}?`).join(" ");
    const { witness } = checkLinearizable(h(`${unseen} 90:p1( 91:p1( 90) 91) 92:r[1]`), { model: "list" });
    expect(witness?.ops.map(({ value }) => value)).toEqual([1, 1, 1, 1, null, [1]]);
    expect(witness?.text).toContain("the state there is [1, 1]");
  });

  it("has words even where its states are too many to tell apart", () => {
    // Nine values in any order, and eight calls that may each have taken any of them.
    const begins = Array.from({ length: 9 }, (_, i) => `${i}:q${Math.max(1, i)}(`);
    const ends = begins.map((_, i) => `${i})`);
    const takes = Array.from({ length: 8 }, (_, i) => `${20 + i}:k?`);
    const { summary } = checkLinearizable(h([...begins, ...ends, ...takes, "90:q99 90:k99"].join(" ")), {
      model: "queue",
    });
    expect(summary).toContain(
      "p90 dequeued 99 on n1 at 0.037 s, begun at 0.036 s, and no order of the ops before and beside it allows that",
    );
  });
});

type Txn = readonly [type: "ok" | "info", value: unknown, f?: string];

/** Ops one after the other, each by a process of its own. */
function oneByOne(txns: readonly Txn[], options: LinearizableOptions = {}): unknown {
  const ops = txns.flatMap(([type, value, f = "txn"], process): Op[] => {
    const base = { process, f, value };
    return [
      { ...base, type: "invoke", index: process * 2, time: process * 2 },
      { ...base, type, index: process * 2 + 1, time: process * 2 + 1 },
    ];
  });
  return checkLinearizable(historyOf(ops), { model: "multi-register", ...options }).valid;
}

describe("multi-registers", () => {
  it("tell of a value that nobody wrote to its key", () => {
    const txn = (process: number, type: string, value: unknown) => ({ process, type, f: "txn", value });
    const lines = [
      txn(0, "invoke", [["w", "a", 1]]),
      txn(0, "ok", [["w", "a", 1]]),
      txn(1, "invoke", [["w", "b", 2]]),
      txn(1, "fail", [["w", "b", 2]]),
      txn(2, "invoke", [
        ["r", "a", null],
        ["r", "b", null],
      ]),
    ];
    const summary = (b: number): string => {
      const ops = [
        ...lines,
        txn(2, "ok", [
          ["r", "a", 1],
          ["r", "b", b],
        ]),
      ] as Op[];
      return checkLinearizable(historyOf(ops.map((op, index) => ({ ...op, index, time: index }))), {
        model: "multi-register",
      }).summary;
    };
    expect(summary(1)).toMatch(/but nobody ever wrote 1 to b$/);
    expect(summary(2)).toMatch(/but every write of 2 to b failed, so it must never be seen$/);
  });

  it("are judged together where a transaction joins them", () => {
    const both: Txn = [
      "ok",
      [
        ["w", "a", 1],
        ["w", "b", 1],
      ],
    ];
    expect(oneByOne([both, ["ok", [["r", "b", 1]]], ["ok", [["r", "a", 1]]]])).toBe(true);
    expect(oneByOne([both, ["ok", [["r", "b", null]]]])).toBe(false);
    expect(
      oneByOne([
        ["ok", { a: 1, b: 2 }, "write"],
        ["ok", { b: 2 }, "read"],
      ]),
    ).toBe(true);
    expect(
      oneByOne([
        ["ok", { a: 1, b: 2 }, "write"],
        ["ok", { b: 1 }, "read"],
      ]),
    ).toBe(false);
  });

  it("do not know what a crashed transaction read, nor with nilReads any what null stands for", () => {
    const crashed: Txn = [
      "info",
      [
        ["r", "x", null],
        ["w", "y", 1],
      ],
    ];
    expect(oneByOne([["ok", [["w", "x", 5]]], crashed, ["ok", [["r", "y", 1]]]])).toBe(true);
    const nil: readonly Txn[] = [
      ["ok", [["w", "x", 5]]],
      ["ok", [["r", "x", null]]],
    ];
    expect(oneByOne(nil)).toBe(false);
    expect(oneByOne(nil, { nilReads: "any" })).toBe(true);
    expect(oneByOne([["ok", [["r", "x", 3]]]], { initial: { x: 3 } })).toBe(true);
  });
});

/** Rounds of eight overlapping calls, half of which never answer, and then one that no order allows, but only at the end. */
function tangle(put: (i: number) => string, end: string): string {
  const rounds = Array.from({ length: 6 }, (_, round) => {
    const calls = Array.from({ length: 8 }, (_, i) => ({ process: round * 8 + i, put: put(round * 3 + i) }));
    const begins = calls.map(({ process, put }) => `${process}:${put}(`);
    const ends = calls.map(({ process }) => `${process})${process % 2 === 0 ? "?" : ""}`);
    return [...begins, ...ends].join(" ");
  });
  return `${rounds.join(" ")} ${end}`;
}

describe("histories that no search can finish", () => {
  it.each<[ModelName, string]>([
    [
      "queue",
      tangle((i) => `q${i % 5}`, "99:k0 99:k1 99:k2 99:k3 99:k4 99:k0 99:k4 99:k4 99:k4 99:k4 99:k4 99:k4 99:k4"),
    ],
    [
      "stack",
      tangle((i) => `u${i % 5}`, "99:o0 99:o1 99:o2 99:o3 99:o4 99:o0 99:o4 99:o4 99:o4 99:o4 99:o4 99:o4 99:o4"),
    ],
    ["counter", tangle((i) => `n${[3, 7, 11, 19, 31][i % 5]}`, "99:r1")],
    ["set", tangle((i) => (i % 2 === 0 ? `a${i % 7}` : `d${i % 7}`), "99:r[0,1,2,3,4,5,6] 99:r[] 99:r[1]")],
  ])("%s: unknown within the budget, at the same place every time", (model, text) => {
    const options = { model, budgetSteps: 20_000 };
    const verdict = checkLinearizable(h(text), options);
    expect(verdict.valid).toBe("unknown");
    expect(verdict.summary).toMatch(/undecided: it took more than 20000 steps, with \d+ of \d+ ops in order, near p/);
    // One call too many is what it may take to notice.
    expect(verdict.steps).toBeLessThan(20_200);
    expect(checkLinearizable(h(text), options)).toEqual(verdict);
  });
});

it("judges a counter that was read at more values than a call may have arguments", () => {
  const found = Array.from({ length: 130_000 }, (_, i): Op[] => {
    const base = { process: 0, f: "read", time: i };
    return [
      { ...base, index: 2 * i, type: "invoke", value: null },
      { ...base, index: 2 * i + 1, type: "ok", value: i },
    ];
  });
  expect(checkLinearizable(historyOf(found.flat()), { model: "counter" })).toMatchObject({
    valid: false,
    method: "fast",
  });
});
