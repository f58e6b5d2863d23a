/** Room is made for as many lines as a history has, and a history that cannot fit is refused in words. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { UsageError } from "../core/errors.js";
import { formatHistory } from "../history/index.js";
import { readHistory } from "./read-history.js";
import { linesOf, memoryBytes } from "./room.js";

const chunk = new TextEncoder().encode("{}\n{}\n{}\n{}\n");

it("tells the lines of a file by its beginning", () => {
  expect(linesOf(chunk.length, chunk, 1e9)).toBe(4);
  expect(linesOf(1000 * chunk.length, chunk, 1e9)).toBe(4000);
  // Not one newline; a zipped file is smaller than what it holds.
  expect(linesOf(1e6, chunk.subarray(0, 2), 1e9)).toBe(0);
  expect(linesOf(5, chunk, 1e9)).toBe(0);
});

it("refuses what cannot fit", () => {
  const size = 5e9;
  expect(() => linesOf(size, chunk, 8e9)).toThrow(UsageError);
  expect(() => linesOf(size, chunk, 8e9)).toThrow(
    "about 833 million ops need more than 68.3 GB of memory, and there are 8.0 GB",
  );
  expect(linesOf(size, chunk, 69e9)).toBeGreaterThan(1.6e9);
  expect(memoryBytes()).toBeGreaterThan(1e8);
});

it("reads all lines, however wrong the guess", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cap-test-room-"));
  try {
    // Long lines first, so that the beginning promises far fewer lines than there are.
    const ops = Array.from({ length: 40_000 }, (_, index) => ({
      index,
      time: index,
      process: 0,
      type: index % 2 === 0 ? ("invoke" as const) : ("ok" as const),
      f: "write",
      value: index < 1000 ? "x".repeat(1000) : index >> 1,
    }));
    const file = join(folder, "history.jsonl");
    writeFileSync(file, formatHistory(ops));
    const { history } = await readHistory(file);
    expect(history.length).toBe(40_000);
    expect(history.op(39_999)).toEqual(ops[39_999]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
