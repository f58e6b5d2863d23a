/** Numbers for people must not lie by rounding. */
import { describe, expect, it } from "vitest";
import { count, duration, moment, percent, plural, tickStep } from "./format.js";

describe("format", () => {
  it("groups thousands", () => {
    expect([0, 12, 1234, 1234567, -1234, 0.5, 1e21].map(count)).toEqual([
      "0",
      "12",
      "1,234",
      "1,234,567",
      "−1,234",
      "0.5",
      "1e+21",
    ]);
    expect(plural(1, "op")).toBe("1 op");
    expect(plural(2000, "more witness", "more witnesses")).toBe("2,000 more witnesses");
  });

  it("never rounds a share to none or to all", () => {
    expect([0, 1, 0.5, 0.1725].map(percent)).toEqual(["0 %", "100 %", "50 %", "17.3 %"]);
    expect(percent(1 / 12000)).toBe("< 0.1 %");
    expect(percent(11_999 / 12_000)).toBe("> 99.9 %");
    expect(percent(Number.NaN)).toBe("–");
  });

  it("gives durations a unit that fits", () => {
    expect([0, 850, 2_710, 850_000, 2_710_000, 12_345_000_000, 200e9].map(duration)).toEqual([
      "0 ns",
      "850 ns",
      "2.71 µs",
      "850 µs",
      "2.71 ms",
      "12.3 s",
      "3 min 20 s",
    ]);
    expect(moment(14_692_000_000)).toBe("14.692 s");
  });

  it("picks round steps for an axis", () => {
    for (const [span, most] of [
      [38, 10],
      [0.4, 5],
      [1e6, 8],
      [7, 7],
    ] as const) {
      const step = tickStep(span, most);
      expect(span / step).toBeLessThanOrEqual(most + 1e-9);
      expect(span / step).toBeGreaterThan(most / 5);
      expect(
        [1, 2, 5].some((digit) => Math.abs(Math.log10(step / digit) - Math.round(Math.log10(step / digit))) < 1e-9),
      ).toBe(true);
    }
  });
});
