/** The repository's own contract, its simulation part: kept as it stands, and broken by whichever expectation is flipped. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaProblems } from "../../reports/testing/junit-schema.js";
import { type Ended, readJson, runCli, scratch } from "../cli/testing/cli.js";
import type { CiResults, Observation } from "../core/contract.js";
import type { RunResults } from "../core/run.js";
import { type ExpectedWords, parseExpectations } from "./expect.js";
import { judgeRun } from "./judge.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = scratch();
afterAll(() => folder.remove());
const file = (name: string): string => join(folder.path, name);

let ended: Ended;
let results: CiResults;

beforeAll(async () => {
  const out = ["--dir", folder.path, "--json", "--junit", file("junit.xml"), "--summary", file("summary.md")];
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: file("step.md") };
  ended = await runCli(["ci", "--tags", "simulation", ...out], root, env);
  results = JSON.parse(ended.stdout) as CiResults;
}, 600_000);

/** The opposite of an expectation. */
function flipped(wanted: Observation): boolean | string {
  if (typeof wanted === "boolean") return !wanted;
  if (wanted === "CP-like") return "AP-like";
  if (typeof wanted === "string" && /like|neither/.test(wanted)) return "CP-like";
  return "< 0";
}

describe("the repository's own contract", () => {
  it("is kept, must-fail contracts included", () => {
    const open = results.contracts.filter(({ outcome }) => outcome !== "passed");
    expect(open.map(({ name, why }) => `${name}: ${why}`)).toEqual([]);
    expect(ended.code).toBe(0);
    expect(results.valid).toBe(true);
    const mustFail = results.contracts.filter(({ expected }) => Object.values(expected).includes(false));
    expect(mustFail.length).toBeGreaterThanOrEqual(3);
  });

  it("is written as JUnit and Markdown, and annotates nothing", () => {
    expect(schemaProblems(readFileSync(file("junit.xml"), "utf8"))).toEqual([]);
    expect(readFileSync(file("summary.md"), "utf8")).toContain(`## cap-test: ${results.contracts.length} passed`);
    expect(readFileSync(file("step.md"), "utf8")).toBe(readFileSync(file("summary.md"), "utf8"));
    expect(ended.stderr).not.toContain("::");
  });

  it("is broken by every single expectation that is flipped, in a line that says what and why", () => {
    let flips = 0;
    for (const { expected, dir } of results.contracts) {
      const run = readJson<RunResults>(join(dir, "results.json"));
      for (const [name, wanted] of Object.entries(expected)) {
        const changed = { ...expected, [name]: flipped(wanted) } as ExpectedWords;
        const shape = { verdicts: run.checkers, complete: true };
        const { status, why } = judgeRun(run, parseExpectations("", changed, shape));
        expect(["broken", "not found"], `${name}: ${why}`).toContain(status);
        expect(why).toContain(`${name} must be`);
        expect(why).not.toContain("\n");
        flips++;
      }
    }
    expect(flips).toBeGreaterThanOrEqual(10);
  });
});
