/** `npm run bench -- NAME`: bundles bench/NAME.ts and runs it in a process of its own (so that heaps do not mix). */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const names = readdirSync("bench")
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME [ARG…]; there are: ${names.join(", ")}\n`);
  process.exit(254);
}
// Below the checkout, so that packages resolve.
const out = mkdtempSync("dist.bench-");
try {
  const outfile = join(out, `${name}.mjs`);
  await build({
    entryPoints: [`bench/${name}.ts`],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
  });
  process.exitCode =
    spawnSync(process.execPath, ["--expose-gc", "--max-semi-space-size=32", outfile, ...rest], { stdio: "inherit" })
      .status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
