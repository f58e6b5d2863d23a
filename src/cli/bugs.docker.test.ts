/** The bundled nodes in containers: sound raft keeps its promise under every fault there, planted bugs show as they do in the simulation. */
import { afterAll, describe, expect, it } from "vitest";
import type { RunResults } from "../core/run.js";
import { dockerIsHere, leftInDocker, scratch, start } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());

async function run(line: string): Promise<{ readonly code: number | null; readonly results: RunResults }> {
  const running = start(["run", "--runtime", "docker", ...line.split(" "), "--json"], folder.path);
  const { code, stdout, stderr } = await running.ended;
  expect(leftInDocker(running.child.pid)).toEqual([]);
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, results: JSON.parse(stdout) as RunResults };
}

describe.skipIf(!dockerIsHere())("bundled nodes in containers (need Docker)", () => {
  it("kv-raft is valid under partition, kill and pause", async () => {
    const { code, results } = await run("--nemesis partition,kill,pause --nemesis-interval 3 --time-limit 20 --seed 1");
    expect(results.valid, results.summary).toBe(true);
    expect(code).toBe(0);
    expect(results.checkers["faults"]).toMatchObject({ valid: true, applied: expect.any(Number) });
  });

  // One run each: what the nodes do wrong here they do all the time, so that no seed is needed to meet it.
  it.each([
    ["follower-reads", "linearizable", "--system-opt bug=follower-reads --nemesis none --time-limit 8 --seed 1"],
    [
      "ack-before-commit",
      "lost-writes",
      "--system-opt bug=ack-before-commit --workload set --nemesis partition:primaries --nemesis-interval 3 --time-limit 12 --seed 1",
    ],
    [
      "weak-quorum",
      "linearizable",
      "--system kv-quorum --system-opt bug=weak-quorum --nemesis partition:halves --nemesis-interval 2 --time-limit 8 --seed 1",
    ],
  ])("the planted bug %s is found by %s", async (_, checker, line) => {
    const { code, results } = await run(line);
    expect(results.checkers[checker]?.valid, results.summary).toBe(false);
    expect(code).toBe(1);
  });
});
