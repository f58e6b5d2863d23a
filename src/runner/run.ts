/** One run from start to stored results: start the nodes, run the phases, stop them, judge the history, write the report. */
import type { Checker } from "../core/checker.js";
import { EnvironmentError, messageOf } from "../core/errors.js";
import type { History } from "../core/history.js";
import type { Op } from "../core/op.js";
import type { RunResults } from "../core/run.js";
import type { Progress } from "../core/runtime.js";
import { historyOf } from "../history/index.js";
import { judge } from "./judge.js";
import { type Lived, live } from "./live.js";
import type { PhaseName } from "./phases.js";
import type { RunPlan } from "./plan.js";
import { createRunFolder, HistoryFile, type RunFolder } from "./store.js";
import { writeReports } from "./write-reports.js";

/** What a run tells while it goes on. */
export interface RunListener {
  /** The run has a folder and is about to start. */
  started(folder: RunFolder): void;
  phase(name: PhaseName): void;
  op(op: Op): void;
  readonly line: Progress;
}

export interface RunOptions {
  readonly plan: RunPlan;
  /** Where runs are stored. */
  readonly dir: string;
  /** First interrupt: heal, collect, judge what there is, clean up. */
  readonly signal: AbortSignal;
  readonly listener: RunListener;
  /** Leave the nodes running afterwards (docker). */
  readonly leaveRunning: boolean;
  readonly now: Date;
  /** A user's own, beside the workload's. */
  readonly extraCheckers?: readonly Checker[];
}

export interface RunOutcome {
  readonly results: RunResults;
  readonly history: History;
  readonly folder: RunFolder;
  /** The environment broke on the way: results say what could be judged, but the command exits 255. */
  readonly error?: EnvironmentError;
}

/**
 * Runs a plan and stores everything. @throws EnvironmentError where the nodes could not be started (nothing was tested);
 * whatever happens later ends in results.
 */
export async function runTest(options: RunOptions): Promise<RunOutcome> {
  const { plan, listener } = options;
  const { spec } = plan;
  const folder = createRunFolder(options.dir, `${spec.system}-${spec.workload}-${spec.nemesis}`, options.now);
  folder.write("test.json", `${JSON.stringify(spec, null, 2)}\n`);
  listener.started(folder);
  const beganMs = performance.now();
  const lived = await liveOnDisk(options, folder);
  listener.phase("checking");
  const history = historyOf(lived.ops);
  const judged = await judge({ plan, history, extra: options.extraCheckers ?? [], ...lived });
  const results: RunResults = {
    valid: judged.valid,
    system: spec.system,
    workload: spec.workload,
    nemesis: spec.nemesis,
    runtime: spec.runtime,
    seed: spec.seed,
    dir: folder.path,
    // The simulation's wall time differs from run to run, and its results must not: what counts there is virtual time.
    durationMs: spec.runtime === "simulation" ? lastMs(lived.ops) : Math.round(performance.now() - beganMs),
    ops: judged.ops,
    checkers: judged.checkers,
    summary: judged.summary,
    ...(lived.outcome.finalNs === undefined ? {} : { finalNs: lived.outcome.finalNs }),
    ...(lived.outcome.ended === undefined ? {} : { ended: lived.outcome.ended }),
  };
  folder.write("results.json", `${JSON.stringify(results, null, 2)}\n`);
  await writeReports({ folder, spec, results, history, logs: lived.logs, trace: lived.trace });
  const { error } = lived.outcome;
  return { results, history, folder, ...(error === undefined ? {} : { error }) };
}

const lastMs = (ops: readonly Op[]): number => Math.round((ops.at(-1)?.time ?? 0) / 1e6);

/** Lives with the history on disk as it happens, and the nodes' logs beside it. */
async function liveOnDisk(options: RunOptions, folder: RunFolder): Promise<Lived> {
  const { plan, listener, signal, leaveRunning } = options;
  const file = new HistoryFile(folder.file("history.jsonl"), plan.spec.runtime === "docker");
  let lived: Lived | undefined;
  try {
    lived = await live({
      plan,
      runId: runIdOf(folder),
      signal,
      leaveRunning,
      record: (op) => {
        listener.op(op);
        file.append(op);
      },
      phase: listener.phase,
      line: listener.line,
      trace: plan.spec.runtime === "simulation",
    });
  } finally {
    const error = closing(file);
    if (lived !== undefined && error !== undefined) {
      lived = { ...lived, outcome: { ...lived.outcome, ended: "the environment broke", error } };
    }
  }
  for (const [node, text] of Object.entries(lived.logs)) folder.write(`logs/${node}.log`, text);
  return lived;
}

function closing(file: HistoryFile): EnvironmentError | undefined {
  try {
    file.close();
    return undefined;
  } catch (cause) {
    return cause instanceof EnvironmentError ? cause : new EnvironmentError(messageOf(cause), { cause });
  }
}

/** Short, unique on this machine, fit for container names. */
function runIdOf(folder: RunFolder): string {
  const random = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  const time =
    folder.path
      .split("/")
      .at(-1)
      ?.toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "") ?? "run";
  return `${time}-${random}`;
}
