/**
 * Tests live beside the code. Three groups, one after the other, so that fuzzing never steals the processor from a cluster:
 * unit (also the simulation), browser (`*.browser.test.ts`, Chromium), docker (`*.docker.test.ts`, one file at a time).
 * Docker and browser tests skip, visibly, where Docker or Chromium is missing; with CI=true they fail instead.
 */
import { defineConfig } from "vitest/config";

const FOLDERS = "{src,workloads,checkers,reports,docker,scripts,examples}";
const SPECIAL = [`${FOLDERS}/**/*.docker.test.ts`, `${FOLDERS}/**/*.browser.test.ts`];

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/closing-line.mjs"],
    globalSetup: ["./scripts/test-setup.mjs"],
    projects: [
      {
        test: {
          name: "unit",
          include: [`${FOLDERS}/**/*.test.ts`],
          exclude: SPECIAL,
          testTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "browser",
          include: [`${FOLDERS}/**/*.browser.test.ts`],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "docker",
          include: [`${FOLDERS}/**/*.docker.test.ts`],
          // Building the images the first time takes a minute on a slow machine.
          testTimeout: 300_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
