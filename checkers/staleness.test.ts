import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { h, ops } from "../src/history/testing.js";
import { compose } from "./compose.js";
import { type Item, itemsOf } from "./levels/testing/oracle.js";
import { histories, simulatedRegister } from "./linearizable/testing/histories.js";
import { oracle, registerStep } from "./linearizable/testing/oracle.js";
import { checkStaleness, stalenessChecker } from "./staleness.js";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

describe("staleness, golden", () => {
  it("measures how old a value was, in time and in values", () => {
    // Times are 1 ms apart: 2 is acknowledged at 3 ms, 3 at 5 ms, and the read of 1 begins at 6 ms.
    expect(checkStaleness(h("0:w1 0:w2 0:w3 1:r1 0:r3"))).toMatchObject({
      valid: true,
      reads: 2,
      staleReads: 1,
      staleFraction: 0.5,
      maxMs: 3,
      k: 3,
      deltaMs: 3,
      summary: "1 of 2 reads stale (50 %), by up to 3 ms and 2 values",
    });
  });

  it("knows the initial value, and leaves reads alone that overlap the write", () => {
    expect(checkStaleness(h("0:w1 1:rnil"))).toMatchObject({ staleReads: 1, maxMs: 1, k: 2, deltaMs: 1 });
    expect(checkStaleness(h("0:w1( 1:rnil 0)"))).toMatchObject({ staleReads: 0, maxMs: null, k: 1, deltaMs: 0 });
    // A write that is still under way is no newer value yet.
    expect(checkStaleness(h("0:w1 0:w2 2:w3( 1:r1 2)"))).toMatchObject({ staleReads: 1, k: 2 });
    // A read of what was written only later is for other checkers, and is left out here.
    expect(checkStaleness(h("1:r1 0:w1 0:w2 1:r2"))).toMatchObject({ reads: 1, staleReads: 0, deltaMs: 0 });
    // Somebody saw the crashed write, so it was there from then on.
    expect(checkStaleness(h("0:w1? 1:rnil 1:r1 2:rnil"))).toMatchObject({ staleReads: 1 });
  });

  it("tells the phases of the run apart", () => {
    const fault = (phase: "begin" | "end", at: number): Op => ({
      index: at,
      time: at * 1e6,
      process: "nemesis",
      type: "info",
      f: "partition",
      value: {
        kind: "partition",
        phase,
        targets: ["n1"],
        beganNs: at * 1e6,
        completeNs: at * 1e6,
        proved: true,
        facts: [],
      },
    });
    const base = ops("0:w1 0:w2 1:r1 1:r1 1:r1 1:r2");
    const history = [...base.slice(0, 6), fault("begin", 5), ...base.slice(6, 8), fault("end", 7), ...base.slice(8)];
    const found = checkStaleness(historyOf(history.map((op, index) => ({ ...op, index }))));
    expect(found.byPhase).toEqual({
      before: { reads: 1, staleReads: 1, maxMs: 1 },
      during: { reads: 1, staleReads: 1, maxMs: 3 },
      after: { reads: 2, staleReads: 1, maxMs: 5 },
    });
  });

  it("says where it cannot tell, and never makes a run invalid or unknown", async () => {
    expect(checkStaleness(h("0:w1 0:w1 0:rnil"))).toMatchObject({ valid: true, staleReads: null });
    expect(checkStaleness(h(""))).toMatchObject({ reads: 0, staleReads: 0, k: null, deltaMs: null });
    expect((await compose([stalenessChecker()]).check(h("0:w1 0:rnil"), {})).valid).toBe(true);
  });
});

/** All calls that show a value, the write included. */
const showing = (items: readonly Item[], key: unknown, value: unknown): Item[] =>
  items.filter((item) => item.key === key && (item.wrote === value || item.read === value));

/** By its definition: the time since which the read's value had been overwritten for certain; undefined where it was not. */
function ageOf(items: readonly Item[], read: Item): number | undefined {
  const firstEnd = (value: unknown): number => Math.min(...showing(items, read.key, value).map(({ end }) => end));
  const shown = read.read === null ? -1 : firstEnd(read.read);
  const overwritten = items
    .filter((w) => w.key === read.key && w.wrote !== undefined && w.begin > shown && firstEnd(w.wrote) < read.begin)
    .map((w) => firstEnd(w.wrote));
  return overwritten.length === 0 ? undefined : read.begin - Math.min(...overwritten);
}

/** The history with reads that begin so much earlier; at equal times invocations come first. */
function shifted(found: readonly Op[], ns: number): Op[] {
  const out: Op[] = [];
  found.forEach((op, begin) => {
    if (op.type !== "invoke") return;
    const done = found.find((other, i) => i > begin && other.process === op.process && other.type !== "invoke");
    out.push({ ...op, process: begin, time: op.f === "read" ? op.time - ns : op.time });
    if (done !== undefined) out.push({ ...done, process: begin });
  });
  const rank = ({ type }: Op): number => (type === "invoke" ? 0 : 1);
  return out.sort((a, b) => a.time - b.time || rank(a) - rank(b));
}

describe("staleness against its definition", () => {
  it.each([
    ["one key", simulatedRegister(true, false), { lies: 300 }],
    ["two keys", simulatedRegister(true, false), { lies: 300, secondKey: 50 }],
  ] as const)("%s", (_, simulated, shape) => {
    fc.assert(
      fc.property(histories(simulated, { maxSteps: 20, ...shape }), (found) => {
        const items = itemsOf(found);
        const written = (item: Item): boolean =>
          item.read === null || items.some((w) => w.key === item.key && w.wrote === item.read && w.begin < item.end);
        // Values nobody wrote, or that were read before, are for other checkers.
        if (items.some((item) => item.read !== undefined && !written(item))) return;
        const ages = items
          .filter(({ read }) => read !== undefined)
          .flatMap((read) => ageOf(items, read) ?? [])
          .map((positions) => positions / 1e3);
        const verdict = checkStaleness(historyOf(found));
        expect(verdict.staleReads).toBe(ages.length);
        expect(verdict.maxMs).toBe(ages.length === 0 ? null : Math.max(...ages));
        const delta = Math.round((verdict.deltaMs ?? 0) * 1e6);
        const atomic = (ns: number): boolean => oracle(shifted(found, ns), null, registerStep());
        expect(atomic(delta)).toBe(true);
        if (delta > 0) expect(atomic(delta - 1)).toBe(false);
      }),
      { numRuns },
    );
  });
});
