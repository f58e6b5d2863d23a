/** Baselines, shards and `init` from the outside, on the simulation. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { planContracts } from "../ci/plan.js";
import { extend } from "../config/extend.js";
import { loadConfig } from "../config/load.js";
import type { CiResults } from "../core/contract.js";
import { runCli, scratch } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());
const file = (name: string): string => join(folder.path, name);
const noDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock", CI: "", GITHUB_ACTIONS: "" };
const cli = (line: string) => runCli(line.split(" "), folder.path, noDocker);

const contract = (bug: string): string => `contracts:
  - name: raft keeps what it acknowledged
    system: kv-raft
    systemOpts: { bug: ${bug} }
    workload: set
    nemesis: partition:primaries
    runtime: simulation
    timeLimit: 12
    seed: 1
    expect: { faults: true, lost-writes: any, set-full: any }
`;

describe("a baseline", () => {
  it("of a correct kv-raft is red for one with a planted bug, and names the guarantee that was weakened", async () => {
    writeFileSync(file("c.yaml"), contract("none"));
    const written = await cli("ci --config c.yaml --update-baseline --baseline base.json");
    expect(written.code, written.stdout + written.stderr).toBe(0);
    const base = readFileSync(file("base.json"), "utf8");
    expect(JSON.parse(base).contracts["raft keeps what it acknowledged"]).toMatchObject({
      checkers: { "lost-writes": true },
      class: "CP-like",
    });
    expect(base.length).toBeLessThan(1500);
    writeFileSync(file("c.yaml"), contract("ack-before-commit"));
    const { code, stdout, stderr } = await cli("ci --config c.yaml --baseline base.json --json --junit j.xml");
    expect(code).toBe(1);
    const { contracts, baseline } = JSON.parse(stdout) as CiResults;
    // The contract itself allows it: only the baseline knows that it was better.
    expect(contracts[0]?.outcome).toBe("passed");
    expect(baseline?.weakened.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["lost-writes", "availability class"]),
    );
    expect(stderr).toMatch(/✗ weaker than the baseline: raft keeps what it acknowledged: lost-writes valid -> invalid/);
    expect(readFileSync(file("base.json"), "utf8")).toBe(base);
    expect(readFileSync(file("j.xml"), "utf8")).toContain('<testcase name="baseline"');
  });

  it("that is missing or is none is one line and 254", async () => {
    writeFileSync(file("none.json"), "[]");
    expect(await cli("ci --config c.yaml --baseline nowhere.json")).toMatchObject({
      code: 254,
      stderr: "cap-test: nowhere.json: no such baseline. --update-baseline writes it.\n",
    });
    expect((await cli("ci --config c.yaml --baseline none.json")).code).toBe(254);
  });
});

describe("shards", () => {
  it("merge to the whole", async () => {
    const quick = ["one", "two", "three"].map((name) => `  - { name: ${name}, runtime: simulation, timeLimit: 2 }`);
    writeFileSync(file("s.yaml"), `contracts:\n${quick.join("\n")}\n`);
    for (const index of [1, 2]) {
      const { stdout, code } = await cli(`ci --config s.yaml --shard ${index}/2 --json`);
      expect(code).toBe(0);
      writeFileSync(file(`${index}.json`), stdout);
    }
    const merged = await cli("merge 2.json 1.json --json --junit merged.xml --summary merged.md");
    expect(merged.code).toBe(0);
    const { contracts } = JSON.parse(merged.stdout) as CiResults;
    expect(contracts.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "one passed",
      "two passed",
      "three passed",
    ]);
    expect(readFileSync(file("merged.xml"), "utf8")).toContain('tests="3"');
    const half = await cli("merge 1.json");
    expect(half.code).toBe(2);
    expect(half.stdout).toMatch(/shard 2\/2 is missing/);
  });
});

describe("init", () => {
  it("writes configurations that can be run, and replaces none unasked", async () => {
    const home = scratch();
    const init = (line: string) => runCli(line.split(" "), home.path, noDocker);
    expect((await init("init --ts")).code).toBe(0);
    const { code, stderr } = await init("init --ts");
    expect(code).toBe(254);
    expect(stderr).toBe("cap-test: cap-test.config.ts is there already; --force replaces it.\n");
    const ran = await init("ci --json");
    expect(ran.code, ran.stderr).toBe(0);
    expect((await init("init --force")).code).toBe(0);
    const yaml = await loadConfig("cap-test.config.yaml", home.path);
    const options = { version: "0", now: new Date(0), seed: 0, dockerAnswers: () => Promise.resolve(false) };
    const planned = await planContracts({ ...options, extended: extend(yaml) });
    expect(planned.map(({ name }) => name)).toEqual((JSON.parse(ran.stdout) as CiResults).selected);
    home.remove();
  });
});
