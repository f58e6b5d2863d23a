/** The example as its README says: built from its folder, both contracts kept, by the command a reader types. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { dockerIsHere, runCli, scratch } from "../../src/cli/testing/cli.js";
import type { CiResults } from "../../src/core/contract.js";

const here = dirname(fileURLToPath(import.meta.url));
const folder = scratch();
afterAll(() => folder.remove());

describe.skipIf(!dockerIsHere())("a service of one's own", () => {
  it("keeps its contract, and the known weakness is found", async () => {
    const { code, stdout, stderr } = await runCli(["ci", "--json", "--dir", folder.path], here);
    expect(code, stderr).toBe(0);
    const { contracts } = JSON.parse(stdout) as CiResults;
    expect(contracts.map(({ outcome, observed }) => ({ outcome, observed }))).toEqual([
      { outcome: "passed", observed: { linearizable: true, "lost-writes": true } },
      { outcome: "passed", observed: { linearizable: false, "lost-writes": true } },
    ]);
    expect(contracts[0]?.attempts[0]?.repeat).toContain("--config cap-test.config.ts");
  });
});
