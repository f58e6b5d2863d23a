/** One run from start to stored results: start the nodes, run the phases, stop them, judge the history, write the report. */
import type { Checker } from "../core/checker.js";
import { EnvironmentError, messageOf } from "../core/errors.js";
import type { Op } from "../core/op.js";
import type { RunResults } from "../core/run.js";
import type { Progress } from "../core/runtime.js";
import { historyOf } from "../history/index.js";
import { type Environment, startEnvironment } from "./environment.js";
import { judge } from "./judge.js";
import { formCluster, type PhaseName, type PhaseOutcome, runPhases } from "./phases.js";
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
  readonly folder: RunFolder;
  /** The environment broke on the way: results say what could be judged, but the command exits 255. */
  readonly error?: EnvironmentError;
}

interface Lived {
  readonly ops: readonly Op[];
  readonly outcome: PhaseOutcome;
  readonly maxLagMs: number;
  readonly logs: Readonly<Record<string, string>>;
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
  const lived = await live(options, folder);
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
  await writeReports({ folder, spec, results, history, logs: lived.logs });
  const { error } = lived.outcome;
  return { results, folder, ...(error === undefined ? {} : { error }) };
}

const lastMs = (ops: readonly Op[]): number => Math.round((ops.at(-1)?.time ?? 0) / 1e6);

/** Everything that needs living nodes. Whatever happens, the nodes are stopped and the history is closed. */
async function live(options: RunOptions, folder: RunFolder): Promise<Lived> {
  const { plan, listener, signal } = options;
  const file = new HistoryFile(folder.file("history.jsonl"));
  const ops: Op[] = [];
  let environment: Environment | undefined;
  let outcome: PhaseOutcome = {};
  let logs: Record<string, string> = {};
  let maxLagMs = 0;
  const record = (op: Op): void => {
    ops.push(op);
    listener.op(op);
    file.append(op);
  };
  try {
    const runId = runIdOf(folder);
    environment = await startEnvironment({
      plan,
      runId,
      progress: listener.line,
      signal,
      leaveRunning: options.leaveRunning,
    });
    const current = environment;
    const shared = { plan, environment: current, signal, record, phase: listener.phase, line: listener.line };
    await current.drive(async () => {
      listener.phase("forming");
      await formCluster(shared);
      current.zero();
      outcome = await runPhases(shared);
      maxLagMs = current.maxLagMs();
      listener.phase("stopping");
      logs = await collectLogs(current, folder);
    });
  } finally {
    try {
      await environment?.stop();
    } catch (cause) {
      // A failed clean-up must not hide why the run failed, nor lose its verdict: the next command sweeps again.
      listener.line(`could not remove the nodes: ${messageOf(cause)}. \`cap-test clean\` removes what is left.`);
      if (cause instanceof EnvironmentError) outcome = { ...outcome, ended: "the environment broke", error: cause };
    }
    try {
      file.close();
    } catch (cause) {
      const error = cause instanceof EnvironmentError ? cause : new EnvironmentError(messageOf(cause), { cause });
      outcome = { ...outcome, ended: "the environment broke", error: outcome.error ?? error };
    }
  }
  return { ops, outcome, maxLagMs, logs };
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

async function collectLogs({ cluster }: Environment, folder: RunFolder): Promise<Record<string, string>> {
  const logs: Record<string, string> = {};
  await Promise.all(
    cluster.nodes.map(async (node) => {
      const text = await cluster.log(node).catch((error: unknown) => `(no log: ${messageOf(error)})\n`);
      logs[node] = text;
      folder.write(`logs/${node}.log`, text);
    }),
  );
  return logs;
}
