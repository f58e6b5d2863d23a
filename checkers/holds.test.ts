/** What a sweep asks instead of a verdict: `holds` must be true exactly where `check` says true, or a sweep is falsely green. */
import { describe, expect, it } from "vitest";
import type { CheckContext, Checker } from "../src/core/checker.js";
import type { Op } from "../src/core/op.js";
import { rng } from "../src/core/rng.js";
import { historyOf } from "../src/history/index.js";
import { h } from "../src/history/testing.js";
import { availabilityChecker } from "./availability.js";
import { compose } from "./compose.js";
import { levelsChecker } from "./levels.js";
import { perfChecker } from "./perf.js";
import { stalenessChecker } from "./staleness.js";
import { statsChecker } from "./stats.js";
import { cut, type Fault, FIVE, opsOf, type Reply } from "./testing/scenario.js";

const CHECKERS: readonly Checker[] = [
  availabilityChecker(),
  levelsChecker(),
  perfChecker(),
  stalenessChecker(),
  statsChecker(),
];

/** Made-up runs of all kinds: with and without cuts, proved or not, before, during or after the load, some f never answered. */
function made(seed: number): { readonly ops: readonly Op[]; readonly context: CheckContext } {
  const random = rng(seed, "holds");
  const durationMs = random.pick([0, 200, 2_000]);
  const faults: Fault[] = [];
  for (let atMs = random.below(2_500); atMs < 3_000 && random.chance(2, 3); ) {
    const beginMs = atMs;
    atMs += 1 + random.below(900);
    const ended = random.chance(4, 5) ? atMs : undefined;
    faults.push({ ...cut(["n1", "n2"], beginMs, ended), proved: random.chance(1, 2), healProved: random.chance(1, 2) });
    atMs += 1 + random.below(900);
  }
  const answered = random.pick([0, 1, 9, 10]);
  const fs = random.pick([["read"], ["read", "write"], ["read", "write", "cas"]]);
  const silent = random.chance(1, 4) ? random.pick(fs) : undefined;
  const reply = ({ f, n }: { readonly f: string; readonly n: number }): Reply =>
    f !== silent && rng(seed, "reply", n).below(10) < answered
      ? { type: "ok", latencyMs: 1 + (n % 7), value: f === "read" ? null : n }
      : { type: n % 2 === 0 ? "fail" : "info", latencyMs: 5, error: "timeout" };
  const ops = opsOf({ nodes: FIVE, durationMs, clients: 3, fs, faults, reply });
  const final = random.chance(1, 2) ? { finalNs: random.below(3_000) * 1e6 } : {};
  return { ops: ops.map(casPair), context: { nodes: FIVE, ...final } };
}

/** The value of a compare-and-set is a pair. */
const casPair = (op: Op): Op => (op.f === "cas" ? { ...op, value: [null, op.value] } : op);

describe("holds", () => {
  it.each(CHECKERS.map((checker) => [checker.name, checker] as const))(
    "%s: true where check is true, and only there",
    (_, checker) => {
      const seen = new Set<string>();
      for (let seed = 0; seed < 400; seed++) {
        const { ops, context } = made(seed);
        const history = historyOf(ops);
        const verdict = checker.check(history, context);
        if (verdict instanceof Promise) throw new Error("not to be waited for here");
        seen.add(String(verdict.valid));
        expect([seed, checker.holds?.(history, context)]).toEqual([seed, verdict.valid === true]);
      }
      expect([...seen].sort()).toEqual(["levels", "staleness"].includes(checker.name) ? ["true"] : ["true", "unknown"]);
    },
  );

  it("of perf is false for a history without times", () => {
    const untimed = historyOf(
      opsOf({ nodes: FIVE, durationMs: 500, reply: () => ({ type: "ok", latencyMs: 1 }) }).map((op) => ({
        ...op,
        time: 0,
      })),
    );
    expect(perfChecker().check(untimed, {})).toMatchObject({ valid: "unknown" });
    expect(perfChecker().holds?.(untimed, {})).toBe(false);
  });
});

describe("a composed check in brief", () => {
  const asked: string[] = [];
  const says = (name: string, valid: boolean | "unknown", holds?: boolean | Error): Checker => ({
    name,
    check: () => {
      asked.push(name);
      return { valid, summary: `${name} says` };
    },
    ...(holds === undefined
      ? {}
      : {
          holds: () => {
            if (holds instanceof Error) throw holds;
            return holds;
          },
        }),
  });
  const brief = (...checkers: readonly Checker[]) => {
    asked.length = 0;
    return compose(checkers).checkBriefly(h("0:w1"), {});
  };

  it("makes only the verdicts of those that do not hold by themselves", async () => {
    const { valid, checkers } = await brief(says("a", true), says("b", true, true), says("c", true, false));
    expect([valid, Object.keys(checkers), asked]).toEqual([true, ["a", "c"], ["a", "c"]]);
    expect((await brief()).valid).toBe("unknown");
  });

  it("makes all of them, in order and once, where one is not true", async () => {
    for (const valid of [false, "unknown"] as const) {
      const all = [says("a", true), says("b", true, true), says("c", valid), says("d", true, true)];
      expect(await brief(...all)).toEqual(await compose(all).check(h("0:w1"), {}));
      await brief(...all);
      expect(asked).toEqual(["a", "c", "b", "d"]);
    }
  });

  it("asks a checker whose holds fails, or that concludes, for its verdict", async () => {
    expect(await brief(says("a", "unknown", new Error("no")))).toMatchObject({ valid: "unknown" });
    const late = { ...says("late", true), conclude: () => ({ valid: false, summary: "seen the others" }) };
    expect(await brief(says("a", true), late)).toMatchObject({ valid: false, checkers: { a: { valid: true } } });
  });

  it("is unknown when it was stopped", async () => {
    const stopped = { signal: AbortSignal.abort() };
    expect((await compose([says("a", true, true)]).checkBriefly(h("0:w1"), stopped)).valid).toBe("unknown");
  });
});
