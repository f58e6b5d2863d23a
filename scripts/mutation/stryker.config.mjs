/** How `npm run mutate` mutates; see ../mutate.mjs. Results: .stryker-tmp/report.json and on the screen. */
import { resolve } from "node:path";

const home = resolve("node_modules/.mutate/node_modules/@stryker-mutator");
// Fuzzing finds a mutant in its first runs or hardly at all.
process.env.FUZZ_RUNS ??= "60";
process.env.SEEDS ??= "12";

export default {
  testRunner: "vitest",
  plugins: [`${home}/vitest-runner/dist/src/index.js`],
  vitest: { configFile: "scripts/mutation/vitest.config.mjs" },
  coverageAnalysis: "perTest",
  mutate: ["checkers/**/*.ts", "!**/*.test.ts", "!**/testing/**", "!checkers/**/index.ts"],
  // What a message says is checked where it matters; that each of its words is, is not worth a test.
  mutator: { excludedMutations: ["StringLiteral"] },
  ignorePatterns: ["dist*", "runs", "coverage", "*.tsbuildinfo"],
  ignoreStatic: true,
  concurrency: 1,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: ".stryker-tmp/report.json" },
  tempDirName: ".stryker-tmp",
};
