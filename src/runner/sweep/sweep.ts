/** A sweep: many seeds of one simulated run on all cores, counted; what failed is kept, within limits. */
import { type PlanContext, planRun } from "../plan.js";
import { runSeeds } from "./pool.js";
import { checkRange, countSeeds, seedsOf } from "./seeds.js";
import { Tally } from "./tally.js";
import type { SeedRange, SeedResult, SweepRequest, SweepResult } from "./types.js";

export interface SweepOptions {
  readonly request: SweepRequest;
  readonly range: SeedRange;
  readonly context: PlanContext;
  /** Threads; 0 = this one. */
  readonly workers?: number | undefined;
  readonly stopOnFailure: boolean;
  /** First interrupt: no further seed is begun, and what there is is the result. */
  readonly signal: AbortSignal;
  /** Told of each seed as it ends, in no particular order. */
  progress(result: SeedResult, tally: { readonly runs: number; readonly of: number }): void;
}

/** What a sweep leaves unsaid: virtual seconds of load are cheap, but many short runs find more than few long ones. */
export const SWEEP_DEFAULTS = { nemesis: "swarm", timeLimitMs: 10_000 } as const;

export function withSweepDefaults(request: SweepRequest): SweepRequest {
  return {
    ...request,
    nemesis: request.nemesis ?? SWEEP_DEFAULTS.nemesis,
    timeLimitMs: request.timeLimitMs ?? SWEEP_DEFAULTS.timeLimitMs,
    runtime: "simulation",
  };
}

/** @throws UsageError before anything runs, where the request or the range is wrong. */
export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { range, context, stopOnFailure, signal, progress } = options;
  checkRange(range);
  const request = withSweepDefaults(options.request);
  const { spec } = await planRun({ ...request, seed: range.firstSeed }, context);
  const tally = new Tally();
  const enough = new AbortController();
  const of = countSeeds(range);
  const began = performance.now();
  await runSeeds({
    request,
    seeds: seedsOf(range),
    version: context.version,
    count: of,
    workers: options.workers,
    signal: AbortSignal.any([signal, enough.signal]),
    result: (result) => {
      tally.add(result);
      if (stopOnFailure && result.valid === false) enough.abort();
      progress(result, { runs: tally.runs, of });
    },
  });
  const early = enough.signal.aborted ? "stopped at a failure" : signal.aborted ? "interrupted" : undefined;
  return tally.result({
    system: spec.system,
    workload: spec.workload,
    nemesis: spec.nemesis,
    request,
    range,
    ended: tally.runs < of ? early : undefined,
    durationMs: Math.round(performance.now() - began),
  });
}
