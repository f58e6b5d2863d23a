/** A witness picture must keep the order of events and room for its words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import type { Band } from "./data.js";
import type { OpPair } from "./survey.js";
import { GUTTER, layoutWitness } from "./witness-layout.js";
import { witnessSvg } from "./witness-svg.js";

const op = (part: Partial<Op>): Op => ({
  index: 0,
  time: 0,
  process: 1,
  type: "invoke",
  f: "read",
  value: null,
  node: "n1",
  ...part,
});
const pair = (
  index: number,
  process: number,
  from: number,
  to: number | undefined,
  part: Partial<Op> = {},
  end: Partial<Op> = {},
): OpPair => ({
  invoke: op({ index, process, time: from, ...part }),
  end: to === undefined ? undefined : op({ index: index + 1, process, time: to, type: "ok", ...part, ...end }),
});
const band: Band = {
  kind: "partition",
  label: "n1 | n2 n3",
  targets: ["n1"],
  beginNs: 5e9,
  biteNs: 5.4e9,
  endNs: 9e9,
  healedNs: 9.4e9,
  proved: true,
};

describe("layoutWitness", () => {
  it("keeps the order of all events and never overlaps words in a row", () => {
    const times = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 3 })),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(times, (list) => {
        const freeAt = [0, 0, 0, 0];
        const pairs = list.map(([wait, took, process], i) => {
          const from = (freeAt[process] as number) + wait;
          freeAt[process] = from + took;
          return pair(i * 2, process, from, from + took, { f: "write", value: i });
        });
        const { bars, width } = layoutWitness(pairs, [], 300);
        const events = bars.flatMap(
          ({ pair: { invoke, end }, x0, x1 }) =>
            [
              [invoke.time, x0],
              [end?.time ?? 0, x1],
            ] as const,
        );
        events.sort((a, b) => a[0] - b[0]);
        for (let i = 1; i < events.length; i++) {
          // A bar has 4 px at least, so that it can be seen.
          expect((events[i]?.[1] ?? 0) + 4).toBeGreaterThanOrEqual(events[i - 1]?.[1] ?? 0);
        }
        for (const a of bars) {
          expect(a.x0).toBeGreaterThanOrEqual(GUTTER);
          expect(a.x0 + a.label.length * 7).toBeLessThanOrEqual(width + 20);
          for (const b of bars) {
            if (a.row === b.row && a.x0 < b.x0) expect(a.x0 + a.label.length * 7).toBeLessThanOrEqual(b.x0);
          }
        }
      }),
    );
  });

  it("gives each value one hue, for its write and its reads", () => {
    const { bars } = layoutWitness(
      [
        pair(0, 1, 0, 10, { f: "write", value: 41 }),
        pair(2, 1, 20, 30, { f: "write", value: 42 }),
        pair(4, 2, 40, 50, {}, { value: 42 }),
        pair(6, 3, 60, 70, {}, { value: 41 }),
      ],
      [],
      300,
    );
    expect(bars.map(({ hue }) => hue)).toEqual([0, 1, 1, 0]);
    expect(bars.map(({ reads }) => reads)).toEqual([false, false, true, true]);
    expect(bars.map(({ label }) => label)).toEqual(["write(41)", "write(42)", "read() → 42", "read() → 41"]);
  });

  it("says which added element a long read misses", () => {
    const { bars } = layoutWitness(
      [
        pair(0, 1, 0, 10, { f: "add", value: 7 }),
        pair(2, 2, 20, 30, {}, { value: Array.from({ length: 5000 }, (_, i) => i + 100) }),
      ],
      [],
      300,
    );
    expect(bars[1]?.label).toBe("read() → 5,000 items, without 7");
  });

  it("leaves an unknown op open to the right edge", () => {
    const { bars, width } = layoutWitness(
      [pair(0, 1, 0, 10, { f: "write", value: 1 }, { type: "info" }), pair(2, 2, 20, 1e9)],
      [],
      300,
    );
    expect(bars[0]?.x1).toBeGreaterThan(bars[1]?.x0 ?? 0);
    expect(bars[0]?.x1).toBeLessThanOrEqual(width);
  });

  it("shades a fault between its times, and the rows of the nodes it hurt", () => {
    const pairs = [pair(0, 1, 1e9, 1.1e9), pair(2, 2, 6e9, 6.1e9, { node: "n2" }), pair(4, 3, 20e9, 20.1e9)];
    const { shades, bars } = layoutWitness(pairs, [band], 300);
    expect(shades).toHaveLength(1);
    expect(shades[0]?.x0).toBeGreaterThan(bars[0]?.x1 ?? 0);
    expect(shades[0]?.x0).toBeLessThan(bars[1]?.x0 ?? 0);
    expect(shades[0]?.x1).toBeLessThan(bars[2]?.x0 ?? 0);
    expect(shades[0]?.rows).toEqual([0, 2]);
    expect(layoutWitness([pair(0, 1, 1e9, 1.1e9)], [band], 300).shades).toEqual([]);
  });

  it("marks long waits", () => {
    const { breaks } = layoutWitness([pair(0, 1, 0, 1e6), pair(2, 2, 30e9, 30.001e9)], [], 300);
    expect(breaks).toHaveLength(1);
    expect(breaks[0]?.ns).toBeCloseTo(29.999e9);
  });
});

describe("witnessSvg", () => {
  it("draws bars with their words and times, escaped", () => {
    const svg = witnessSvg(
      {
        id: "w",
        label: "linearizable",
        text: "",
        steps: [],
        valid: false,
        pairs: [pair(0, 1, 1e9, 1.5e9, { f: "<b>", value: "</svg><script>" })],
      },
      [{ ...band, label: "<i>", beginNs: 0 }],
    );
    const text = String(svg?.text);
    expect(text).toContain("&lt;b&gt;(");
    expect(text).not.toMatch(/<(b|i|script)>/);
    expect(text).toContain("1.000 s to 1.500 s (500 ms)");
    expect(text).toContain('role="img"');
  });

  it("is nothing without ops", () => {
    expect(witnessSvg({ id: "w", label: "", text: "", steps: [], valid: false, pairs: [] }, [])).toBeUndefined();
  });
});
