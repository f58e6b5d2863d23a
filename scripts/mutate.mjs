/**
 * `npm run mutate -- FILE… [--sample N [--skip M]] [--again]`: mutation testing of the checkers, by their own tests. FILE is a
 * file or a folder (default: checkers). All of them take hours, so it is no part of the tests. `--sample` draws N mutants, the
 * same ones as long as the files are the same; `--skip` those after the first M, which nobody wrote a test for. `--again` tries
 * only those that survived the last time. What became of each is in node_modules/.mutate/report.json (or `--report`).
 * `--budget-ms` bounds what the tests of a survivor may take together.
 * Stryker's instrumenter and what it needs (67 packages) are fetched on the first use into node_modules/.mutate, which keeps
 * `npm ci` lean.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundle, concerned, switched } from "./mutation/instrument.mjs";
import { drawn, isKilled, keyOf, survivorText, tableOf } from "./mutation/report.mjs";
import { coverage, tryAll } from "./mutation/run.mjs";

const VERSION = "9.6.1";
const home = resolve("node_modules/.mutate");

const filesBelow = (path) =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];
const isTest = (path) => path.endsWith(".test.ts");
const isMutated = (path) =>
  path.endsWith(".ts") && !isTest(path) && !path.includes("testing/") && basename(path) !== "index.ts";

function fetched() {
  const entry = join(home, "node_modules/@stryker-mutator/instrumenter/dist/src/index.js");
  if (!existsSync(entry)) {
    mkdirSync(home, { recursive: true });
    const flags = ["--prefix", home, "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund"];
    const packages = [`@stryker-mutator/instrumenter@${VERSION}`];
    const { status } = spawnSync("npm", ["install", ...flags, ...packages], { stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  return entry;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    skip: { type: "string", default: "0" },
    again: { type: "boolean", default: false },
    report: { type: "string", default: join(home, "report.json") },
    "budget-ms": { type: "string", default: "4000" },
  },
});
// Fuzzing finds a mutant in its first runs or hardly at all.
process.env.FUZZ_RUNS ??= "100";
const asked = positionals.length === 0 ? ["checkers"] : positionals;
const files = [...new Set(asked.flatMap(filesBelow))].map((path) => relative(".", path)).filter(isMutated);
const all = filesBelow("checkers").filter(isTest);

const { sources, mutants } = await switched(fetched(), files);
const sampled = values.sample === undefined ? mutants : drawn(mutants, Number(values.sample), Number(values.skip));
const before = new Map(
  values.again ? JSON.parse(readFileSync(values.report, "utf8")).map((it) => [keyOf(it), it]) : [],
);
const known = sampled.filter((mutant) => isKilled(before.get(keyOf(mutant))));
const chosen = sampled.filter((mutant) => !known.includes(mutant));
process.stdout.write(`${chosen.length} of ${mutants.length} mutants in ${files.length} files\n`);

const started = Date.now();
const size = 1 + Math.max(...mutants.map(({ id }) => id));
const tests = concerned((await bundle(sources, all, false)).inputs, all, sources);
const reached = await coverage((await bundle(sources, tests, true)).code, size);
const { code } = await bundle(sources, tests, false);
process.stdout.write(`${reached.length} tests in ${tests.length} files pass without mutants\n\n`);
const tried = await tryAll(code, size, chosen, reached, Number(values["budget-ms"]), (result) => {
  if (!isKilled(result)) process.stdout.write(survivorText(result));
});
const results = [...known.map((mutant) => ({ ...before.get(keyOf(mutant)), ...mutant })), ...tried];
results.sort((a, b) => a.id - b.id);
writeFileSync(values.report, JSON.stringify(results, null, 1));
process.stdout.write(`\n${tableOf(results, mutants)}\n\n${((Date.now() - started) / 1000).toFixed(0)} s\n`);
