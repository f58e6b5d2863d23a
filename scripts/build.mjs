/**
 * Turns the sources into dist/: modules one by one, the bundled node's entry point and the report's page as bundles.
 * A checkout builds itself on first use and after every change (bin/cap-test.mjs calls `ensureBuilt`), so `npm ci` needs
 * no install script; a published package ships dist/ alone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const stamp = join(dist, ".built");
const lock = join(root, "dist.lock");

const MODULES = ["src", "workloads", "checkers", "reports"];
const WATCHED = [...MODULES, "docker", "scripts", "package.json"];

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    yield* filesBelow(join(path, entry.name));
  }
}

/** The newest change among the sources, folders included (a file removed changes its folder). */
function newestChangeMs() {
  let newest = 0;
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    newest = Math.max(newest, stat.mtimeMs);
    if (stat.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
  };
  for (const name of WATCHED) visit(join(root, name));
  return newest;
}

const isCurrent = () => (statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= newestChangeMs();

const isModule = (path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && !path.includes(".test.");

async function compile(out) {
  const { build } = await import("esbuild").catch(() => {
    throw new Error("the sources are not built yet, and esbuild is not installed: run `npm ci` first");
  });
  const modules = MODULES.flatMap((name) => [...filesBelow(join(root, name))]).filter(
    (path) => isModule(path) && !path.startsWith(join(root, "reports", "page")),
  );
  const common = { absWorkingDir: root, logLevel: "warning" };
  await build({
    ...common,
    entryPoints: modules,
    outdir: out,
    outbase: root,
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: true,
  });
  await build({
    ...common,
    entryPoints: [join(root, "docker/kv/entry.ts")],
    outfile: join(out, "docker/kv/entry.mjs"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node18",
  });
  await build({
    ...common,
    entryPoints: ["main.tsx", "style.css", "compare.ts", "compare.css"].map((name) => join(root, "reports/page", name)),
    outdir: join(out, "reports/page"),
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Builds where the sources are newer than dist/. Two processes at once: one builds, the other waits. */
export async function ensureBuilt() {
  for (;;) {
    if (isCurrent()) return;
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      // A build takes a second or two; a lock much older was left by a process that was killed.
      if (age > 60_000) rmSync(lock, { recursive: true, force: true });
      await sleep(100);
    }
  }
  const fresh = join(root, `dist.new-${process.pid}`);
  const old = join(root, `dist.old-${process.pid}`);
  try {
    if (isCurrent()) return;
    const builtAt = new Date();
    await compile(fresh);
    writeFileSync(join(fresh, ".built"), `${builtAt.toISOString()}\n`);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    for (const path of [fresh, old, lock]) rmSync(path, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(stamp, { force: true });
  await ensureBuilt();
  if (process.argv.includes("--types")) {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const args = [
      tsc,
      "-p",
      join(root, "tsconfig.build.json"),
      "--emitDeclarationOnly",
      "--declaration",
      "--outDir",
      dist,
    ];
    process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
  }
}
