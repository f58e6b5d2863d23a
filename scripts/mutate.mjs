/**
 * `npm run mutate -- FILE…`: mutation testing with Stryker (checkers/elle/models.ts, "checkers/elle/*.ts", …; default: the
 * checkers). It takes hours for all of them, so it is no part of the tests. Stryker's 170 packages are fetched on the first
 * use into node_modules/.mutate, which keeps `npm ci` lean; they find this checkout's own Vitest from there.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const VERSION = "9.6.1";
const home = resolve("node_modules/.mutate");

function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(home, "node_modules/@stryker-mutator/vitest-runner"))) {
  mkdirSync(home, { recursive: true });
  const packages = ["core", "vitest-runner"].map((name) => `@stryker-mutator/${name}@${VERSION}`);
  // Without peers: a second Vitest beside ours would not know the tests of the first.
  const flags = ["--prefix", home, "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
  run("npm", ["install", ...flags, ...packages]);
}
const files = process.argv.slice(2);
const stryker = join(home, "node_modules/@stryker-mutator/core/bin/stryker.js");
run(process.execPath, [
  stryker,
  "run",
  "scripts/mutation/stryker.config.mjs",
  ...(files.length === 0 ? [] : ["--mutate", files.join(",")]),
]);
