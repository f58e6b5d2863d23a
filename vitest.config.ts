/** Tests live beside the code. `*.docker.test.ts` need Docker, `*.browser.test.ts` need Chromium; they skip, visibly, without. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,workloads,checkers,reports,docker,scripts}/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
