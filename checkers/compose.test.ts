/** Composition: nobody's finding may be hidden, and nothing but a real "true" may pass. */
import { describe, expect, it } from "vitest";
import type { Checker, Valid, Verdict } from "../src/core/checker.js";
import { CapTestError } from "../src/core/errors.js";
import { h } from "../src/history/testing.js";
import { type ComposedVerdict, type ConcludingChecker, compose } from "./compose.js";

const says = (name: string, valid: Valid): Checker => ({ name, check: () => ({ valid, summary: `${name} says` }) });
const run = (...checkers: readonly Checker[]): Promise<ComposedVerdict> => compose(checkers).check(h("0:w1"), {});

describe("compose", () => {
  it("ranks false above unknown above true", async () => {
    expect((await run(says("a", true), says("b", true))).valid).toBe(true);
    expect((await run(says("a", true), says("b", "unknown"))).valid).toBe("unknown");
    expect((await run(says("a", "unknown"), says("b", false), says("c", true))).valid).toBe(false);
  });

  it("keeps every verdict under its name, in order, and runs the checkers in order", async () => {
    const order: string[] = [];
    const slow = (name: string, ticks: number): Checker => ({
      name,
      check: async () => {
        for (let i = 0; i < ticks; i++) await Promise.resolve();
        order.push(name);
        return { valid: true, summary: name };
      },
    });
    const { checkers } = await run(slow("a", 5), slow("b", 1), slow("c", 0));
    expect(order).toEqual(["a", "b", "c"]);
    expect(Object.keys(checkers)).toEqual(["a", "b", "c"]);
  });

  it("turns a checker that throws into unknown, with its message, and hides nobody's false", async () => {
    const broken: Checker = {
      name: "broken",
      check: () => {
        throw new Error("index out of range");
      },
    };
    const rejecting: Checker = { name: "rejecting", check: () => Promise.reject(new Error("late")) };
    const { valid, checkers } = await run(broken, rejecting, says("a", true));
    expect(valid).toBe("unknown");
    expect(checkers.broken).toMatchObject({ valid: "unknown" });
    expect(checkers.broken?.summary).toContain("index out of range");
    expect(checkers.rejecting?.summary).toContain("late");
    expect((await run(broken, says("a", false))).valid).toBe(false);
  });

  it("lets nothing pass that is no verdict", async () => {
    for (const odd of [undefined, null, {}, { valid: undefined }, { valid: "true" }, { valid: 1 }]) {
      const { valid, checkers } = await run({ name: "odd", check: () => odd as unknown as Verdict });
      expect(valid).toBe("unknown");
      expect(checkers.odd?.valid).toBe("unknown");
    }
    expect((await run()).valid).toBe("unknown");
  });

  it("refuses two checkers of one name", () => {
    expect(() => compose([says("a", false), says("a", true)])).toThrow(CapTestError);
  });

  it("gives the second stage everybody's verdict, whatever the order", async () => {
    const concluding: ConcludingChecker = {
      name: "concluding",
      check: () => ({ valid: true, summary: "first" }),
      conclude: (own, verdicts) => ({ valid: own.valid, summary: `${own.summary}, then ${verdicts.other?.summary}` }),
    };
    for (const order of [
      [concluding, says("other", true)],
      [says("other", true), concluding],
    ]) {
      const { checkers } = await run(...order);
      expect(checkers.concluding?.summary).toBe("first, then other says");
    }
    const failing: ConcludingChecker = {
      ...concluding,
      conclude: () => {
        throw new Error("no conclusion");
      },
    };
    expect((await run(failing)).checkers.concluding).toMatchObject({ valid: "unknown" });
  });

  it("stops asking once asked to stop", async () => {
    const aborted = new AbortController();
    aborted.abort();
    const composed = await compose([says("a", true)]).check(h("0:w1"), { signal: aborted.signal });
    expect(composed.valid).toBe("unknown");
  });
});
