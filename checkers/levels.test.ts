import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { h, ops } from "../src/history/testing.js";
import { compose } from "./compose.js";
import { causalityOf } from "./levels/causal.js";
import { rowsOf } from "./levels/rows.js";
import { isSequential } from "./levels/sequential.js";
import { breachesOf, GUARANTEES } from "./levels/sessions.js";
import { breachCounts, isCausal, isSequentialByDefinition, itemsOf } from "./levels/testing/oracle.js";
import { checkLevels, levelsChecker } from "./levels.js";
import { cellsOf } from "./linearizable/cells.js";
import { linearizableChecker } from "./linearizable/index.js";
import { histories, simulatedRegister } from "./linearizable/testing/histories.js";
import { lostWritesChecker } from "./lost-writes.js";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

async function levelOf(text: string): Promise<string> {
  const { checkers } = await compose([linearizableChecker({ model: "cas-register" }), levelsChecker()]).check(
    h(text),
    {},
  );
  return String((checkers["levels"] as { level?: unknown }).level);
}

describe("levels, golden", () => {
  it.each([
    ["linearizable", "0:w1 1:r1 0:w2 1:r2"],
    ["sequential", "0:w1 0:w2 1:r1 1:r2"],
    ["sequential", "x/0:w1 y/1:w2 x/1:rnil y/0:r2"],
    // Each sees its own write only (the other order is as good): sequential is out, for one of the two writes comes first.
    ["causal", "x/0:w1 y/1:w2 y/0:rnil x/1:rnil"],
    // Two writes that know nothing of each other, seen in two orders: no single order of versions explains it.
    ["session", "0:w1 1:w2 2:r1 2:r2 3:r2 3:r1"],
    // Process 2 sees 2, which was written by one who knew 1, and then the key y as it was before.
    ["session", "y/0:w1 y/1:r1 x/1:w2 x/2:r2 y/2:rnil"],
    ["none", "0:w1 0:rnil"],
    ["none", "0:w1 0:w2 1:r2 1:r1"],
    ["none", "0:w1 1:r7 0:r1"],
    ["unknown", "0:w1 0:w1 0:rnil"],
    // Nobody can tell which null it read.
    ["unknown", "0:wnil 0:w1 1:rnil"],
  ])("%s: %s", async (level, text) => expect(await levelOf(text)).toBe(level));

  it("tells which guarantee was broken, how often, and shows it", () => {
    const found = checkLevels(h("0:w1 0:w2 1:r2 1:r1 1:r1 0:r1 0:rnil"));
    expect(found).toMatchObject({
      valid: true,
      level: "none",
      levels: { linearizable: "unknown", sequential: false, causal: false, session: false, eventual: false },
      sessions: {
        readYourWrites: { valid: false, violations: 2 },
        monotonicReads: { valid: false, violations: 3 },
        monotonicWrites: { valid: false, violations: 2 },
        writesFollowReads: { valid: true, violations: 0 },
      },
    });
    expect(found.sessions.readYourWrites.witness?.text).toContain("p0 read 1 from n1");
    expect(found.sessions.readYourWrites.witness?.text).toContain("an older value than its own: before, p0 wrote 2");
    expect(found.summary).toContain("read your writes broken by 2 reads");
    expect(found.causalWitness?.text).toBeDefined();
  });

  it("finds writes that follow reads, and values that come back", () => {
    expect(checkLevels(h("0:w1 1:r1 1:w2 2:r2 2:r1")).sessions.writesFollowReads).toMatchObject({ violations: 1 });
    expect(checkLevels(h("0:w1 1:w2 2:r1 2:r2 2:r1")).sessions.monotonicReads).toMatchObject({ violations: 1 });
    // The compare-and-set read 1 and wrote 2.
    expect(checkLevels(h("0:w1 1:c1,2 2:r2 2:r1")).sessions.writesFollowReads).toMatchObject({ violations: 1 });
    // The same value again and again is no step back.
    const again = checkLevels(h("x/0:w1 x/1:r1 x/1:r1 x/1:r1 x/1:r1 y/0:w2 y/0:rnil")).sessions;
    expect(again.monotonicReads).toMatchObject({ violations: 0 });
    expect(again.readYourWrites).toMatchObject({ violations: 1 });
  });

  it("says whether the replicas converged, after healing and in quiet", () => {
    const text = (last: string): Op[] => ops(`0:w1 0:w2 1:r1 0:r2 1:r${last} 2:r2`);
    const eventual = (last: string): unknown => checkLevels(historyOf(text(last)), { finalNs: 6e6 }).levels.eventual;
    expect(eventual("2")).toBe(true);
    expect(eventual("1")).toBe(false);
    // Nobody looked at y after it was written, and x alone says nothing of it.
    expect(checkLevels(h("x/0:w1 x/0:w2 x/1:r1 y/0:w3 x/0:r2 x/1:r2")).levels.eventual).toBe("unknown");
  });

  it("never makes a run invalid or unknown by itself", async () => {
    for (const text of ["0:w1 0:w1 0:rnil", "0:w1 0:rnil", "", "0:w1"]) {
      expect((await compose([levelsChecker()]).check(h(text), {})).valid).toBe(true);
    }
  });

  it("keeps what it found where another checker calls the history linearizable or not", async () => {
    const checkers = [linearizableChecker({ model: "cas-register" }), levelsChecker(), lostWritesChecker()];
    const found = (await compose(checkers).check(h("0:w1 0:w2 1:r1 1:r2"), {})).checkers["levels"];
    expect(found).toMatchObject({ level: "sequential", levels: { linearizable: false } });
  });

  it("gives up on too many sessions instead of running out of memory", () => {
    const many = Array.from({ length: 5000 }, (_, i) => `${i}:w${i + 1}`).join(" ");
    expect(checkLevels(h(`${many} 1:r1`))).toMatchObject({ valid: true, level: "unknown" });
  });
});

describe("levels against their definitions", () => {
  it.each([
    ["one key", simulatedRegister(true, false), { maxSteps: 18, lies: 300 }],
    ["cas", simulatedRegister(true), { maxSteps: 18, lies: 250 }],
    ["two keys", simulatedRegister(true, false), { maxSteps: 20, lies: 300, secondKey: 50 }],
  ] as const)("%s", (_, simulated, shape) => {
    fc.assert(
      fc.property(histories(simulated, shape), (found) => {
        const rows = rowsOf(cellsOf(historyOf(found), {}, "cas-register"));
        const items = itemsOf(found);
        if (rows === undefined || items.filter(({ wrote }) => wrote !== undefined).length > 6) return;
        expect(rows.count).toBe(items.length);
        const causality = causalityOf(rows) ?? expect.fail("few sessions");
        const causal = causality.violation === undefined;
        expect(causal).toBe(isCausal(items));
        const sequential = isSequentialByDefinition(items);
        expect(isSequential(rows)).toBe(sequential);
        if (sequential) expect(causal).toBe(true);
        const counts = breachCounts(items);
        const breaches = breachesOf(rows, causality);
        // Reads from the future may make the causal order go round in a circle: then only some breaches can be counted.
        const cyclic = items.some((item) =>
          items.some((w) => w.wrote === item.read && w.key === item.key && w.begin > item.end),
        );
        for (const name of GUARANTEES) {
          if (!cyclic) expect([name, breaches[name].violations]).toEqual([name, counts[name]]);
          if (causal) expect(breaches[name].violations).toBe(0);
        }
      }),
      { numRuns },
    );
  });

  /** Ops of three sessions, answered in one order and recorded in another; some answers are changed then. */
  const shuffled = fc
    .tuple(
      fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)), { minLength: 3, maxLength: 8 }),
      fc.array(fc.nat(2), { minLength: 24, maxLength: 24 }),
      fc.option(fc.tuple(fc.nat(7), fc.nat(8)), { nil: undefined, freq: 2 }),
    )
    .map(([asked, turns, lie]) => {
      const held = new Map<number, number | null>();
      const lines: string[][] = [[], [], []];
      asked.forEach(([session, kind, key], i) => {
        const now = held.get(key) ?? null;
        const seen = lie?.[0] === i ? lie[1] || null : now;
        const text = kind === 0 ? `r${seen ?? "nil"}` : kind === 1 ? `w${i + 1}` : `c${seen ?? "nil"},${i + 1}`;
        if (kind !== 0) held.set(key, i + 1);
        lines[session]?.push(`${key}/${session}:${text}`);
      });
      const recorded = turns.flatMap((session) => lines[session]?.shift() ?? []);
      return ops([...recorded, ...lines.flat()].join(" "));
    });

  it("one order of all ops, found whatever order they were recorded in", () => {
    fc.assert(
      fc.property(shuffled, (found) => {
        const rows = rowsOf(cellsOf(historyOf(found), {}, "cas-register"));
        if (rows === undefined) return;
        const items = itemsOf(found);
        expect(isSequential(rows)).toBe(isSequentialByDefinition(items));
        const causality = causalityOf(rows);
        if (items.filter(({ wrote }) => wrote !== undefined).length < 6)
          expect(causality?.violation === undefined).toBe(isCausal(items));
      }),
      { numRuns: 3 * numRuns },
    );
  });

  it("a witness shows by itself what it says", () => {
    fc.assert(
      fc.property(histories(simulatedRegister(true), { lies: 300, secondKey: 50 }), (found) => {
        const { sessions, causalWitness } = checkLevels(historyOf(found));
        for (const name of GUARANTEES) {
          const { witness } = sessions[name];
          expect(witness === undefined).toBe(sessions[name].violations === 0);
          expect(witness?.text ?? "").not.toMatch(/undefined|NaN/);
        }
        expect(causalWitness?.text ?? "").not.toMatch(/undefined|NaN/);
      }),
      { numRuns },
    );
  });
});
