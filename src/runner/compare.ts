/** Runs several systems one after the other under the same seed, load and fault plan, and sets side by side what was seen. */
import { relative } from "node:path";
import { serviceTimeline } from "../../checkers/availability/timeline.js";
import { ANSWERS } from "../../checkers/availability.js";
import { gather } from "../../reports/compare/gather.js";
import type { ComparedRun, ComparedSystem, Comparison, Weights } from "../../reports/compare/model.js";
import { observe } from "../../reports/compare/observe.js";
import { rank } from "../../reports/compare/rank.js";
import type { Checker } from "../core/checker.js";
import { CapTestError, EnvironmentError, UsageError } from "../core/errors.js";
import { deriveSeed } from "../core/rng.js";
import type { SystemDefinition } from "../core/system.js";
import { definitionOf, type SystemChoice } from "./compare-systems.js";
import { DEFAULTS, type PlanContext, planRun, type RunPlan, type RunRequest } from "./plan.js";
import { type RunListener, type RunOutcome, runTest } from "./run.js";
import { createRunFolder, type RunFolder } from "./store.js";

/** What all systems have in common. */
export type SharedRequest = Omit<RunRequest, "system" | "systemOpts" | "image">;

export interface CompareListener {
  /** A run is about to start; hears of it until `ended` or `failed`. */
  starting(system: string, plan: RunPlan, run: number): RunListener & { stop(): void };
  ended(system: string, run: ComparedRun): void;
  failed(system: string, reason: string): void;
}

export interface CompareOptions {
  readonly systems: readonly SystemChoice[];
  readonly request: SharedRequest;
  /** Runs of each system; each repeat derives its own seed. */
  readonly repeat: number;
  readonly weights: Weights;
  readonly dir: string;
  /** For looking names up; `now` is asked again for each run. */
  readonly context: Omit<PlanContext, "now">;
  now(): Date;
  /** First interrupt: end the run under way, compare what there is. */
  readonly signal: AbortSignal;
  readonly listener: CompareListener;
  readonly command: string;
  /** A user's own, beside the workload's. */
  readonly extraCheckers?: readonly Checker[];
}

export interface Compared {
  readonly comparison: Comparison;
  readonly folder: RunFolder;
}

/** Fine enough for a fail-over, coarse enough that each slice holds some ops. */
const SLICE_MS = 250;

/** What is known of a system while the runs go on. */
interface Entry {
  readonly choice: SystemChoice;
  readonly definition: SystemDefinition;
  readonly request: RunRequest;
  runs: ComparedRun[];
  /** Where and on how many nodes it ran. */
  runtime: string;
  nodes: number;
  error?: string;
  /** No use in trying again. */
  unfit?: boolean;
}

/** The seed of a repeat: the first is the one asked for, so that `cap-test run --seed` repeats it. */
export function repeatSeed(seed: number, run: number): number {
  return run === 1 ? seed : deriveSeed(seed, "repeat", run) % 1_000_000;
}

/**
 * @throws UsageError where no system could be planned (what is wrong is then wrong for all), or one is unknown.
 * @throws EnvironmentError where no run of any system came to results.
 */
export async function compareSystems(options: CompareOptions): Promise<Compared> {
  const entries = options.systems.map((choice) => entryOf(choice, options));
  await refuseTheImpossible(entries, options);
  const startedAt = options.now();
  const name = `compare-${options.request.workload ?? DEFAULTS.workload}-${options.request.nemesis ?? DEFAULTS.nemesis}`;
  const folder = createRunFolder(options.dir, name, startedAt, false);
  // Every system once before any twice: an interrupted comparison has then something of each.
  for (let run = 1; run <= options.repeat; run++) {
    for (const entry of entries) {
      if (!options.signal.aborted && entry.unfit !== true) await runOnce(entry, run, folder, options);
    }
  }
  const systems = entries.map(summed);
  if (systems.every(({ runs }) => runs.length === 0)) throw nothingRan(entries, options.signal.aborted);
  return { folder, comparison: comparisonOf(systems, folder, startedAt, options) };
}

function entryOf(choice: SystemChoice, { systems, request, context }: CompareOptions): Entry {
  const definition = definitionOf(choice, context.registry);
  const simulated = systems.every((each) => definitionOf(each, context.registry).runtimes.includes("simulation"));
  // One runtime for all where that is possible, or times could not be compared; Docker only where some system needs it.
  const auto = (request.runtime ?? "auto") === "auto";
  const runtime = auto && simulated ? "simulation" : request.runtime;
  const own: RunRequest = { ...request, system: choice.name, systemOpts: choice.options, runtime };
  return { choice, definition, request: own, runs: [], runtime: "", nodes: definition.defaultNodes };
}

/** A system that the workload or the runtime does not fit is a row that says so; what fits no system is wrong usage. */
async function refuseTheImpossible(
  entries: readonly Entry[],
  { context, now, listener }: CompareOptions,
): Promise<void> {
  let first: UsageError | undefined;
  for (const entry of entries) {
    try {
      await planRun(entry.request, { ...context, now: now() });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      first ??= error;
      entry.error = error.message;
      entry.unfit = true;
    }
  }
  if (first !== undefined && entries.every(({ unfit }) => unfit === true)) throw first;
  for (const { choice, error } of entries) if (error !== undefined) listener.failed(choice.label, error);
}

async function runOnce(entry: Entry, run: number, folder: RunFolder, options: CompareOptions): Promise<void> {
  const { context, dir, signal, listener } = options;
  const { choice } = entry;
  const now = options.now();
  const request = { ...entry.request, seed: repeatSeed(options.request.seed, run) };
  try {
    const plan = await planRun(request, { ...context, now });
    entry.runtime = plan.spec.runtime;
    entry.nodes = plan.spec.nodes.length;
    const progress = listener.starting(choice.label, plan, run);
    let outcome: RunOutcome;
    try {
      const extraCheckers = options.extraCheckers ?? [];
      outcome = await runTest({ plan, dir, signal, listener: progress, leaveRunning: false, now, extraCheckers });
    } finally {
      progress.stop();
    }
    const compared = observed(outcome, plan, run, folder);
    entry.runs = [...entry.runs, compared];
    if (outcome.error !== undefined) entry.error = `run ${run} broke off: ${outcome.error.message}`;
    listener.ended(choice.label, compared);
  } catch (error) {
    if (!(error instanceof CapTestError)) throw error;
    entry.error = entry.runs.length === 0 ? error.message : `run ${run}: ${error.message}`;
    listener.failed(choice.label, error.message);
  }
}

function observed({ results, history, folder }: RunOutcome, plan: RunPlan, run: number, home: RunFolder): ComparedRun {
  const { spec } = plan;
  const context = {
    nodes: spec.nodes,
    opTimeoutMs: spec.opTimeoutMs,
    ...(results.finalNs === undefined ? {} : { finalNs: results.finalNs }),
  };
  const report = relative(home.path, folder.file("report.html")).replaceAll("\\", "/");
  return observe({ run, spec, results, timeline: serviceTimeline(history, context, SLICE_MS, ANSWERS), report });
}

function summed({ choice, definition, runtime, nodes, runs, error }: Entry): ComparedSystem {
  const { promises } = definition;
  return gather({ system: choice.label, promises, runtime, nodes, runs, ...(error === undefined ? {} : { error }) });
}

function nothingRan(entries: readonly Entry[], interrupted: boolean): EnvironmentError {
  if (interrupted) return new EnvironmentError("interrupted before any run ended: there is nothing to compare.");
  const reasons = entries.map(({ choice, error }) => `${choice.label}: ${error ?? "not run"}`);
  return new EnvironmentError(`no system could be run. ${reasons.join("; ")}`);
}

function comparisonOf(
  systems: readonly ComparedSystem[],
  folder: RunFolder,
  startedAt: Date,
  { request, repeat, weights, context, signal, command }: CompareOptions,
): Comparison {
  return {
    seed: request.seed,
    workload: request.workload ?? DEFAULTS.workload,
    nemesis: request.nemesis ?? DEFAULTS.nemesis,
    timeLimitMs: request.timeLimitMs ?? DEFAULTS.timeLimitMs,
    nemesisIntervalMs: request.nemesisIntervalMs ?? DEFAULTS.nemesisIntervalMs,
    concurrency: request.concurrency ?? DEFAULTS.concurrency,
    rate: request.rate ?? DEFAULTS.rate,
    repeat,
    startedAt: startedAt.toISOString(),
    version: context.version,
    command,
    interrupted: signal.aborted,
    dir: folder.path,
    systems,
    ranking: rank(systems, weights),
  };
}
