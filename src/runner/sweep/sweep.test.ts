/** A sweep is the same runs as `run --seed k`, counted; shards share them out and join again. */
import { describe, expect, it } from "vitest";
import { renderSweepJunit } from "../../../reports/sweep-junit.js";
import { schemaProblems } from "../../../reports/testing/junit-schema.js";
import { runCli, scratch } from "../../cli/testing/cli.js";
import type { RunResults } from "../../core/run.js";
import { registry } from "../../registry.js";
import { countSeeds, overlap, parseShard, seedsOf } from "./seeds.js";
import { storeSweep } from "./store.js";
import { type SweepOptions, sweep } from "./sweep.js";
import { mergeSweeps } from "./tally.js";
import type { SeedRange, SeedResult, SweepRequest } from "./types.js";

const context = { registry, version: "0", now: new Date(0), dockerAnswers: async () => false };
const nobody = new AbortController().signal;

const run = (request: SweepRequest, range: SeedRange, more: Partial<SweepOptions> = {}) =>
  sweep({
    request,
    range,
    context,
    workers: 0,
    stopOnFailure: false,
    signal: nobody,
    progress: () => undefined,
    ...more,
  });

/** Its runs differ: some seeds fail, some do not. */
const buggy: SweepRequest = {
  system: "kv-raft",
  systemOpts: { bug: "local-reads" },
  nemesis: "partition",
  nemesisIntervalMs: 1_500,
  timeLimitMs: 4_000,
};

describe("seeds", () => {
  it("shards share all seeds out, each once", () => {
    const shards = [1, 2, 3].map((index) => ({ firstSeed: 5, seeds: 11, shard: { index, count: 3 } }));
    const all = shards.flatMap((range) => [...seedsOf(range)]);
    expect([...all].sort((a, b) => a - b)).toEqual([...seedsOf({ firstSeed: 5, seeds: 11 })]);
    expect(shards.map(countSeeds)).toEqual(shards.map((range) => [...seedsOf(range)].length));
    expect(shards.flatMap((a, i) => shards.map((b, j) => i !== j && overlap(a, b)))).not.toContain(true);
    expect(overlap({ firstSeed: 1, seeds: 4 }, { firstSeed: 4, seeds: 2 })).toBe(true);
    expect(overlap({ firstSeed: 1, seeds: 3 }, { firstSeed: 4, seeds: 2 })).toBe(false);
    // More shards than seeds: some have nothing to do.
    expect(countSeeds({ firstSeed: 1, seeds: 2, shard: { index: 3, count: 4 } })).toBe(0);
  });

  it.each(["0/4", "5/4", "1", "1/0", "a/b", "-1/2"])("--shard %s is refused", (text) => {
    expect(() => parseShard(text)).toThrow(/--shard/);
  });
});

describe("sweep", () => {
  it("says of every seed what `run --seed` says of it", async () => {
    const told: SeedResult[] = [];
    const result = await run(buggy, { firstSeed: 1, seeds: 6 }, { progress: (one) => told.push(one) });
    expect(result.runs).toBe(6);
    expect(result.invalid).toBeGreaterThan(0);
    expect(result.valid).toBeGreaterThan(0);
    const [failing, sound] = [false, true].map((valid) => told.find((one) => one.valid === valid) as SeedResult);
    const folder = scratch();
    try {
      for (const { seed, valid, findings, ops, replay } of [failing, sound] as SeedResult[]) {
        const words = replay.split(" ").slice(2);
        expect(words).toContain(String(seed));
        const { code, stdout } = await runCli([...words, "--json"], folder.path, {});
        const results = JSON.parse(stdout) as RunResults;
        expect({ seed: results.seed, valid: results.valid, ops: results.ops }).toEqual({ seed, valid, ops });
        expect(code).toBe(valid === true ? 0 : 1);
        for (const { checker, summary } of findings) expect(results.checkers[checker]?.summary).toBe(summary);
      }
    } finally {
      folder.remove();
    }
  });

  it("shards join to what one sweep says", async () => {
    const quick: SweepRequest = { ...buggy, timeLimitMs: 2_500 };
    const whole = await run(quick, { firstSeed: 20, seeds: 6 });
    const parts = await Promise.all(
      [1, 2].map((index) => run(quick, { firstSeed: 20, seeds: 6, shard: { index, count: 2 } })),
    );
    const strip = ({ durationMs: _, ranges: __, ...rest }: typeof whole) => rest;
    expect(strip(mergeSweeps(parts))).toEqual(strip(whole));
    expect(() => mergeSweeps([whole, parts[0] as typeof whole])).toThrow(/counted twice/);
    const other = { ...whole, request: { ...quick, rate: 3 } };
    expect(() => mergeSweeps([whole, other])).toThrow(/cannot be merged/);
  });

  it("stops at a failure where asked to, and when interrupted, with what there is", async () => {
    const first = await run(buggy, { firstSeed: 1, seeds: 500 }, { stopOnFailure: true });
    expect(first).toMatchObject({ invalid: 1, ended: "stopped at a failure" });
    const stop = new AbortController();
    const interrupted = await run(
      buggy,
      { firstSeed: 1, seeds: 500 },
      { signal: stop.signal, progress: () => stop.abort() },
    );
    expect(interrupted).toMatchObject({ runs: 1, ended: "interrupted" });
  });

  it("is stored as JSON and as JUnit with a case for each failing seed", async () => {
    const result = await run(buggy, { firstSeed: 1, seeds: 50 }, { stopOnFailure: true });
    const folder = scratch();
    try {
      storeSweep(result, folder.path, new Date(0));
      const junit = renderSweepJunit(result, "2026-11-25T22:57:00.123Z");
      expect(junit).toContain(`name="seed ${result.failures[0]?.seed}"`);
      expect(junit).toContain('type="invalid"');
      expect(schemaProblems(junit)).toEqual([]);
      expect(junit).toContain("npx cap-test run --system kv-raft");
    } finally {
      folder.remove();
    }
  });

  it.each([
    [{}, { firstSeed: 1, seeds: 0 }, /--seeds 0/],
    [{}, { firstSeed: 1, seeds: 1.5 }, /--seeds 1.5/],
    [{}, { firstSeed: Number.MAX_SAFE_INTEGER, seeds: 2 }, /--first-seed/],
    [{ system: "etcd" }, { firstSeed: 1, seeds: 1 }, /does not run on the simulation/],
    [{ systemOpts: { bug: "local-raeds" } }, { firstSeed: 1, seeds: 1 }, /Did you mean local-reads\?/],
  ] as const)("refuses %j %j", async (request, range, message) => {
    await expect(run(request, range)).rejects.toThrow(message);
  });
});
