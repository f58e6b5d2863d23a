/** What a sweep keeps of its failures: the first few as stored runs, and of each checker's first one the smallest plan. */
import { relative } from "node:path";
import { storyLines } from "../../../reports/story.js";
import { type PlanContext, planRun } from "../plan.js";
import { type PlanFile, requestOfPlan } from "../plan-file.js";
import { runQuietly } from "../quiet-run.js";
import { planOfRun } from "../shrink/from-run.js";
import { shrink } from "../shrink/shrink.js";
import type { SweepFailure, SweepResult } from "./types.js";

export interface KeepOptions {
  readonly result: SweepResult;
  readonly dir: string;
  readonly context: PlanContext;
  /** Failing seeds stored as runs. */
  readonly keep: number;
  /** Simulated runs to spend on each plan; 0 = no shrinking. */
  readonly shrinkRuns: number;
  readonly signal: AbortSignal;
  /** Told while a plan shrinks. */
  progress(seed: number, runs: number, smallest: PlanFile): void;
  /** Told of each plan, as a story. */
  story(lines: readonly string[]): void;
}

/** The result with `dir` and `plan` filled in for the failures that were kept. */
export async function keepFailures(options: KeepOptions): Promise<SweepResult> {
  const { result, keep, signal } = options;
  const failures: SweepFailure[] = [];
  const told = new Set<string>();
  for (const [i, failure] of result.failures.entries()) {
    if (i >= keep || signal.aborted) failures.push(failure);
    else failures.push(await keepOne(failure, !told.has(failure.checker), options));
    told.add(failure.checker);
  }
  return { ...result, failures };
}

async function keepOne(failure: SweepFailure, first: boolean, options: KeepOptions): Promise<SweepFailure> {
  const { result, dir, context, shrinkRuns, signal, progress } = options;
  const plan = await planRun({ ...result.request, seed: failure.seed, runtime: "simulation" }, context);
  const { folder, ops, results } = await runQuietly(plan, dir, context.now);
  const kept = { ...failure, dir: folder.path };
  if (!first || shrinkRuns === 0) return kept;
  const whole = planOfRun({ spec: plan.spec, ops, finalNs: results.finalNs });
  const { plan: smallest } = await shrink({
    plan: whole,
    checker: failure.checker,
    context,
    maxRuns: shrinkRuns,
    signal,
    progress: (runs, smaller) => progress(failure.seed, runs, smaller),
  });
  return smallest === undefined ? kept : { ...kept, plan: await storePlan(smallest, failure.checker, options) };
}

/** Runs the plan once more for its report, and puts the plan beside it. Returns the plan's file. */
async function storePlan(smallest: PlanFile, checker: string, options: KeepOptions): Promise<string> {
  const { dir, context, story } = options;
  const plan = await planRun({ ...requestOfPlan(smallest), runtime: "simulation" }, context);
  const { folder, ops, results } = await runQuietly(plan, dir, context.now);
  const shows = { checker, summary: results.checkers[checker]?.summary ?? "" };
  folder.write("plan.json", `${JSON.stringify({ ...smallest, shows }, null, 2)}\n`);
  const lines = storyLines({ test: plan.spec, results, ops });
  folder.write("story.txt", `${lines.join("\n")}\n`);
  story(lines);
  return relative(process.cwd(), folder.file("plan.json"));
}
