/** Models of one's own, with as little as they must have: fuzzed as a register, and told in general words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf, parseHistory } from "../../src/history/index.js";
import { h, ops } from "../../src/history/testing.js";
import { checkLinearizable, type LinearizableVerdict } from "./index.js";
import type { Call, Model } from "./model.js";
import { histories, simulatedRegister } from "./testing/histories.js";
import { oracle, registerStep } from "./testing/oracle.js";

/** A register with compare-and-set, without any of the optional parts but `cas`. */
const register: Model<unknown> = {
  name: "my-register",
  fs: ["read", "write", "cas"],
  cas: "cas",
  init: (initial) => initial,
  step: (state, { f, input, output, type }) => {
    if (f === "write") return input;
    if (f === "read") return type === "info" || output === state ? state : undefined;
    const [from, to] = input as [unknown, unknown];
    if (type === "mismatch") return from === state ? undefined : state;
    return from === state ? to : undefined;
  },
  key: (state) => JSON.stringify(state),
};

/** A semaphore that a process may take twice only after it gave it back: who asks matters. */
const lock: Model<number> = {
  name: "owned-lock",
  fs: ["acquire", "release"],
  byProcess: true,
  init: () => -1,
  step: (holder, { f, process }) => {
    if (f === "acquire") return holder === -1 ? process : undefined;
    return holder === process ? -1 : undefined;
  },
  key: String,
  describe: (holder) => (holder === -1 ? "free" : `held by p${holder}`),
};

const check = (text: string, model: Model<never> | Model<unknown> | Model<number>, more = {}): LinearizableVerdict =>
  checkLinearizable(h(text), { model: model as Model<unknown>, ...more });

describe("a model of one's own", () => {
  it("is judged as its rules say", () => {
    fc.assert(
      fc.property(histories(simulatedRegister(false), { maxSteps: 16 }), (found) => {
        // Its steps cost more than a built-in register's, so histories are short.
        const verdict = checkLinearizable(historyOf(found), { model: register });
        expect(verdict.valid).toBe(oracle(found, null, registerStep()));
        expect(verdict).toMatchObject({ model: "my-register", method: "search" });
        if (verdict.valid === false) expect(verdict.witness?.text).not.toMatch(/undefined|NaN/);
      }),
      { numRuns: 300 },
    );
  });

  it("starts with the initial value it is given, and has no near-linear method", () => {
    expect(check("0:r3", register, { initial: 3 }).valid).toBe(true);
    expect(check("0:r3", register).valid).toBe(false);
    expect(check("0:r3", register, { initial: 3, method: "fast" }).valid).toBe("unknown");
  });

  it("takes a mismatch for an observation only of what it calls its cas", () => {
    expect(check("0:w1 1:c1,2~ 0:r1", register).valid).toBe(false);
    expect(check("0:w1 1:c1,2! 2:c7,8~ 0:r1", register).valid).toBe(true);
    const { cas: _, ...plain } = register;
    expect(check("0:w1 1:c1,2~ 0:r1", plain).valid).toBe(true);
  });

  it("sees what was answered where something was, and nothing where a call crashed or failed", () => {
    const seen: Call[] = [];
    const step = (state: unknown, call: Call): unknown => {
      seen.push(call);
      return state;
    };
    check("0:w1 1:w2? 0:c1,2~ 0:r1", { ...register, step });
    const outputs = seen.map(({ f, type, output }) => `${f} ${type} ${String(output)}`);
    expect([...new Set(outputs)].sort()).toEqual([
      "cas mismatch undefined",
      "read ok 1",
      "write info undefined",
      "write ok 1",
    ]);
  });

  it("is told in general words where it has none of its own", () => {
    expect(check("0:w1 1:c2,3", register).summary).toContain(
      "not linearizable as a my-register: p1 did cas [2,3] on n2 at 0.003 s, begun at 0.002 s, but whatever the order of the ops before and beside it, the state there is 1",
    );
    expect(check("0:w1 1:r2", register).summary).toContain("p1 did read and got 2 on n2");
    const words = (call: Call): string => `${call.f}-ed ${String(call.output)}`;
    expect(check("0:w1 1:r2", { ...register, words }).summary).toContain("p1 read-ed 2 on n2");
  });

  it("may look at who calls", () => {
    expect(check("0:l 0:x 1:l 1:x", lock).valid).toBe(true);
    expect(check("0:l 1:x", lock).summary).toContain("the state there is held by p0");
    // Two acquires at once, and the releases tell which was first.
    expect(check("0:l( 1:l( 0) 0:x 1) 1:x", lock).valid).toBe(true);
    expect(check("0:l( 1:l( 0) 1) 1:x 0:x", lock).valid).toBe(false);
  });

  it("refuses what its `malformed` refuses, and ops that it does not know", () => {
    const malformed = ({ input }: Call): string | undefined => (input === 5 ? "five is too much" : undefined);
    expect(() => check("0:w5", { ...register, malformed })).toThrow("op 0 (process 0): five is too much");
    expect(() => check("0:a5", register)).toThrow('the model my-register does not know the op "add"');
  });

  it("may say what touches what, what is blind, and what goes together", () => {
    // A set of independent flags: raised, or looked at.
    const flags: Model<readonly unknown[]> = {
      name: "flags",
      fs: ["add", "contains"],
      init: () => [],
      step: (set, { f, input, output, type }) => {
        if (f === "add") return set.includes(input) ? set : [...set, input].sort();
        return type === "info" || output === set.includes(input) ? set : undefined;
      },
      key: (set) => JSON.stringify(set),
      blind: ({ f }) => f === "add",
      touches: ({ input }) => [input],
      looks: ({ f }) => f === "contains",
    };
    const many = Array.from({ length: 12 }, (_, i) => `${i}:a${i}(`).join(" ");
    const found = check(`${many} 90:i3( 90)true 91:i4( 91)false 92:i3( 92)false`, flags as Model<never>);
    expect(found.valid).toBe(false);
    // Only what was said of element 3 is shown.
    expect(found.witness?.ops.every(({ value }) => value === 3 || typeof value === "boolean")).toBe(true);
    expect(check("0:a1 0:a2", flags as Model<never>, { vacuous: "unknown" }).valid).toBe("unknown");
    expect(check("0:a1 0:i1( 0)true", flags as Model<never>, { vacuous: "unknown" }).valid).toBe(true);
  });
});

describe("what a search tells", () => {
  it("of a history with keys, names the key", () => {
    const text = "x/0:w1 y/0:w1 y/0:w2 y/0:w1 y/1:r2 y/1:w3";
    const { prefix } = checkLinearizable(h(text), { model: "register", method: "search" });
    expect(prefix).toMatchObject({ key: "y", linearized: 3, total: 5 });
    const keyless = checkLinearizable(h("0:w1 0:w2 0:w1 1:r2"), { model: "register", method: "search" });
    expect(keyless.prefix).not.toHaveProperty("key");
  });

  it("of a counter shows no more increments than it needs", () => {
    const increments = Array.from({ length: 10 }, () => "0:n").join(" ");
    const { witness } = checkLinearizable(h(`${increments} 1:r1`), { model: "counter" });
    expect(witness?.ops.filter(({ type }) => type === "invoke")).toHaveLength(3);
  });

  it("has no words for times where the history has none", () => {
    for (const [model, text] of [
      ["mutex", "0:l 1:l"],
      ["mutex", "0:l( 0)3 0:x 1:l( 1)2 1:x"],
      ["list", "0:r[1] 0:p1"],
      ["queue", "0:k1 0:q1"],
      ["cas-register", "0:r1 1:w1"],
      ["cas-register", "0:w1 0:w2 0:w1 1:r2 1:w3"],
    ] as const) {
      const lines = ops(text).map(({ time: _, ...op }) => JSON.stringify(op));
      const untimed = parseHistory(new TextEncoder().encode(lines.join("\n"))).history;
      const { valid, summary } = checkLinearizable(untimed, { model });
      expect(valid).toBe(false);
      expect(summary).not.toMatch(/NaN|undefined| at s|\(\)|begun at|\d s/);
    }
  });

  it("takes lists for values, equal where their elements are", () => {
    const judge = (text: string, method: "auto" | "search") =>
      checkLinearizable(h(text), { model: "cas-register", method }).valid;
    for (const method of ["auto", "search"] as const) {
      expect(judge("0:w[1,2,3] 1:r[1,2,3] 0:w[1,2,4] 1:r[1,2,4]", method)).toBe(true);
      expect(judge("0:w[1,2,3] 0:w[1,2,4] 1:r[1,2,3]", method)).toBe(false);
    }
  });
});
