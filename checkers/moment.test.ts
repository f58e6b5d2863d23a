/** Moments beside faults, against the rule applied to all faults at once; and texts cut short. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultKind, FaultWindow } from "../src/core/fault.js";
import { describeMoment, Moments, overNs } from "./moment.js";
import { brief, shortened } from "./shorten.js";

const MS = 1e6;

const window = fc
  .record({
    kind: fc.constantFrom<FaultKind>("partition", "pause"),
    begin: fc.nat(20),
    length: fc.nat(8),
    ended: fc.nat(5),
  })
  .map(({ kind, begin, length, ended }): FaultWindow => {
    const endNs = ended === 0 ? -1 : (begin + length) * MS;
    const healedNs = ended < 2 ? -1 : (begin + length + 1) * MS;
    const base = { targets: ["n1"], biteNs: begin * MS, proved: true, healProved: true, facts: [] };
    return { ...base, kind, beginNs: begin * MS, endNs, healedNs } as unknown as FaultWindow;
  });

describe("the fault that explains a moment best", () => {
  it("is one that covers it, partitions first, the last begun; else the nearer of the last over and the next", () => {
    fc.assert(
      fc.property(fc.array(window, { maxLength: 4 }), fc.nat(35), (windows, ms) => {
        const ns = ms * MS;
        const found = new Moments(windows, ["n1", "n2", "n3"]).at(ns, "n1");
        const of = (test: (one: FaultWindow) => boolean): FaultWindow[] => windows.filter(test);
        const during = of((one) => one.beginNs <= ns && overNs(one) > ns);
        const cuts = during.filter(({ kind }) => kind === "partition");
        const covering = cuts.length > 0 ? cuts : during;
        const past = Math.max(-1, ...of((one) => overNs(one) <= ns).map(overNs));
        const next = Math.min(Number.POSITIVE_INFINITY, ...of((one) => one.beginNs > ns).map(({ beginNs }) => beginNs));
        const chosen = found === undefined ? undefined : windows[found.fault];
        if (covering.length > 0) {
          const latest = Math.max(...covering.map(({ beginNs }) => beginNs));
          expect([found?.relation, found?.offsetMs, chosen?.kind]).toEqual([
            "during",
            (ns - latest) / MS,
            covering[0]?.kind,
          ]);
          expect(chosen?.beginNs).toBe(latest);
        } else if (past === -1 && next === Number.POSITIVE_INFINITY) expect(found).toBeUndefined();
        else if (past !== -1 && ns - past <= next - ns) {
          expect([found?.relation, found?.offsetMs]).toEqual(["after", (ns - past) / MS]);
          expect(chosen === undefined ? undefined : overNs(chosen)).toBe(past);
        } else {
          expect([found?.relation, found?.offsetMs]).toEqual(["before", (next - ns) / MS]);
          expect(chosen?.beginNs).toBe(next);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is told in words", () => {
    const base = { fault: 0, kind: "partition", offsetMs: 12.4 } as const;
    expect(describeMoment({ ...base, relation: "before", shape: "halves" })).toBe(
      "12 ms before the partition (halves) began",
    );
    expect(describeMoment({ ...base, relation: "during", side: "majority" })).toBe(
      "12 ms after the partition began, on the majority side",
    );
    expect(describeMoment({ ...base, relation: "after", side: "minority" })).toBe("12 ms after the partition was over");
  });
});

describe("long values", () => {
  it("are cut to 60 characters in a sentence, and to a count in a witness", () => {
    expect(brief("x".repeat(58))).toBe(`"${"x".repeat(58)}"`);
    expect(brief("x".repeat(59))).toBe(`"${"x".repeat(56)}...`);
    expect(brief(undefined)).toBe("null");
    const op = (length: number) =>
      ({ index: 0, time: 0, process: 0, type: "ok", f: "read", value: Array(length).fill(1) }) as const;
    expect(shortened(op(50)).value).toHaveLength(50);
    expect(shortened(op(51)).value).toBe("[51 elements]");
  });
});
