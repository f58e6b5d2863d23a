/** What a worker thread of a sweep does: runs the seeds it is given, one after the other. */
import { CapTestError, messageOf } from "../../core/errors.js";
import { registry } from "../../registry.js";
import { runSeed, sweepContext } from "./seed-run.js";
import type { SeedResult, SweepRequest } from "./types.js";

export interface SeedTask {
  readonly request: SweepRequest;
  readonly seed: number;
  readonly version: string;
}

/** Errors lose their class on the way between threads: the exit code goes along. */
export type SeedAnswer = { readonly result: SeedResult } | { readonly error: string; readonly exitCode?: number };

export default async function work({ request, seed, version }: SeedTask): Promise<SeedAnswer> {
  try {
    return { result: await runSeed(request, seed, sweepContext(registry, version)) };
  } catch (error) {
    if (error instanceof CapTestError) return { error: error.message, exitCode: error.exitCode };
    return { error: `seed ${seed}: ${messageOf(error)}` };
  }
}
