/** The README's tables are what the registries say. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("README.md is current (npm run docs)", async () => {
  // @ts-expect-error a plain script without types
  const { currentReadme } = (await import("./docs.mjs")) as { currentReadme(): Promise<string> };
  expect(readFileSync("README.md", "utf8")).toBe(await currentReadme());
});
