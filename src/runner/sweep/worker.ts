/** What a worker thread of a sweep does: runs the seeds it is given, one after the other. */
import { type Extended, extendedRegistry } from "../../config/extend.js";
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

/** A configuration's module is loaded once a thread; undefined: the bundled registry. */
let loaded: { readonly file: string | undefined; readonly extended: Promise<Extended> } | undefined;

export default async function work({ request, seed, version }: SeedTask): Promise<SeedAnswer> {
  const file = request.configFile;
  try {
    if (loaded?.file !== file) {
      loaded = {
        file,
        extended: file === undefined ? Promise.resolve({ registry, checkers: [] }) : extendedRegistry(file),
      };
    }
    const { registry: all, checkers } = (await loaded?.extended) ?? { registry, checkers: [] };
    return { result: await runSeed(request, seed, sweepContext(all, version), checkers) };
  } catch (error) {
    if (error instanceof CapTestError) return { error: error.message, exitCode: error.exitCode };
    return { error: `seed ${seed}: ${messageOf(error)}` };
  }
}
