/**
 * Two processes, two runs of each seed, one history. `CAP_TEST_REPEATED_RUNS=200` repeats that many; `CAP_TEST_OTHER_NODE`
 * names another node binary for the second process, so that versions can be compared.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Generator } from "../core/generator.js";
import { historyDigest, runsToRepeat } from "./testing/histories.js";

const RUNS = Number(process.env["CAP_TEST_REPEATED_RUNS"] ?? 10);
const OTHER_NODE = process.env["CAP_TEST_OTHER_NODE"] ?? process.execPath;
const BUILT = fileURLToPath(new URL("../../dist/src/runner/testing/histories.js", import.meta.url));

async function digests(node: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(node, [BUILT, String(RUNS)], { maxBuffer: 1 << 26 });
  return stdout.split("\n").filter((line) => line !== "");
}

/** The same generator for someone who does not know of `when`. */
function withoutWhen(generator: Generator): Generator {
  return {
    next: (context) => {
      const next = generator.next(context);
      return typeof next === "string" ? next : { op: next.op, rest: withoutWhen(next.rest) };
    },
    update: (context, event) => withoutWhen(generator.update(context, event)),
  };
}

describe("a seed is a run", () => {
  it(`gives the same bytes in different processes, over ${RUNS} systems, nemeses and seeds`, {
    timeout: 60_000 + RUNS * 10_000,
  }, async () => {
    const [here, there] = await Promise.all([digests(process.execPath), digests(OTHER_NODE)]);
    expect(here).toHaveLength(RUNS);
    expect(there).toEqual(here);
    // A run that broke off, or histories that say nothing, would be the same as well.
    expect(here.filter((line) => !line.includes(", whole, "))).toEqual([]);
    expect(new Set(here.map((line) => line.split(" ").at(-1))).size).toBe(RUNS);
  });

  it("is the same run where the load says only what comes next, not when", async () => {
    for (const request of runsToRepeat(8)) {
      const short = { ...request, timeLimitMs: 2_000 };
      expect(await historyDigest(short, undefined, withoutWhen)).toBe(await historyDigest(short));
    }
  });

  it("differs where the seed does", async () => {
    const [first] = runsToRepeat(1);
    if (first === undefined) throw new Error("there is no run to repeat");
    const short = { ...first, timeLimitMs: 500 };
    const hash = async (seed: number): Promise<string> =>
      (await historyDigest({ ...short, seed })).split(" ").at(-1) ?? "";
    expect(await hash(1)).toBe(await hash(1));
    expect(await hash(1)).not.toBe(await hash(2));
  });
});
