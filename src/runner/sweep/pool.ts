/** Runs seeds on worker threads, a few ahead of what has been asked for, and hands over what each told as it ends. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Tinypool } from "tinypool";
import { CapTestError } from "../../core/errors.js";
import type { SeedResult, SweepRequest } from "./types.js";
import work, { type SeedAnswer, type SeedTask } from "./worker.js";

export interface PoolOptions {
  readonly request: SweepRequest;
  readonly seeds: Iterable<number>;
  /** How many seeds those are. */
  readonly count: number;
  readonly version: string;
  /** Threads; 0 runs the seeds on this one. Default: one a core. */
  readonly workers?: number | undefined;
  /** Aborted: no further seed is begun; those under way end. */
  readonly signal: AbortSignal;
  result(result: SeedResult): void;
}

/** @throws CapTestError with a run's own usage error; anything else that a run throws is our crash. */
export async function runSeeds(options: PoolOptions): Promise<void> {
  const workers = Math.min(options.workers ?? availableParallelism(), options.count);
  if (workers === 0) return drain(options, work, 1);
  const pool = new Tinypool({
    filename: fileURLToPath(new URL("./worker.js", import.meta.url)),
    minThreads: workers,
    maxThreads: workers,
    // Nearly all that a simulated run makes is garbage soon: a larger nursery is emptied less often, with as little left.
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
  try {
    await drain(options, (task) => pool.run(task) as Promise<SeedAnswer>, workers);
  } finally {
    await pool.destroy();
  }
}

/** As many loops as threads: a thread has one seed at a time, so that an interrupt waits for one run and no more. */
async function drain(
  { request, seeds, version, signal, result }: PoolOptions,
  run: (task: SeedTask) => Promise<SeedAnswer>,
  loops: number,
): Promise<void> {
  const left = seeds[Symbol.iterator]();
  let failed = false;
  const loop = async (): Promise<void> => {
    while (!signal.aborted && !failed) {
      const next = left.next();
      if (next.done) return;
      const answer = await run({ request, seed: next.value, version });
      if ("result" in answer) result(answer.result);
      else {
        failed = true;
        throw answer.exitCode === undefined ? new Error(answer.error) : new CapTestError(answer.error, answer.exitCode);
      }
      // A run in this very thread never waits for the real world: without this no Ctrl-C is heard between two of them.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
}
