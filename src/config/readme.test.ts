/** The configurations in the README are accepted as they stand there, and so is action.yml's script by bash. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { planContracts } from "../ci/plan.js";
import { scratch } from "../cli/testing/cli.js";
import { extend } from "./extend.js";
import { loadConfig } from "./load.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = scratch();
afterAll(() => folder.remove());

const readme = readFileSync(join(root, "README.md"), "utf8");
const block = (language: string, containing: string): string => {
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)];
  const found = blocks.find(([, of, text = ""]) => of === language && text.includes(containing));
  if (found === undefined) throw new Error(`the README has no ${language} block with ${containing}`);
  return found[2] as string;
};

it.each([
  ["yaml", "contracts:", "readme.yaml", 2],
  ["ts", "defineConfig({", "readme.ts", 1],
])("the README's %s configuration is accepted", async (language, containing, name, contracts) => {
  writeFileSync(join(folder.path, name), block(language, containing));
  const extended = extend(await loadConfig(name, folder.path));
  const options = { version: "0", now: new Date(0), seed: 0, dockerAnswers: () => Promise.resolve(false) };
  expect(await planContracts({ ...options, extended })).toHaveLength(contracts);
});

it("action.yml runs the contracts, and passes the exit code on", () => {
  interface Action {
    readonly runs: { readonly steps: readonly { readonly id?: string; readonly run: string }[] };
  }
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action;
  const script = action.runs.steps.find(({ id }) => id === "contracts")?.run ?? "";
  writeFileSync(join(folder.path, "c.yaml"), "contracts: [{ name: a, system: nosuch }]\n");
  const output = join(folder.path, "output");
  const env = {
    ...process.env,
    CAP_TEST: join(root, "bin/cap-test.mjs"),
    CONFIG: "c.yaml",
    ARGS: "--tags none; echo injected",
    JUNIT: "j.xml",
    DIR: "runs",
    GITHUB_OUTPUT: output,
  };
  const run = (args: string) =>
    spawnSync("bash", ["-e", "-o", "pipefail", "-c", script], {
      cwd: folder.path,
      env: { ...env, ARGS: args },
      encoding: "utf8",
    });
  const { status, stderr, stdout } = run("");
  expect(stderr).toMatch(/c.yaml: contract "a": unknown system "nosuch"/);
  expect(status).toBe(254);
  expect(readFileSync(output, "utf8")).toBe("exit-code=254\n");
  expect(stdout).toBe("");
  expect(run("; echo injected").stdout).not.toContain("injected");
});
