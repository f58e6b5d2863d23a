/** The part of a run that needs living nodes: start them, run the phases, collect their logs, stop them. Stores nothing. */
import { EnvironmentError, messageOf, UsageError } from "../core/errors.js";
import type { NodeId, Op } from "../core/op.js";
import type { Progress } from "../core/runtime.js";
import type { TraceEntry } from "../core/trace.js";
import { type Environment, startEnvironment } from "./environment.js";
import { formCluster, type PhaseName, type PhaseOutcome, runPhases } from "./phases.js";
import type { RunPlan } from "./plan.js";

export interface LiveOptions {
  readonly plan: RunPlan;
  /** Names the run in Docker. */
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly leaveRunning: boolean;
  /** Every event as it happens. May throw (a full disk): the run then ends. */
  record(op: Op): void;
  phase(name: PhaseName): void;
  readonly line: Progress;
  /** Keep the messages between simulated nodes. */
  readonly trace?: boolean;
}

export interface Lived {
  readonly ops: readonly Op[];
  readonly outcome: PhaseOutcome;
  readonly maxLagMs: number;
  readonly logs: Readonly<Record<NodeId, string>>;
  /** Messages between simulated nodes, where asked for. */
  readonly trace: readonly TraceEntry[];
}

/** @throws EnvironmentError where the nodes could not be started or formed; whatever happens later is in the outcome. */
export async function live(options: LiveOptions): Promise<Lived> {
  const { plan, signal, line, phase } = options;
  const ops: Op[] = [];
  let environment: Environment | undefined;
  let lived: Lived = { ops, outcome: {}, maxLagMs: 0, logs: {}, trace: [] };
  const record = (op: Op): void => {
    ops.push(op);
    options.record(op);
  };
  try {
    environment = await startEnvironment({
      plan,
      runId: options.runId,
      progress: line,
      signal,
      leaveRunning: options.leaveRunning,
      trace: options.trace === true,
    });
    const current = environment;
    refuseWhatCannotBeDone(plan, current);
    const shared = { plan, environment: current, signal, record, phase, line };
    await current.drive(async () => {
      phase("forming");
      await formCluster(shared);
      current.zero();
      const outcome = await runPhases(shared);
      const maxLagMs = current.maxLagMs();
      phase("stopping");
      lived = { ...lived, outcome, maxLagMs, logs: await collectLogs(current) };
    });
    lived = { ...lived, trace: current.trace(), outcome: withCrashes(lived.outcome, current.crashes()) };
  } finally {
    try {
      await environment?.stop();
    } catch (cause) {
      // A failed clean-up must not hide why the run failed, nor lose its verdict: the next command sweeps again.
      line(`could not remove the nodes: ${messageOf(cause)}. \`cap-test clean\` removes what is left.`);
      if (cause instanceof EnvironmentError) {
        lived = { ...lived, outcome: { ...lived.outcome, ended: "the environment broke", error: cause } };
      }
    }
  }
  return lived;
}

/** @throws UsageError where the runtime lacks a power that a nemesis needs. */
function refuseWhatCannotBeDone({ nemeses, spec }: RunPlan, { cluster }: Environment): void {
  for (const { name, needs } of nemeses) {
    const lacking = needs.find((need) => !cluster.capabilities.has(need));
    if (lacking === undefined) continue;
    throw new UsageError(
      `the ${spec.runtime} runtime has no power over "${lacking}", which nemesis ${name} needs; ` +
        `it has over ${[...cluster.capabilities].join(", ")}.`,
    );
  }
}

/** A bundled node that threw is a bug of ours: whatever its clients saw proves nothing about its design. */
function withCrashes(outcome: PhaseOutcome, crashes: readonly string[]): PhaseOutcome {
  return crashes.length === 0 ? outcome : { ...outcome, ended: `a simulated node crashed by itself: ${crashes[0]}` };
}

async function collectLogs({ cluster }: Environment): Promise<Record<NodeId, string>> {
  const texts = await Promise.all(
    cluster.nodes.map((node) => cluster.log(node).catch((error: unknown) => `(no log: ${messageOf(error)})\n`)),
  );
  return Object.fromEntries(cluster.nodes.map((node, i) => [node, texts[i] ?? ""]));
}
