/** `cap-test compare` as a user runs it, on bundled systems in the simulation; nothing here needs Docker. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../reports/compare/model.js";
import { readJson, runCli, scratch, start } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());

/** A DOCKER_HOST where nothing listens. */
const noDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };
const cli = (line: string) => runCli(line.split(" "), folder.path, noDocker);

describe("compare", () => {
  it("tells three bundled systems apart, says which one is left out, and stores it all", async () => {
    const { code, stdout, stderr } = await cli(
      "compare --systems kv-raft,kv-async,kv-quorum:r=1+w=1+sloppy=true,etcd --nemesis partition:primaries --time-limit 12 --seed 7 --prefer consistency=3,availability=1 --markdown out.md --json",
    );
    expect(code, stderr).toBe(0);
    const found = JSON.parse(stdout) as Comparison;
    expect(found.systems.map(({ system }) => system)).toEqual([
      "kv-raft",
      "kv-async",
      "kv-quorum:r=1+w=1+sloppy=true",
      "etcd",
    ]);
    const [raft, async, sloppy, etcd] = found.systems;
    expect(raft).toMatchObject({
      valid: true,
      class: "CP-like",
      consistency: "linearizable",
      lost: 0,
      minorityYield: expect.any(Number),
    });
    expect(async).toMatchObject({ valid: false, class: "neither" });
    expect(async?.lost).toBeGreaterThan(0);
    expect(sloppy).toMatchObject({ valid: false, class: "AP-like" });
    expect(etcd).toMatchObject({ valid: "unknown", class: "unknown", dir: "", runs: [] });
    expect(etcd?.error).toMatch(/no Docker engine answers/);
    // One plan for all: the faults come at the same times, whatever they hit.
    const begins = found.systems
      .slice(0, 3)
      .map(({ runs }) => runs[0]?.timeline.faults.map(({ beginMs }) => Math.round(beginMs / 100)));
    expect(begins[0]?.length).toBeGreaterThan(0);
    expect(begins[1]).toEqual(begins[0]);
    expect(begins[2]).toEqual(begins[0]);
    expect(found.ranking.order[0]?.system).toBe("kv-raft");
    expect(found.ranking.mostConsistent).toEqual(["kv-raft"]);
    expect(readJson<Comparison>(join(found.dir, "compare.json"))).toEqual(found);
    const page = readFileSync(join(found.dir, "compare.html"), "utf8");
    for (const { runs } of found.systems)
      for (const { report } of runs) {
        expect(page.includes(`href="${encodeURI(report)}"`), report).toBe(true);
        expect(existsSync(join(found.dir, report)), report).toBe(true);
      }
    expect(readFileSync(join(folder.path, "out.md"), "utf8")).toBe(readFileSync(join(found.dir, "compare.md"), "utf8"));
    expect(dirname(found.dir)).toMatch(/runs\/compare-register-partition_primaries$/);
    expect(stderr).toMatch(/\[1\/4\] kv-raft/);
  });

  it("gives each repeat a seed of its own, the first the one asked for; the table fits 100 columns", async () => {
    const { code, stdout } = await cli(
      "compare --systems kv-async,kv-raft --time-limit 2 --seed 5 --repeat 2 --no-color",
    );
    expect(code).toBe(0);
    for (const line of stdout.split("\n").filter((text) => /^[│├┌└]/.test(text)))
      expect(line.length).toBeLessThanOrEqual(100);
    expect(stdout).toMatch(/not found in 2 runs/);
    const path = /report: (.*)compare\.html/.exec(stdout)?.[1] ?? "";
    const seeds = readJson<Comparison>(join(path, "compare.json")).systems.map(({ runs }) =>
      runs.map(({ seed }) => seed),
    );
    expect(seeds[0]?.[0]).toBe(5);
    expect(seeds[0]?.[1]).not.toBe(5);
    expect(seeds[1]).toEqual(seeds[0]);
  });

  it("compares what there is when interrupted", async () => {
    const line = "compare --systems kv-raft,kv-async --nemesis partition --time-limit 300 --seed 1 --json";
    const running = start(line.split(" "), folder.path, noDocker);
    await running.saw("running");
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    const found = JSON.parse(stdout) as Comparison;
    expect(found).toMatchObject({ interrupted: true });
    expect(found.systems.map(({ runs }) => runs.length)).toEqual([1, 0]);
    expect(found.systems[0]).toMatchObject({ valid: "unknown" });
  });

  it.each([
    ["compare --nemesis partition", /--systems/],
    ["compare --systems kv-raft,kv-asinc", /unknown system "kv-asinc". Did you mean kv-async\?/],
    ["compare --systems kv-raft,kv-async --repeat 0", /1 or more/],
    ["compare --systems etcd,redis-cluster", /no Docker engine answers/],
    ["compare --systems kv-raft,kv-async --markdown no/such/folder/x.md", /there is no folder/],
  ])("%s", async (line, expected) => {
    const { code, stdout, stderr } = await cli(line);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code, stdout + stderr).toBe(254);
  });
});
