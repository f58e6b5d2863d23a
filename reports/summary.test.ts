/** The words a run ends with on the terminal. */
import { describe, expect, it } from "vitest";
import { renderSummary, summaryLines } from "./summary.js";
import { lostElements } from "./testing/judged.js";
import { unknownRun, validRun } from "./testing/samples.js";

describe("renderSummary", () => {
  it("says the verdict first, then each checker, worst first, with an example", async () => {
    const text = renderSummary(await lostElements());
    const lines = text.split("\n");
    expect(lines[0]).toMatch(/^INVALID: redis-cluster lost acknowledged writes/);
    expect(lines[1]).toMatch(/^ {2}✗ lost-writes +217 of 12137/);
    expect(lines[2]).toMatch(/for example: element 4966, acknowledged by n2/);
    expect(lines.at(-1)).toMatch(/12,143 ok, 308 failed, 32 unknown in 38.5 s, 6 nodes, seed 7/);
    expect(lines.findIndex((line) => line.includes("✓"))).toBeGreaterThan(
      lines.findLastIndex((line) => line.includes("✗")),
    );
  });

  it("marks unknown as unknown and says that the run ended early", () => {
    const lines = summaryLines(unknownRun());
    expect(lines[0]).toMatchObject({ tone: "unknown" });
    expect(lines[0]?.text).toMatch(/^UNKNOWN: /);
    expect(lines.some(({ text }) => text === "  the run ended early: interrupted")).toBe(true);
  });

  it("lets no escape sequence of a system reach the terminal, and no line break", () => {
    const { test, results } = validRun();
    const evil = "\u001b[2Jgone\r\nVALID: forged";
    const text = renderSummary({
      test,
      results: { ...results, valid: false, summary: evil, checkers: { [evil]: { valid: false, summary: evil } } },
    });
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").filter((line) => line.startsWith("VALID"))).toEqual([]);
  });
});
