/** Brute force against the bare definition, where histories are small enough for that: every order, and nothing clever. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histories } from "./histories.js";
import { type OracleCall, type OracleStep, oracle, oracleCalls } from "./oracle.js";
import { bag, type Case, counter, multiRegister, mutex, set } from "./simulated.js";

/** Some of the calls, at least those that completed, in every order. */
function* orders(calls: readonly OracleCall[]): Generator<OracleCall[]> {
  if (calls.every(({ type }) => type === "info")) yield [];
  for (const first of calls) {
    for (const rest of orders(calls.filter((call) => call !== first))) yield [first, ...rest];
  }
}

/** No call comes before one that had ended when it began, and the object allows each. */
function isLegal(order: readonly OracleCall[], initial: unknown, step: OracleStep): boolean {
  if (order.some((call, i) => order.slice(0, i).some((before) => call.end < before.begin))) return false;
  const after = order.reduce((states, call) => states.flatMap((state) => step(state, call)), [initial]);
  return after.length > 0;
}

describe("brute force", () => {
  it.each<[string, Case]>([
    ["queue", bag("queue", false)],
    ["stack", bag("stack", true)],
    ["mutex", mutex(false, false)],
    ["counter", counter([1, 2])],
    ["set", set(["add", "remove", "contains", "read"], false)],
    ["multi-register", multiRegister(false)],
  ])("finds an order of a %s exactly where there is one", (_, { simulated, step }) => {
    fc.assert(
      fc.property(histories(simulated, { maxSteps: 10, crashes: 30, lies: 200 }), (ops) => {
        const legal = [...orders(oracleCalls(ops))].some((order) => isLegal(order, simulated.initial, step));
        expect(oracle(ops, simulated.initial, step)).toBe(legal);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses histories that it would not get to the end of", () => {
    const many = Array.from({ length: 31 }, (_, i) => ({ index: i, time: i, process: i, f: "push", value: i }));
    const invoked = many.map((op) => ({ ...op, type: "invoke" as const }));
    expect(() => oracle(invoked, [], bag("stack", true).step)).toThrow("31 calls of one key are too many");
  });
});
