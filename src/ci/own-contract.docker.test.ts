/** The repository's own contract, its Docker part: real systems keep what they promise, and known weaknesses are found. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { dockerIsHere, runCli, scratch } from "../cli/testing/cli.js";
import type { CiResults } from "../core/contract.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = scratch();
afterAll(() => folder.remove());

describe.skipIf(!dockerIsHere())("the repository's own contract, on Docker", () => {
  it("is kept", async () => {
    const { code, stdout, stderr } = await runCli(["ci", "--tags", "docker", "--json", "--dir", folder.path], root);
    expect(code, stderr).toBe(0);
    const { contracts } = JSON.parse(stdout) as CiResults;
    expect(contracts.map(({ outcome }) => outcome)).toEqual(["passed", "passed"]);
  });
});
