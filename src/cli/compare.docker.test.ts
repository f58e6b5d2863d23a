/** Two systems in Docker under one cut: they are told apart, and nothing is left behind. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../reports/compare/model.js";
import { dockerIsHere, leftInDocker, scratch, start } from "./testing/cli.js";

const here = dockerIsHere();
const folder = scratch();
afterAll(() => folder.remove());

describe.skipIf(!here)("compare (needs Docker)", () => {
  it("etcd keeps what redis-cluster forgets, under the same faults", async () => {
    const line =
      "compare --systems etcd,redis-cluster --workload register --nemesis partition:primaries --time-limit 16 --seed 7 --json";
    const running = start(line.split(" "), folder.path);
    const { code, stdout, stderr } = await running.ended;
    expect(leftInDocker(running.child.pid)).toEqual([]);
    expect(code, stderr).toBe(0);
    const { systems, dir, ranking } = JSON.parse(stdout) as Comparison;
    const [etcd, redis] = systems;
    expect(etcd, stderr).toMatchObject({ runtime: "docker", consistent: true, lost: 0 });
    expect(["CP-like", "unknown"]).toContain(etcd?.class);
    expect(redis, stderr).toMatchObject({ runtime: "docker", valid: false, consistent: false, class: "neither" });
    for (const { bite } of systems) {
      expect(bite.applied).toBeGreaterThan(0);
      expect(bite.proved).toBe(bite.applied);
      expect(bite.opsTried).toBeGreaterThan(0);
    }
    expect(ranking.mostConsistent).toEqual(["etcd"]);
    expect(existsSync(join(dir, "compare.html"))).toBe(true);
  });
});
