/** The transaction workloads on bundled nodes in the simulation: sound nodes pass, and what breaks them is found. */
import { describe, expect, test } from "vitest";
import type { ElleVerdict } from "../checkers/elle/index.js";
import { simulatedRun } from "./testing/simulated-run.js";

const elle = { append: "elle-list-append", wr: "elle-rw-register" } as const;
const verdictOf = (run: Awaited<ReturnType<typeof simulatedRun>>, workload: keyof typeof elle) =>
  run.checkers[elle[workload]] as ElleVerdict;

describe.each(["append", "wr"] as const)("%s", (workload) => {
  test.each([
    [1, "partition"],
    [2, "partition:primaries,kill"],
    [3, "packet,pause"],
  ])("kv-raft is strictly serializable, seed %i, %s", async (seed, nemesis) => {
    const run = await simulatedRun({ system: "kv-raft", workload, nemesis, seed });
    expect(run.valid, run.summary).toBe(true);
    const { transactions } = verdictOf(run, workload);
    expect(transactions.ok).toBeGreaterThan(500);
  });

  test("kv-async is not, once its primary is cut off", async () => {
    // Longer than its fail-over takes.
    const long = { nemesisIntervalMs: 3_000, timeLimitMs: 9_000 };
    const cut = await simulatedRun({ system: "kv-async", workload, nemesis: "partition:primaries", seed: 1, ...long });
    expect(verdictOf(cut, workload).valid, cut.summary).toBe(false);
    if (workload === "append") expect(cut.checkers["lost-writes"]).toMatchObject({ valid: false });
    const calm = await simulatedRun({ system: "kv-async", workload, seed: 1 });
    expect(calm.valid, calm.summary).toBe(true);
  });

  test.each([
    ["local-reads", "partition:primaries", 2],
    ["follower-reads", "none", 1],
    ["no-dedup", "packet", 1],
  ])("kv-raft with the planted bug %s is found out", async (bug, nemesis, seed) => {
    const run = await simulatedRun({
      system: "kv-raft",
      systemOpts: { bug },
      workload,
      nemesis,
      seed,
      timeLimitMs: 20_000,
    });
    expect(verdictOf(run, workload).valid, run.summary).toBe(false);
  });

  test("a weaker consistency allows stale reads", async () => {
    const request = { system: "kv-raft", systemOpts: { bug: "follower-reads" }, workload, seed: 1 };
    const run = await simulatedRun({ ...request, workloadOpts: { consistency: "read-committed" } });
    expect(verdictOf(run, workload).valid, run.summary).toBe(true);
  });
});
