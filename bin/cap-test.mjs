#!/usr/bin/env node
/** The command. In a checkout it builds first where the sources changed; a published package has dist/ alone. */
import { existsSync } from "node:fs";

const sources = new URL("../src/cli/main.ts", import.meta.url);
if (existsSync(sources)) {
  try {
    const { ensureBuilt } = await import(new URL("../scripts/build.mjs", import.meta.url).href);
    await ensureBuilt();
  } catch (error) {
    process.stderr.write(`cap-test: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(255);
  }
}
const { main } = await import(new URL("../dist/src/cli/main.js", import.meta.url).href);
await main(process.argv);
