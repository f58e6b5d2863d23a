/** `cap-test ci` from the outside: exit codes, one-line mistakes, what is printed where. Nothing here needs Docker. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { CiResults } from "../core/contract.js";
import { runCli, scratch } from "./testing/cli.js";

const folder = scratch();
afterAll(() => folder.remove());

const noDocker = { DOCKER_HOST: "unix:///nonexistent/docker.sock", CI: "", GITHUB_ACTIONS: "" };
const cli = (line: string, env: Readonly<Record<string, string>> = {}) =>
  runCli(line.split(" "), folder.path, { ...noDocker, ...env });
const config = (text: string): void => writeFileSync(join(folder.path, "cap-test.config.yaml"), text);

/** Two seconds of simulated load. */
const QUICK = "defaults: { runtime: simulation, timeLimit: 2, rate: 50 }\n";

beforeEach(() => config(`${QUICK}contracts:\n  - { name: quick, expect: { linearizable: true } }\n`));

describe("mistakes", () => {
  it("are one line and 254, before anything is run", async () => {
    config("contracts:\n  - { name: a, expect: { linearisable: true } }\n");
    const { code, stderr } = await cli("ci");
    expect(stderr).toMatch(/contract "a": expect.linearisable: .*did you mean linearizable\?/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(254);
    expect(existsSync(join(folder.path, "runs"))).toBe(false);
    expect((await cli("ci --config nowhere.yaml")).stderr).toMatch(/nowhere.yaml: no such file/);
  });
});

describe("outcomes", () => {
  it("is 1 for a broken expectation, with the reason, an annotation at its line and the command that repeats it", async () => {
    config(`${QUICK}contracts:
  - { name: kept, expect: { linearizable: true } }
  - { name: blind, expect: { linearizable: false }, retries: 1 }
  - name: fast enough
    expect: { p99Ms: "< 0.001" }
`);
    const { code, stdout } = await cli("ci", { GITHUB_ACTIONS: "true" });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ blind: failed: linearizable must be violated, but no violation was found: .*\(in 2 runs\)/,
    );
    expect(stdout).toMatch(/✗ fast enough: failed: p99Ms must be < 0.001, but is \d/);
    expect(stdout).toMatch(/repeat: npx cap-test run --system kv-raft .*--seed \d+/);
    expect(stdout).toMatch(/^::error file=cap-test.config.yaml,line=5,title=cap-test%3A fast enough::p99Ms must be/m);
    expect(stdout).toMatch(/1 passed, 2 failed/);
  });

  it("is 2 for what was not proved, and 0 where that is allowed", async () => {
    config(`${QUICK}contracts:\n  - { name: no cut, expect: { availability: CP-like } }\n`);
    const { code, stdout } = await cli("ci --json");
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: "unknown",
      contracts: [
        {
          name: "no cut",
          outcome: "unknown",
          expected: { availability: "CP-like" },
          observed: { availability: "unknown" },
          why: /availability must be CP-like, but is unknown/,
        },
      ],
    });
    expect((await cli("ci --allow-unknown")).code).toBe(0);
  });

  it("skips what needs Docker where there is none, and fails it with CI=true", async () => {
    config(`${QUICK}contracts:\n  - { name: quick, repeat: 2 }\n  - { name: real, system: etcd, runtime: auto }\n`);
    const { code, stdout } = await cli("ci --grep real|quick --json");
    expect(code).toBe(0);
    const { contracts } = JSON.parse(stdout) as CiResults;
    expect(contracts.map(({ outcome }) => outcome)).toEqual(["passed", "skipped"]);
    expect(new Set(contracts[0]?.attempts.map(({ seed }) => seed)).size).toBe(2);
    const strict = await cli("ci --grep real", { CI: "true" });
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/✗ real: failed: it needs Docker, and no Docker engine answers/);
  });
});
