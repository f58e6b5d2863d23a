/** What the loads ask for: unique values, reads where they tell most, keys that are retired. */
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { simulate } from "../src/generators/simulate.js";
import { registerOps } from "./register-ops.js";
import { setOps } from "./set-ops.js";

const invoked = (ops: readonly Op[]): Op[] => ops.filter(({ type }) => type === "invoke");

describe("set load", () => {
  const run = (type: (op: Op) => "ok" | "info"): Op[] =>
    simulate(setOps(12), {
      seed: 4,
      concurrency: 4,
      maxOps: 2_000,
      complete: (op) => ({ afterNs: 5e6, type: type(op) }),
    });

  it("adds each element once, and reads now and then", () => {
    const ops = invoked(run(() => "ok"));
    const added = ops.filter(({ f }) => f === "add").map(({ value }) => value);
    expect(new Set(added).size).toBe(added.length);
    const share = 1 - added.length / ops.length;
    expect(share).toBeGreaterThan(0.04);
    expect(share).toBeLessThan(0.12);
  });

  it("reads half of the time where adds are not acknowledged", () => {
    const ops = invoked(run((op) => (typeof op.process === "number" && op.process % 4 === 0 ? "info" : "ok")));
    const share = (lost: boolean): number => {
      const of = ops.filter(({ process }) => (Number(process) % 4 === 0) === lost);
      return of.filter(({ f }) => f === "read").length / of.length;
    };
    expect(share(true)).toBeGreaterThan(0.35);
    expect(share(false)).toBeLessThan(0.12);
  });
});

describe("register load", () => {
  it("writes each value once, retires keys, and expects in a cas what somebody saw", () => {
    const ops = simulate(registerOps({ liveKeys: 3, opsPerKey: 50, cas: true }), {
      seed: 9,
      concurrency: 5,
      maxOps: 1_000,
      complete: (op) => ({ afterNs: 3e6, type: "ok", ...(op.f === "read" ? { value: null } : {}) }),
    });
    const written = invoked(ops).flatMap(({ f, value }) =>
      f === "read" ? [] : [Array.isArray(value) ? value[1] : value],
    );
    expect(new Set(written).size).toBe(written.length);
    const keys = new Map<unknown, number>();
    for (const { key } of invoked(ops)) keys.set(key, (keys.get(key) ?? 0) + 1);
    expect(keys.size).toBeGreaterThan(15);
    expect(Math.max(...keys.values())).toBe(50);
    const expected = invoked(ops).flatMap(({ f, value }) => (f === "cas" ? [(value as number[])[0]] : []));
    expect(expected.length).toBeGreaterThan(50);
    expect(expected.every((value) => written.includes(value))).toBe(true);
  });
});
