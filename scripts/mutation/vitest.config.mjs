/** The unit tests of the checkers alone, as `npm run mutate` runs them: no containers, no browser, nothing to build first. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["checkers/**/*.test.ts"],
    exclude: ["**/*.docker.test.ts", "**/corpus.test.ts"],
    testTimeout: 120_000,
  },
});
