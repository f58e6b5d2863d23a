/** Shrinks a failing run to a plan with few faults, ops and clients for which the same checker still fails. */
import fc from "fast-check";
import type { Checker } from "../../core/checker.js";
import { CapTestError } from "../../core/errors.js";
import { historyOf } from "../../history/index.js";
import { live } from "../live.js";
import { type PlanContext, planRun } from "../plan.js";
import { type PlanFile, requestOfPlan } from "../plan-file.js";
import { type Cursor, cuts, START } from "./cuts.js";

export interface ShrinkOptions {
  /** The plan of a failing run. */
  readonly plan: PlanFile;
  /** The checker that must go on failing. */
  readonly checker: string;
  readonly context: PlanContext;
  /** Simulated runs at most. */
  readonly maxRuns: number;
  readonly signal: AbortSignal;
  /** Told of each run: how many so far, and the smallest plan that fails. */
  progress(runs: number, smallest: PlanFile): void;
}

export interface Shrunk {
  /** The smallest plan found; undefined where not even the whole plan failed again. */
  readonly plan: PlanFile | undefined;
  readonly runs: number;
}

/**
 * fast-check does the shrinking: a property over plans that fails for the given one, and an arbitrary whose shrinker makes
 * plans smaller. Each cut is tried with the plan's seed and with another one: whether a race is lost depends on delays, which
 * are drawn anew once anything is left out.
 */
export async function shrink(options: ShrinkOptions): Promise<Shrunk> {
  const { plan, context, checker, maxRuns, signal, progress } = options;
  let runs = 0;
  let smallest: PlanFile | undefined;
  const spent = (): boolean => runs >= maxRuns || signal.aborted;
  const property = fc.asyncProperty(new Plans(plan, spent), async (candidate) => {
    if (spent()) return true;
    runs++;
    const failed = await fails(candidate, checker, context);
    if (failed) smallest = candidate;
    progress(runs, smallest ?? plan);
    // Signals and spinners get their turn: a simulated run waits for nothing real.
    await new Promise((resolve) => setImmediate(resolve));
    return !failed;
  });
  await fc.check(property, { numRuns: 1, seed: 1, verbose: 0, endOnFailure: false });
  return { plan: smallest, runs };
}

const OTHER_SEEDS = 1;

/** Generates the one plan that is known to fail, and shrinks it by `cuts`. */
class Plans extends fc.Arbitrary<PlanFile> {
  constructor(
    private readonly failing: PlanFile,
    private readonly spent: () => boolean,
  ) {
    super();
  }

  override generate(): fc.Value<PlanFile> {
    return new fc.Value(this.failing, START);
  }

  override canShrinkWithoutContext(value: unknown): value is PlanFile {
    return value === this.failing;
  }

  override shrink(value: PlanFile, context: unknown): fc.Stream<fc.Value<PlanFile>> {
    return fc.stream(this.candidates(value, (context as Cursor | undefined) ?? START));
  }

  private *candidates(plan: PlanFile, cursor: Cursor): Generator<fc.Value<PlanFile>> {
    for (const { plan: smaller, next } of cuts(plan, cursor)) {
      for (let other = 0; other <= OTHER_SEEDS; other++) {
        if (this.spent()) return;
        yield new fc.Value({ ...smaller, seed: smaller.seed + other }, next);
      }
    }
  }
}

/** Does the checker call the plan's run invalid? A run that does not even start proves nothing. */
export async function fails(file: PlanFile, checker: string, context: PlanContext): Promise<boolean> {
  try {
    const plan = await planRun({ ...requestOfPlan(file), runtime: "simulation" }, context);
    const { ops, outcome } = await live({
      plan,
      runId: "shrink",
      signal: new AbortController().signal,
      leaveRunning: false,
      record: () => undefined,
      phase: () => undefined,
      line: () => undefined,
    });
    const judge = plan.workload.checkers.find(({ name }) => name === checker) as Checker | undefined;
    if (judge === undefined || outcome.ended !== undefined) return false;
    const { spec } = plan;
    const { finalNs } = outcome;
    const verdict = await judge.check(historyOf(ops), {
      nodes: spec.nodes,
      opTimeoutMs: spec.opTimeoutMs,
      ...(finalNs === undefined ? {} : { finalNs }),
    });
    return verdict.valid === false;
  } catch (error) {
    if (error instanceof CapTestError) return false;
    throw error;
  }
}
