/** Judges a stored run again, as it was judged when it ended: with its workload's checkers and what is known of the run. */
import { compose } from "../../checkers/compose.js";
import { faultsChecker } from "../../checkers/faults.js";
import type { CheckContext, Checker, Verdict } from "../core/checker.js";
import type { History } from "../core/history.js";
import type { RunResults, TestSpec } from "../core/run.js";
import { lookUp } from "./names.js";
import type { Registry } from "./plan.js";

export interface StoredRun {
  readonly spec: TestSpec;
  /** Absent where the run did not live to be judged. */
  readonly results?: Partial<RunResults>;
}

/** The composed verdict; its parts are the checkers' verdicts. */
export async function judgeStored(
  { spec, results }: StoredRun,
  history: History,
  registry: Registry,
): Promise<Verdict & { model: string; checkers: Readonly<Record<string, Verdict>> }> {
  const definition = lookUp("workload", spec.workload, registry.workloads);
  const ops = registry.systems.find(({ name }) => name === spec.system)?.ops ?? definition.needs;
  const workload = definition.create({
    nodes: spec.nodes,
    concurrency: spec.concurrency,
    options: spec.workloadOpts,
    ops,
  });
  const context: CheckContext = {
    nodes: spec.nodes,
    opTimeoutMs: spec.opTimeoutMs,
    ...(results?.finalNs === undefined ? {} : { finalNs: results.finalNs }),
  };
  const own = [faultsChecker({ expected: spec.nemesis !== "none" }), ...harnessVerdict(results)];
  const { valid, checkers } = await compose([...workload.checkers, ...own]).check(history, context);
  const decisive = Object.entries(checkers).filter(([, verdict]) => verdict.valid === valid && valid !== true);
  const summary =
    valid === true
      ? "no violation was found"
      : decisive.map(([name, verdict]) => `${name}: ${verdict.summary}`).join("; ");
  return { valid, summary, model: workload.model, checkers };
}

/** What the harness found of itself is no part of the history: it is taken over from the run's results. */
function harnessVerdict(results: Partial<RunResults> | undefined): Checker[] {
  const verdict = results?.checkers?.["harness"];
  return verdict === undefined ? [] : [{ name: "harness", check: () => verdict }];
}
