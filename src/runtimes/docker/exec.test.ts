import { describe, expect, it } from "vitest";
import { sinceZero } from "./exec.js";

describe("times of log lines", () => {
  const zeroMs = Date.parse("2026-11-22T10:15:00.500Z");

  it("count from the run's beginning, to a microsecond, also before it", () => {
    const text = "2026-11-22T10:15:01.234567891Z hello 2026-11-22T10:15:01Z\n2026-11-22T10:15:00Z early\n";
    expect(sinceZero(text, zeroMs)).toBe("734.568 hello 2026-11-22T10:15:01Z\n-500.000 early\n");
  });

  it("leave lines without a stamp alone", () => {
    expect(sinceZero("… (cut)\nplain", zeroMs)).toBe("… (cut)\nplain");
  });
});
