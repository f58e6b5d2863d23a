/** `cap-test sweep`: many seeds of a simulated run on all cores; what fails is kept, shrunk and told. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { renderSweepJunit } from "../../reports/sweep-junit.js";
import { extendedRegistry } from "../config/extend.js";
import { EnvironmentError, EXIT, messageOf, UsageError } from "../core/errors.js";
import { keepFailures } from "../runner/sweep/keep.js";
import { parseShard } from "../runner/sweep/seeds.js";
import { storeSweep } from "../runner/sweep/store.js";
import { SWEEP_DEFAULTS, sweep } from "../runner/sweep/sweep.js";
import { mergeSweeps } from "../runner/sweep/tally.js";
import type { Shard, SweepResult } from "../runner/sweep/types.js";
import { type RunFlags, requestOf, version, withRunOptions } from "./common.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput, type Output } from "./output.js";
import { createSweepProgress, printSweep } from "./sweep-progress.js";

interface Flags extends RunFlags {
  readonly seeds: number;
  readonly firstSeed?: number;
  readonly shard?: Shard;
  readonly workers?: number;
  readonly stopOnFailure?: boolean;
  readonly junit?: string;
  readonly keep: number;
  readonly shrink: boolean;
  readonly shrinkRuns: number;
  readonly merge?: readonly string[];
}

const EXAMPLES = `
Examples:
  cap-test sweep --seeds 1000
  cap-test sweep --system kv-raft --system-opt bug=ack-before-commit --workload set --seeds 200 --stop-on-failure
  cap-test sweep --system kv-quorum --seeds 4000 --shard 1/4 --json > 1.json
  cap-test sweep --merge 1.json 2.json 3.json 4.json --junit sweep.xml

Exit: 0 all valid, 1 a violation was found, 2 else a run proved nothing, 254 bad usage, 255 our own crash.`;

const whole = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value)) throw new InvalidArgumentError("Not a whole number.");
  return value;
};

const count = (text: string): number => {
  const value = whole(text);
  if (value < 0) throw new InvalidArgumentError("Not a whole number of 0 or more.");
  return value;
};

const workerCount = (text: string): number => {
  const value = whole(text);
  if (value < 1 || value > 256) throw new InvalidArgumentError("Give 1 to 256.");
  return value;
};

export function sweepCommand(program: Command, exit: (code: number) => void): void {
  withRunOptions(program.command("sweep"), SWEEP_DEFAULTS)
    .description("run many seeds in the simulation, on all cores")
    .option("--seeds <n>", "how many seeds", whole, 1000)
    .option("--first-seed <n>", "the first of them (default: 1)", whole)
    .option("--shard <i/n>", "only this part of the seeds: 1/4 for the first of four", parseShard)
    .option("--workers <n>", "threads (default: one a core)", workerCount)
    .option("--stop-on-failure", "stop at the first violation")
    .option("--keep <n>", "failing seeds to store as runs", count, 3)
    .option("--no-shrink", "do not look for the smallest plan that fails")
    .option("--shrink-runs <n>", "simulated runs to spend on each smallest plan", count, 600)
    .option("--junit <file>", "write the result as JUnit XML too")
    .option("--merge <files...>", "join the results of shards (their sweep.json or --json) instead of running")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await run(flags)));
}

async function run(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const result = flags.merge === undefined ? await runSweep(flags, output) : mergeSweeps(flags.merge.map(readResult));
  if (flags.junit !== undefined) writeJunit(flags.junit, result, new Date());
  output.value(result);
  printSweep(result, output);
  return result.invalid > 0 ? EXIT.invalid : result.unknown > 0 || result.runs === 0 ? EXIT.unknown : EXIT.valid;
}

async function runSweep(flags: Flags, output: Output): Promise<SweepResult> {
  if (flags.runtime === "docker")
    throw new UsageError("a sweep runs in the simulation; `cap-test run` runs in Docker.");
  if (flags.seed !== undefined && flags.firstSeed !== undefined) {
    throw new UsageError("--seed and --first-seed say the same to a sweep; give one of them.");
  }
  const { registry, configFile } = await extendedRegistry(flags.config);
  const { seed: _, ...asked } = requestOf(flags);
  const request = { ...asked, configFile };
  const firstSeed = flags.firstSeed ?? flags.seed ?? 1;
  const range = { firstSeed, seeds: flags.seeds, ...(flags.shard === undefined ? {} : { shard: flags.shard }) };
  const now = new Date();
  const context = { registry, version: version(), now, dockerAnswers: async () => false };
  const progress = createSweepProgress(output);
  const interrupt = listenForInterrupts((text) => progress.line(text));
  try {
    const swept = await sweep({
      request,
      range,
      context,
      workers: flags.workers,
      stopOnFailure: flags.stopOnFailure === true,
      signal: interrupt.signal,
      progress: progress.seed,
    });
    const result = await keepFailures({
      result: swept,
      dir: flags.dir,
      context,
      keep: flags.keep,
      shrinkRuns: flags.shrink ? flags.shrinkRuns : 0,
      signal: interrupt.signal,
      progress: progress.shrinking,
      story: progress.story,
    });
    progress.stop();
    const folder = storeSweep(result, flags.dir, now);
    output.line(`sweep: ${folder.file("sweep.json")}`);
    return result;
  } finally {
    progress.stop();
    interrupt.dispose();
  }
}

function readResult(path: string): SweepResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new UsageError(`${path}: ${messageOf(cause)}`, { cause });
  }
  const result = parsed as Partial<SweepResult> | null;
  if (typeof result?.runs !== "number" || !Array.isArray(result.failures) || !Array.isArray(result.ranges)) {
    throw new UsageError(`${path}: not the result of a sweep (its sweep.json, or what --json printed).`);
  }
  return result as SweepResult;
}

function writeJunit(path: string, result: SweepResult, now: Date): void {
  try {
    writeFileSync(path, renderSweepJunit(result, now.toISOString()));
  } catch (cause) {
    throw new EnvironmentError(`cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}
