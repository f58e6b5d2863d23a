/** What happens between start-up and judgement: main phase under faults, healing, recovery, quiet final reads. */
import { EnvironmentError, messageOf } from "../core/errors.js";
import type { NemesisContext } from "../core/nemesis.js";
import type { Completion, Invocation, Key, Op } from "../core/op.js";
import { clients, each, type Listening, listen, nemesis, nothing, until } from "../generators/index.js";
import type { Environment } from "./environment.js";
import { Interpreter } from "./interpreter.js";
import { mainLoad } from "./main-load.js";
import type { RunPlan } from "./plan.js";
import { answered } from "./question.js";

export type PhaseName = "forming" | "main" | "healing" | "recovering" | "final" | "stopping" | "checking";

export interface PhaseOptions {
  readonly plan: RunPlan;
  readonly environment: Environment;
  /** Soft stop: heal, keep what there is. */
  readonly signal: AbortSignal;
  record(op: Op): void;
  phase(name: PhaseName): void;
  line(text: string): void;
}

export interface PhaseOutcome {
  /** When the final phase began; absent where there was none. */
  readonly finalNs?: number;
  /** Why it ended early. */
  readonly ended?: string;
  /** The environment broke: judged all the same, but exit 255. */
  readonly error?: EnvironmentError;
}

const FORM_TIMEOUT_MS = 60_000;
const RECOVERY_TIMEOUT_MS = 40_000;
const FINAL_TIMEOUT_MS = 60_000;
const RECENT_KEYS = 16;

/** Waits for the nodes, then joins them into a cluster. @throws EnvironmentError that names the node. */
export async function formCluster({ plan, environment, signal }: PhaseOptions): Promise<void> {
  const { system, spec } = plan;
  const { cluster, clock } = environment;
  const tooLate = new AbortController();
  const stop = (): void => tooLate.abort();
  signal.addEventListener("abort", stop);
  const done = new AbortController();
  void clock.sleep(FORM_TIMEOUT_MS, done.signal).then(stop);
  try {
    await Promise.all(
      cluster.nodes.map(async (node) => {
        const ready = async (s: AbortSignal): Promise<boolean> => (await system.ready?.(cluster, node, s)) ?? true;
        while (!(await answered(cluster, tooLate.signal, ready))) {
          if (signal.aborted) throw new EnvironmentError("interrupted while the cluster started.");
          if (tooLate.signal.aborted) {
            const log = (await cluster.log(node).catch(() => "")).trim().split("\n").slice(-3).join(" | ");
            throw new EnvironmentError(
              `${spec.system} on ${node} did not answer within ${FORM_TIMEOUT_MS / 1000} s. Its last words: ${log || "none"}`,
            );
          }
          await clock.sleep(50);
        }
      }),
    );
    await system.form?.(cluster, tooLate.signal);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    if (signal.aborted) throw new EnvironmentError("interrupted while the cluster started.", { cause: error });
    throw new EnvironmentError(`${spec.system} did not form a cluster: ${messageOf(error)}`, { cause: error });
  } finally {
    done.abort();
    signal.removeEventListener("abort", stop);
  }
}

/** Main phase to final reads. Never throws for what the system under test does. */
export async function runPhases(options: PhaseOptions): Promise<PhaseOutcome> {
  const { plan, environment, signal } = options;
  const { spec, system, workload } = plan;
  const { clock, cluster } = environment;
  const broken = new AbortController();
  const stopAll = AbortSignal.any([signal, broken.signal]);
  const keys = recentKeys();
  const hurt: NemesisContext["hurt"] = new Map();
  let error: EnvironmentError | undefined;
  const fail = (cause: unknown): void => {
    error ??= cause instanceof EnvironmentError ? cause : new EnvironmentError(messageOf(cause), { cause });
    broken.abort();
  };
  const invokeNemesis = async (op: Invocation): Promise<Completion> => {
    const hurting = plan.nemeses.find(({ fs }) => fs.includes(op.f));
    if (hurting === undefined) return { type: "info", error: `no nemesis answers to ${op.f}` };
    try {
      return await hurting.invoke(op, {
        cluster,
        hurt,
        system,
        seed: spec.seed,
        recentKeys: keys.list,
        signal: broken.signal,
      });
    } catch (cause) {
      // A cluster that cannot be hurt or healed any more (the engine went away) ends the run; nothing later can be trusted.
      if (cause instanceof EnvironmentError) fail(cause);
      throw cause;
    }
  };
  const onLost = (): void => fail(environment.lost.reason);
  if (environment.lost.aborted) onLost();
  environment.lost.addEventListener("abort", onLost);
  const interpreter = new Interpreter({
    nodes: spec.nodes,
    concurrency: spec.concurrency,
    seed: spec.seed,
    clock,
    opTimeoutMs: spec.opTimeoutMs,
    open: (node, s) => system.open(cluster, node, s),
    nemesis: invokeNemesis,
    record: (op) => {
      keys.hear(op);
      options.record(op);
    },
  });
  try {
    options.phase("main");
    const main = until(clock.nowNs() + spec.timeLimitMs * 1e6, mainLoad(plan));
    const heard = (await interpreter.run(listen(main, workload.final ?? nothing), stopAll)) as Listening;
    if (plan.nemeses.length > 0 && error === undefined) {
      options.phase("healing");
      const mend = [...plan.nemeses].reverse().flatMap(({ final }) => final);
      await interpreter.run(nemesis(each(mend)), broken.signal);
    }
    if (error !== undefined) return { ended: "the environment broke", error };
    if (signal.aborted) return { ended: "interrupted" };
    options.phase("recovering");
    await awaitRecovery(options);
    if (signal.aborted) return { ended: "interrupted" };
    options.phase("final");
    const finalNs = clock.nowNs();
    await interpreter.run(until(finalNs + FINAL_TIMEOUT_MS * 1e6, clients(heard.listener)), stopAll);
    return { finalNs, ...(signal.aborted ? { ended: "interrupted" } : {}) };
  } catch (cause) {
    fail(cause);
    return error === undefined ? {} : { ended: "the environment broke", error };
  } finally {
    environment.lost.removeEventListener("abort", onLost);
    interpreter.close();
  }
}

async function awaitRecovery({ plan, environment, signal, line }: PhaseOptions): Promise<void> {
  const { system } = plan;
  const { cluster, clock } = environment;
  if (system.recovered === undefined) return;
  const recovered = async (s: AbortSignal): Promise<boolean> => (await system.recovered?.(cluster, s)) ?? true;
  const untilNs = clock.nowNs() + RECOVERY_TIMEOUT_MS * 1e6;
  const tooLate = new AbortController();
  const done = new AbortController();
  void clock.sleep(RECOVERY_TIMEOUT_MS, done.signal).then(() => tooLate.abort());
  while (clock.nowNs() < untilNs && !signal.aborted) {
    if (await answered(cluster, tooLate.signal, recovered)) {
      done.abort();
      return;
    }
    await clock.sleep(100, signal);
  }
  done.abort();
  if (!signal.aborted) line(`the system had not recovered ${RECOVERY_TIMEOUT_MS / 1000} s after the faults ended`);
}

/** The keys clients touched lately, newest first: what a fault aimed at "the leader" should aim at. */
function recentKeys(): { hear(op: Op): void; list(): readonly Key[] } {
  // Newest last. A short list: every op of a run passes here, and a set would cost more.
  const seen: Key[] = [];
  return {
    hear: ({ key, type, process }) => {
      if (key === undefined || type !== "invoke" || process === "nemesis") return;
      let at = seen.length - 1;
      while (at >= 0 && seen[at] !== key) at--;
      if (at < 0 && seen.length < RECENT_KEYS) seen.push(key);
      else {
        for (let i = Math.max(at, 0); i + 1 < seen.length; i++) seen[i] = seen[i + 1] as Key;
        seen[seen.length - 1] = key;
      }
    },
    list: () => [...seen].reverse(),
  };
}
