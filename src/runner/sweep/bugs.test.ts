/** Planted bugs are found by the default sweep, each within a few seeds and by its checker, where a sound node is valid. */
import { describe, expect, it } from "vitest";
import { BUGS } from "../../kv/bugs.js";
import { registry } from "../../registry.js";
import { runSeed, sweepContext } from "./seed-run.js";
import { withSweepDefaults } from "./sweep.js";

const context = sweepContext(registry, "0");

/** Several times the seeds that each took when it was measured (`npm run docs:bugs`). */
const WINDOW = 12;

describe("planted bugs", () => {
  it.each([
    ["ack-before-commit", 20_001],
    ["cas-at-proposal", 1],
    ["local-reads", 20_001],
    ["no-dedup", 10_001],
    ["weak-quorum", 1],
  ])("%s is found from seed %i on", async (name, start) => {
    const bug = BUGS.find((one) => one.name === name);
    if (bug === undefined) throw new Error(`no bug is named ${name}`);
    const { system, workload, nemesis } = bug;
    const run = (systemOpts: Readonly<Record<string, string>>, seed: number) =>
      runSeed(withSweepDefaults({ system, systemOpts, workload, nemesis, timeLimitMs: 8_000 }), seed, context);
    for (let seed = start; seed < start + WINDOW; seed++) {
      const { findings, valid } = await run({ bug: name }, seed);
      if (valid !== false || !findings.some(({ checker }) => checker === bug.checker)) continue;
      expect(await run(bug.optionsAreTheBug ? {} : { ...bug.options }, seed)).toMatchObject({
        valid: true,
        findings: [],
      });
      return;
    }
    expect.fail(`not found in ${WINDOW} seeds`);
  });

  it("each names a system, a workload and a checker that there are, and differs from all others", () => {
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length);
    expect(BUGS.length).toBeGreaterThanOrEqual(20);
    for (const { name, system, workload, checker } of BUGS) {
      const definition = registry.workloads.find((one) => one.name === workload);
      const ops = registry.systems.find((one) => one.name === system)?.ops ?? [];
      const options = Object.fromEntries((definition?.options ?? []).map((option) => [option.name, option.default]));
      const made = definition?.create({ nodes: ["n1", "n2", "n3"], concurrency: 3, options, ops });
      expect(
        made?.checkers.map((one) => one.name),
        name,
      ).toContain(checker);
    }
  });
});
