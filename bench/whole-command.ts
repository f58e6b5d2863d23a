/**
 * What a user waits for: `cap-test check` of a history in a file, start-up and reading included. Writes histories of a simulated
 * register to a temporary folder (1M ops: 182 MB), runs the command on them and tells wall time, CPU time and peak memory.
 * `npm run bench -- whole-command [ops…]`, for example `1e6 1e7` to see that the cost grows linearly.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatOp } from "../src/history/index.js";
import { type Load, simulate } from "./linearizable.js";

const LOAD: Load = {
  ops: 1e6,
  clients: 30,
  keys: 0,
  infoPercent: 5,
  reads: 50,
  writes: 50,
  stalePercent: 0,
  values: 0,
  seed: 1,
};

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly output: string;
}

/** Writes the history, without holding it. */
async function write(file: string, ops: number): Promise<void> {
  const out = createWriteStream(file);
  let lines = "";
  for (const op of simulate({ ...LOAD, ops })) {
    lines += `${formatOp(op)}\n`;
    if (lines.length < 1 << 20) continue;
    if (!out.write(lines)) await new Promise<void>((resolve) => out.once("drain", () => resolve()));
    lines = "";
  }
  await new Promise<void>((resolve) => out.end(lines, () => resolve()));
}

/** Runs the command; what it used is told by the process itself when it ends. */
async function run(file: string): Promise<Cost> {
  const tell =
    "process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\n#usage '+u.maxRSS+' '+(u.userCPUTime+u.systemCPUTime))})";
  const began = performance.now();
  const child = spawn(process.execPath, [
    "--import",
    `data:text/javascript,${encodeURIComponent(tell)}`,
    "bin/cap-test.mjs",
    "check",
    file,
  ]);
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  const [, maxRssKb, cpuUs] = /#usage (\d+) (\d+)/.exec(errors) ?? [];
  return {
    wallMs: performance.now() - began,
    cpuMs: Number(cpuUs) / 1e3,
    peakMb: Number(maxRssKb) / 1024,
    output: output.trim() || errors.trim(),
  };
}

async function main(sizes: readonly number[], print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cap-test-bench-"));
  try {
    for (const ops of sizes) {
      const file = join(folder, `register-${ops}.jsonl`);
      await write(file, ops);
      print(`${ops} ops, ${Math.round(statSync(file).size / 1e6)} MB`);
      for (let i = 0; i < (ops > 2e6 ? 1 : 3); i++) {
        const { wallMs, cpuMs, peakMb, output } = await run(file);
        print(`  ${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms CPU, ${peakMb.toFixed(0)} MB peak: ${output}`);
      }
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sizes = process.argv.slice(2).map(Number);
await main(sizes.length === 0 ? [1e4, 1e6] : sizes, (line) => process.stdout.write(`${line}\n`));
