/** The README's examples that are marked to run do run, and print what they say. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const snippets = [...readFileSync("README.md", "utf8").matchAll(/<!-- run -->\n```js\n([\s\S]*?)```/g)].map(
  ([, code = ""]) => code,
);
// Below the checkout, so that "cap-test/checkers" is this package.
const folder = mkdtempSync("dist.snippets-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("README examples", () => {
  it("are there", () => expect(snippets.length).toBeGreaterThan(2));

  it.each(snippets.map((code, i) => [i, code] as const))("example %i", (i, code) => {
    const file = join(folder, `${i}.mjs`);
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const told = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, words]) => words);
    expect(told.length).toBeGreaterThan(0);
    expect(stdout.trimEnd().split("\n")).toEqual(told);
  });
});
