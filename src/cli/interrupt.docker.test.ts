/** Runs that end badly, at random moments: nothing may be left in Docker, and the history must parse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { rng } from "../core/rng.js";
import type { RunResults } from "../core/run.js";
import { parseHistory } from "../history/index.js";
import { dockerIsHere, leftInDocker, type Running, runCli, scratch, start } from "./testing/cli.js";

const here = dockerIsHere();
const folder = scratch();
afterAll(() => folder.remove());

const ARGS =
  "run --system etcd --nodes 3 --workload register --nemesis partition --nemesis-interval 2 --time-limit 60 --json";
const begin = (): Running => start(ARGS.split(" "), folder.path);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The newest history parses to its last whole line. */
function newestHistory(): number {
  const bytes = readFileSync(join(folder.path, "runs/latest/history.jsonl"));
  return parseHistory(bytes).history.length;
}

describe.skipIf(!here)("interruptions (need Docker)", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} in the middle of a cut: heals, judges what there is, cleans up`, async () => {
      const running = begin();
      await running.saw("partition:");
      running.child.kill(signal);
      const { code, stdout } = await running.ended;
      const results = JSON.parse(stdout) as RunResults;
      expect(results.ended).toBe("interrupted");
      expect(results.valid).not.toBe(true);
      expect([1, 2]).toContain(code);
      expect(newestHistory()).toBeGreaterThan(100);
      expect(leftInDocker(running.child.pid)).toEqual([]);
    });
  }

  it("SIGINT while the nodes start: leaves nothing", async () => {
    const random = rng(Date.now());
    for (let i = 0; i < 3; i++) {
      const running = begin();
      await running.saw("starting");
      await pause(random.below(1500));
      running.child.kill("SIGINT");
      const { code, stdout, stderr } = await running.ended;
      expect([2, 255], stdout + stderr).toContain(code);
      expect(leftInDocker(running.child.pid)).toEqual([]);
    }
  });

  it("a second SIGINT leaves at once, and clean sweeps up", async () => {
    const running = begin();
    await running.saw("running");
    await pause(1000);
    running.child.kill("SIGINT");
    await pause(50);
    running.child.kill("SIGINT");
    const { code } = await running.ended;
    expect(code).toBe(255);
    expect((await runCli(["clean"], folder.path)).code).toBe(0);
    expect(leftInDocker(running.child.pid)).toEqual([]);
    newestHistory();
  });

  it("kill -9 at random moments, then clean: nothing is left, and the history parses", async () => {
    const random = rng(Date.now(), "kill");
    for (let i = 0; i < 4; i++) {
      const running = begin();
      await running.saw("starting");
      await pause(random.below(6000));
      running.child.kill("SIGKILL");
      await running.ended;
      newestHistory();
      expect((await runCli(["clean"], folder.path)).code).toBe(0);
      expect(leftInDocker(running.child.pid)).toEqual([]);
    }
  });

  it("clean spares a run that is alive, and two runs at once do not meet", async () => {
    const short = "run --system etcd --nodes 3 --workload set --nemesis none --time-limit 6 --json".split(" ");
    const first = start(short, folder.path);
    const second = start(short, folder.path);
    await Promise.all([first.saw("running"), second.saw("running")]);
    expect((await runCli(["clean"], folder.path)).code).toBe(0);
    for (const { code, stdout, stderr } of await Promise.all([first.ended, second.ended])) {
      expect(code, stdout + stderr).toBe(0);
    }
    for (const { child } of [first, second]) expect(leftInDocker(child.pid)).toEqual([]);
  });
});
