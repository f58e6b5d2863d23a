import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Valid } from "../../src/core/checker.js";
import type { Op } from "../../src/core/op.js";
import { historyOf, NONE, parseEdnHistory, parseHistory } from "../../src/history/index.js";
import { h } from "../../src/history/testing.js";
import { checkLinearizable, type LinearizableOptions, type LinearizableVerdict } from "./index.js";
import { registerFamily } from "./registers.js";
import { agrees, fuzz, methodsAgree } from "./testing/agrees.js";
import { histories, type Shape, type Simulated, simulatedRegister } from "./testing/histories.js";
import { oracle, registerStep } from "./testing/oracle.js";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);
const check = (text: string, options: LinearizableOptions = {}): LinearizableVerdict =>
  checkLinearizable(h(text), { model: "cas-register", ...options });

/** By both methods, where both apply. */
function valid(text: string, options: LinearizableOptions = {}): unknown {
  const found = check(text, options).valid;
  expect(check(text, { ...options, method: "search" }).valid).toBe(found);
  const fast = check(text, { ...options, method: "fast" }).valid;
  if (fast !== "unknown") expect(fast).toBe(found);
  return found;
}

describe("registers, golden", () => {
  const good: [string, string][] = [
    ["nothing", ""],
    ["one after another", "0:w1 1:r1 0:w2 1:r2"],
    ["the initial value", "0:rnil 0:w1"],
    ["a read of an overlapping write, and one that misses it", "0:w1 1:w2( 2:r1 0:r2 1)"],
    ["a crashed write that is read later", "0:w1 1:w2? 0:r1 0:r2"],
    ["a crashed write that is never read", "0:w1 1:w2? 0:r1 0:r1"],
    ["an open write that is read", "0:w1 1:w2( 0:r2"],
    ["a failed write", "0:w1 1:w2! 0:r1"],
    ["a crashed read", "0:w1 1:r? 0:w2"],
    ["cas chains", "0:w1 1:c1,2 0:c2,3 1:r3"],
    ["a crashed cas that happened", "0:w1 1:c1,2? 0:c2,3 1:r3"],
    ["a crashed cas that could not happen", "0:w1 1:c7,2? 0:r1"],
    ["a mismatch before the write and one after", "1:c1,9~ 0:w1 0:w2 1:c1,9~"],
    ["a mismatch beside the write that explains it", "0:w1 1:w2( 0:c1,9~ 1) 0:r2"],
    ["a mismatch that only a crashed write explains", "0:w1 1:w2? 0:c1,9~ 0:r2"],
    ["a mismatch that only an unseen crashed write explains", "0:w1 1:w2? 0:c1,9~"],
    ["a cas of a value to itself", "0:w1 1:c1,1 0:r1"],
    ["keys apart from each other", "x/0:w1 y/1:rnil x/1:r1 y/0:w2 x/0:r1"],
    ["the same value twice", "0:w1 0:w2 0:w1 0:r1"],
    ["two crashed writes of one value, used one after the other", "1:w1? 2:w1? 0:r1 0:w2 0:r1"],
    ["values of any kind", "0:wx 1:rx 0:w[1,2,3] 1:r[1,2,3] 0:wtrue 1:rtrue"],
  ];
  it.each(good)("valid: %s", (_, text) => expect(valid(text)).toBe(true));

  const bad: [string, string, string][] = [
    [
      "a stale read",
      "0:w1 1:w2 2:r1",
      "p2 read 1 from n3 at 0.005 s, but 2 had been acknowledged to p1 at 0.003 s and overwrote it",
    ],
    [
      "a lost write",
      "0:w1 0:rnil",
      "p0 read null from n1 at 0.003 s, but 1 had been acknowledged to p0 at 0.001 s and overwrote it",
    ],
    [
      "a stale read, and one of the newer value after it",
      "0:w1 0:w2 1:r1 1:r2",
      "p1 read 1 from n2 at 0.005 s, but 2 had been acknowledged to p0 at 0.003 s and overwrote it (1 had been acknowledged to p0 at 0.001 s, before p0 began to write 2 at 0.002 s)",
    ],
    ["values in two orders", "0:w1( 1:w2( 0) 1) 2:r1 3:r2 2:r1", "each would have to be the newer one"],
    ["a value from nowhere", "0:w1 1:r7", "p1 read 7 from n2 at 0.003 s, but nobody ever wrote 7"],
    [
      "a failed write that is read",
      "0:w1 1:w2! 0:r2",
      "p0 read 2 from n1 at 0.005 s, but every write of 2 failed, so it must never be seen",
    ],
    ["a value that another key's failed write had", "x/0:w2! y/0:w1 y/1:r2", "but nobody ever wrote 2"],
    [
      "a chain of compare-and-sets over another value",
      "0:w1 0:w2 1:c2,3 2:r1",
      "2 had been acknowledged to p0 at 0.003 s and overwrote it",
    ],
    ["a read before its write", "0:r1 1:w1", "p0 read 1 from n1 at 0.001 s, before p1 began to write it (0.002 s)"],
    ["a crashed write that comes and goes", "0:w1 1:w2? 0:r2 0:r1", "p0 read 1"],
    ["two winners", "0:w1 1:c1,2 2:c1,3", "but 1 was there only once: one of the two overwrote the other unseen"],
    ["a crashed winner", "0:w1 1:c1,2? 0:r2 2:c1,3", "(never answered)"],
    [
      "an older link",
      "0:w1 1:c1,2 0:r1",
      "p0 read 1 from n1 at 0.005 s, but 2 had been acknowledged to p1 at 0.003 s, and 2 was made from 1 by compare-and-set",
    ],
    [
      "a crashed cas that was seen and had nothing to change",
      "1:c2,2( 0:c1,2? 2:c2,3",
      "p0 changed 1 to 2 on n1 at 0.001 s (never answered), which must have happened, for what it did was seen, but whatever the order",
    ],
    [
      "a circle of one, and a rival",
      "0:w9 0:c1,1 2:c1,2",
      "p0 changed 1 to 1 on n1 at 0.003 s, but nobody wrote 1 before",
    ],
    ["a circle of one", "0:w9 0:c1,1", "p0 changed 1 to 1 on n1 at 0.003 s, but nobody wrote 1 before"],
    [
      "a circle",
      "0:w9 0:c1,2 0:c2,1",
      "p0 changed 2 to 1 on n1 at 0.005 s: the successful compare-and-sets go round in a circle (1 -> 2 -> 1)",
    ],
    ["a cas from nothing", "0:w1 1:c7,2", "nobody ever wrote 7"],
    [
      "a crashed cas from nothing, seen",
      "0:w1 1:c7,2? 0:r2",
      "but 2 could only come from p1's cas from 7, and nobody ever wrote 7",
    ],
    [
      "a mismatch although it was there",
      "0:w1 1:c1,9~ 0:r1",
      'p1\'s cas from 1 failed with "mismatch" on n2 at 0.003 s, but 1 had been acknowledged to p0 at 0.001 s and p0 read 1',
    ],
    [
      "a mismatch that only a write read later could explain, at the end of the order",
      "0:w1 0:c1,2( 1:w3( 0)~ 0:w4 0:r3",
      "p0 read 3 from n1 at 0.008 s",
    ],
    [
      "a mismatch although it was written again, as it had been from the start",
      "0:w1 0:wnil 1:cnil,9~",
      "the state there is null",
    ],
    ["a mismatch although it was there from the start", "1:cnil,9~ 0:rnil", "the register was null from the start"],
    [
      "a chain whose second value was there before its first was acknowledged",
      "0:w1( 1:c1,2 2:w5 2:r5 0) 3:r2",
      "p3 read 2",
    ],
    [
      "a value and the initial one in two orders",
      "0:w1( 1:r1 2:rnil 0)",
      "p2 read null from n3 at 0.004 s, but 1 had been read by p1",
    ],
    ["one crashed write used twice", "1:w1? 0:r1 0:w2 0:r1", "p0 read 1"],
    ["one key of two", "x/0:w1 y/1:w2 x/1:r1 y/0:rnil", "(1 of 2 keys): key y: p0 read null"],
  ];
  it.each(bad)("invalid: %s", (_, text, words) => {
    expect(valid(text)).toBe(false);
    const { summary, witness } = check(text);
    expect(summary).toContain(words);
    expect(checkLinearizable(historyOf(witness?.ops ?? []), { model: "cas-register" }).valid).toBe(false);
  });

  it("scans all keys at once, and leaves alone only those where something is wrong or a value is written twice", () => {
    const left = (text: string): unknown[] => {
      const history = h(text);
      const { undecided } = registerFamily(history, {}, "cas-register").screen?.() ?? expect.fail("scanned");
      return [...undecided].map((key) => (key === NONE ? "none" : history.key(key)));
    };
    expect(left("x/0:w1 y/1:w2 x/1:r1 y/0:r2 x/0:c1,3 y/2:w4( x/1:c1,5~ y/1:r4 y/1:c2,6~ y/0:rnil?")).toEqual([]);
    expect(left("x/0:w1 y/1:w2 x/1:r1 y/0:rnil")).toEqual(["y"]);
    expect(left("x/0:rnil y/0:rnil z/0:rnil x/0:w1 y/0:w2 z/0:cnil,3 z/1:r3 y/1:c2,4")).toEqual([]);
    expect(left("x/0:w1 y/1:w2 z/1:w3 z/0:w2 z/1:r2")).toEqual(["y", "z"]);
    expect(left("x/0:w1 y/1:r1 z/0:c1,2?")).toEqual(["y"]);
    expect(left("0:w1 1:w2? 0:c1,9~ 0:r2")).toEqual([]);
    expect(left("0:c1,2 0:c2,1 0:w9")).toEqual(["none"]);
    expect(left("0:w1 0:c1,1 0:wnil")).toEqual(["none"]);
  });

  it("decides by the near-linear method whatever values written once allow, key by key as well", () => {
    for (const text of [
      "0:w1 1:w2? 0:c1,9~",
      "0:w1 1:w2? 2:w3? 0:c1,9~ 0:c1,8~ 1:c1,7~",
      "0:w1 1:w2( 0:c1,9~ 1) 0:r2",
      "0:w1 1:w2( 2:w3( 0:c1,9~ 1) 2) 0:r3",
      "0:w1 1:c1,2 0:c1,9~ 1:r2",
      "1:c7,9~ 0:w1",
    ]) {
      expect(check(text, { method: "fast" }).valid).toBe(true);
      const family = registerFamily(h(text), {}, "cas-register");
      expect(family.parts.map((part) => family.fast(part))).toEqual(["valid"]);
    }
  });

  it("takes only a mismatch for an answer of a cas that failed, and only of a cas", () => {
    expect(valid("0:w1 1:c1,9! 0:r1")).toBe(true);
    expect(valid("0:w1 1:c1,9! 2:c7,8~ 0:r1")).toBe(true);
    expect(valid("0:w1 1:c1,9~ 0:r1")).toBe(false);
    expect(valid("0:w1 1:w9~ 0:r1")).toBe(true);
    const history = h("0:w1 0:a1~ 0:r1");
    expect(registerFamily(history, {}, "cas-register").screen?.()?.undecided).toEqual(new Set());
  });

  it("observes what was read, or denied, or taken", () => {
    for (const [text, wanted] of [
      ["0:w1 1:r1", true],
      ["0:w1 1:c1,2", true],
      ["0:w1 1:c5,2~", true],
      ["0:w1 1:c1,2?", "unknown"],
      ["0:w1 1:r?", "unknown"],
    ] as const) {
      expect(check(text, { vacuous: "unknown" }).valid).toBe(wanted);
      expect(check(text, { vacuous: "unknown", method: "search" }).valid).toBe(wanted);
    }
  });

  it("says what a cas did, and what it was told", () => {
    expect(check("0:w1 1:c1,2 2:c1,3").summary).toContain(
      "p1 changed 1 to 2 on n2 at 0.003 s and p2 changed 1 to 3 on n3 at 0.005 s",
    );
    const { summary } = check("0:w1 0:w2 0:w1 1:c1,9~", { method: "search" });
    expect(summary).toContain(
      'p1\'s cas from 1 failed with "mismatch" on n2 at 0.007 s, begun at 0.006 s, but whatever the order of the ops before and beside it, the state there is 1',
    );
  });

  it("keeps to the initial value it is given, and to Knossos' meaning of nil where asked", () => {
    expect(valid("0:r0 0:w1", { initial: 0 })).toBe(true);
    expect(valid("0:rnil", { initial: 0 })).toBe(false);
    expect(valid("0:r99 0:w1", { initial: 99 })).toBe(true);
    expect(valid("0:rnil 0:w1", { initial: 99 })).toBe(false);
    expect(valid("0:rnil 0:w1 1:rnil", { initial: 0, nilReads: "any" })).toBe(true);
    expect(valid("0:r[1,2,3]", { initial: [1, 2, 3] })).toBe(true);
  });

  it("does not know other ops, and says which, unless they failed", () => {
    expect(() => check("0:w1 0:a1")).toThrow('the model cas-register does not know the op "add" (op 2, process 0)');
    expect(check("0:w1 0:a1!").valid).toBe(true);
    expect(() => check("0:c1")).toThrow("a cas has the value [from, to]");
  });

  it("proves nothing from writes alone, where asked", () => {
    expect(check("0:w1 0:w2", { vacuous: "unknown" })).toMatchObject({
      valid: "unknown",
      summary: "nothing was proved: nothing was read or otherwise observed",
    });
    expect(check("0:w1! 0:r!", { vacuous: "unknown" }).summary).toContain("no op of this model was answered");
    expect(check("0:w1 0:w2").valid).toBe(true);
    expect(check("0:w1 0:rnil", { vacuous: "unknown" }).valid).toBe(false);
  });

  it("says unknown past its budget, and where it stopped", () => {
    const verdict = check("0:w1( 1:w1( 2:w2( 0) 1) 2) 0:r1 0:r2 0:r1", { budgetSteps: 2 });
    expect(verdict.valid).toBe("unknown");
    expect(verdict.summary).toMatch(/undecided: it took more than 2 steps, with \d of 6 ops in order, near p/);
    expect(verdict.prefix).toMatchObject({ total: 6 });
  });

  it("tells how far an order exists, and the states possible there", () => {
    const verdict = check("0:w1 1:w2( 2:w1( 0:r2 1) 2) 0:r3 0:w3", { method: "search" });
    expect(verdict.prefix).toMatchObject({
      linearized: 4,
      total: 6,
      states: expect.arrayContaining(["a value that nobody saw", "2"]),
    });
    expect(verdict.prefix?.op.map((op) => op.value)).toEqual([null, 3]);
  });
});

describe("the witness of a search", () => {
  // A value written twice makes it one for the search; what went before must not be in the witness.
  const before = Array.from({ length: 30 }, (_, i) => `0:w${i % 3} 1:r${i % 3}`).join(" ");
  const shown = (text: string): string[] =>
    (check(text).witness?.ops ?? []).flatMap(({ type, process, f, value }) =>
      type === "ok" ? [`${process}:${f} ${JSON.stringify(value)}`] : [],
    );

  it("begins with the write that makes what went before irrelevant, and shows what was overwritten", () => {
    expect(shown(`${before} 0:w7 0:w8 1:r7`)).toEqual(["0:write 7", "0:write 8", "1:read 7"]);
    expect(shown(`${before} 0:w7 0:w8 1:r8 1:r7 0:w9 1:r9`)).toEqual(["0:write 7", "0:write 8", "1:read 7"]);
    expect(shown(`${before} 0:w7 0:w5 0:w7 0:w8 1:r7`)).toEqual(["0:write 7", "0:write 8", "1:read 7"]);
  });

  it("leaves out reads and misses, and writes that nobody saw", () => {
    expect(shown(`${before} 0:w7 1:r7 1:r7 2:c1,4~ 0:w8 1:r8 2:w9 1:r9 1:r8`)).toEqual([
      "0:write 8",
      "2:write 9",
      "1:read 8",
    ]);
    expect(shown(`${before} 0:w7 2:w5? 1:r5 0:w8 1:r7`)).toEqual(["0:write 7", "0:write 8", "1:read 7"]);
  });

  it("is the read alone where nobody wrote what it saw", () => {
    expect(shown(`${before} 0:w7 2:w5? 1:r8`)).toEqual(["1:read 8"]);
    expect(check(`${before} 0:w7 1:r8`).summary).toContain("but nobody ever wrote 8");
    expect(check(`${before} 0:w8! 1:r8`).summary).toContain("but every write of 8 failed, so it must never be seen");
    expect(check(`${before} 1:c8,9`).summary).toContain("but nobody ever wrote 8");
    // The search still says how far it came.
    expect(check(`${before} 0:w7 1:r8`).prefix?.states).toEqual(["a value that nobody saw"]);
  });

  it("has the words of the near-linear method where that applies to what is left", () => {
    expect(check(`${before} 0:w7 0:w8 1:r7`).summary).toContain("but 8 had been acknowledged to p0 at");
  });

  it("names the state even where nobody saw it", () => {
    expect(check("0:w1( 1:w1( 0) 1) 2:c1,5 2:c1,6").summary).toContain("the state there is 5");
  });

  it("goes back to the write that a chain of compare-and-sets began with", () => {
    expect(shown("0:w1 1:c1,2 2:c2,3 0:r1")).toEqual(["0:write 1", "1:cas [1,2]", "0:read 1"]);
    expect(shown("0:w1 1:c1,2 2:c2,3 0:w4 1:r3")).toEqual([
      "0:write 1",
      "1:cas [1,2]",
      "2:cas [2,3]",
      "0:write 4",
      "1:read 3",
    ]);
  });

  it("keeps what a cas needed", () => {
    // The cas took 7, so 8 was written over 9.
    expect(shown(`${before} 0:w7 1:w8( 2:c7,9 1) 2:r9 2:r7`)).toEqual([
      "0:write 7",
      "2:cas [7,9]",
      "1:write 8",
      "2:read 9",
    ]);
  });
});

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/histories");

describe.skipIf(!existsSync(folder))(`known histories (skipped without ${folder})`, () => {
  const expected = ["etcd-jepsen", "registers", "knossos"].flatMap((dir) => {
    const file = join(folder, dir, "verdicts.json");
    if (!existsSync(file)) return [];
    const verdicts = JSON.parse(readFileSync(file, "utf8")) as Record<string, LinearizableOptions & { valid: boolean }>;
    return Object.entries(verdicts).map(([name, verdict]) => [`${dir}/${name}`, verdict] as const);
  });

  it("are all there", () => {
    for (const dir of ["etcd-jepsen", "registers"]) {
      const files = readdirSync(join(folder, dir)).filter((name) => name.endsWith(".jsonl"));
      expect(expected.filter(([name]) => name.startsWith(dir))).toHaveLength(files.length);
    }
  });

  it.each(expected)("%s", (name, { valid: wanted, ...options }) => {
    const bytes = readFileSync(join(folder, name));
    const { history } = name.endsWith(".edn") ? parseEdnHistory(bytes) : parseHistory(bytes);
    const verdict = checkLinearizable(history, options);
    expect(verdict.valid).toBe(wanted);
    expect(checkLinearizable(history, { ...options, method: "search" }).valid).toBe(wanted);
    if (wanted) return;
    const witness = historyOf(verdict.witness?.ops ?? []);
    expect(witness.length).toBeGreaterThan(0);
    expect(checkLinearizable(witness, options).valid).toBe(false);
  });
});

/** The verdict agrees with brute force, and so does each step on the way to it. */
function judged(found: readonly Op[], options: LinearizableOptions, unique: boolean): Valid {
  const rules = { initial: options.initial ?? null, step: registerStep(options.nilReads) };
  const fast = agrees(found, rules, { model: "cas-register", ...options });
  eachKeyAlone(found, historyOf(found), options, unique);
  return fast;
}

/** The scan of all keys at once proves only what is true, and so does the near-linear method key by key. */
function eachKeyAlone(
  found: readonly Op[],
  history: ReturnType<typeof historyOf>,
  options: LinearizableOptions,
  unique: boolean,
): void {
  const family = registerFamily(history, options, "cas-register");
  const { undecided, keys, ops } = family.screen?.() ?? expect.fail("every history of a register can be scanned");
  expect([keys, ops]).toEqual([family.parts.length, family.calls.count]);
  for (const part of family.parts) {
    const key = part.key === NONE ? undefined : history.key(part.key);
    const legal = oracle(
      found.filter((op) => op.key === key),
      options.initial ?? null,
      registerStep(options.nilReads),
    );
    if (!undecided.has(part.key)) expect(legal).toBe(true);
    const outcome = family.fast(part);
    if (outcome !== "no") expect(outcome === "valid").toBe(legal);
    // It is one method, written down twice; only that by key knows what to do with values written twice.
    if (unique) expect(undecided.has(part.key)).toBe(outcome !== "valid");
  }
}

describe("registers against every order there is", () => {
  // A register with unique values is judged by one method, written down twice.
  it.each<[name: string, Simulated, Shape, LinearizableOptions, unique?: true]>([
    ["unique values", simulatedRegister(true), {}, {}, true],
    ["unique values, no cas, many lies", simulatedRegister(true, false), { lies: 300 }, {}, true],
    ["unique values, many crashes", simulatedRegister(true), { crashes: 45, lies: 40 }, {}, true],
    ["repeated values", simulatedRegister(false), {}, {}],
    ["repeated values, many crashes", simulatedRegister(false), { crashes: 40 }, {}],
    ["two keys", simulatedRegister(true), { secondKey: 40 }, {}],
    ["unique values, no cas", simulatedRegister(true, false), { crashes: 25 }, { model: "register" }, true],
    ["repeated values, no cas", simulatedRegister(false, false), { crashes: 25 }, { model: "register" }],
    ["unique values from 99", simulatedRegister(true), { crashes: 25 }, { initial: 99 }, true],
    ["repeated values from 0", simulatedRegister(false), {}, { initial: 0 }],
    ["unique values, nil reads", simulatedRegister(true), { lies: 200 }, { nilReads: "any" }, true],
    ["repeated values from 0, nil reads", simulatedRegister(false), {}, { initial: 0, nilReads: "any" }],
    ["no cas, nil reads", simulatedRegister(false, false), {}, { model: "register", nilReads: "any" }],
  ])("%s", (name, simulated, shape, options, unique) => {
    const found = histories({ ...simulated, initial: options.initial ?? null }, shape);
    fuzz(`register: ${name}`, found, numRuns, (ops) => judged(ops, options, unique === true));
  });

  it.each<[string, Simulated, LinearizableOptions]>([
    ["cas-register", simulatedRegister(true), {}],
    ["register", simulatedRegister(true, false), { model: "register" }],
    ["cas-register from 99, nil reads", simulatedRegister(true), { initial: 99, nilReads: "any" }],
  ])("histories too long for brute force, by both methods: %s", (name, simulated, options) => {
    const shape = { lies: 4, crashes: 4, minSteps: 60, maxSteps: 160 };
    const found = histories({ ...simulated, initial: options.initial ?? null }, shape);
    const judge = (ops: Op[]): Valid => methodsAgree(ops, { model: "cas-register", ...options });
    const seen = fuzz(`${name}, long`, found, Math.ceil(numRuns / 10), judge);
    if (numRuns >= 1000) expect(Math.min(seen.true, seen.false)).toBeGreaterThan(0);
  });

  it("the witness of a register with unique values has at most 6 ops", () => {
    fc.assert(
      fc.property(histories(simulatedRegister(true, false), { lies: 300 }), (found) => {
        const verdict = checkLinearizable(historyOf(found), { model: "register" });
        const invoked = verdict.witness?.ops.filter((op) => op.type === "invoke") ?? [];
        expect(invoked.length).toBeLessThanOrEqual(6);
      }),
      { numRuns },
    );
  });
});
