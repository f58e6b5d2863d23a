/** One runtime, started: a cluster, its clock, and whoever makes time pass. */
import { EnvironmentError } from "../core/errors.js";
import type { NodeId } from "../core/op.js";
import type { Clock, Cluster, Layout, NodeSpec, Progress } from "../core/runtime.js";
import type { TraceEntry } from "../core/trace.js";
import { createSimulation } from "../runtimes/simulation/index.js";
import { networkOptions } from "./network-option.js";
import type { RunPlan } from "./plan.js";

export interface Environment {
  readonly clock: Clock;
  readonly cluster: Cluster;
  /** Makes time pass until `main` is over (virtual time in the simulation; the real one passes by itself). */
  drive<T>(main: () => Promise<T>): Promise<T>;
  /** From here on the run's clock counts from 0 (docker: what came before was start-up). */
  zero(): void;
  /** The longest stall of our own event loop since `zero`, in ms: a stalled harness sees time-outs that never were. */
  maxLagMs(): number;
  /** Aborted, with an EnvironmentError as its reason, when the runtime itself goes away (the engine stops answering). */
  readonly lost: AbortSignal;
  /** Messages between the nodes (simulation, where asked for). */
  trace(): readonly TraceEntry[];
  /** Simulated nodes that threw, in words. */
  crashes(): readonly string[];
  /** Removes the nodes, or lets go of them where they are to be left running. */
  stop(): Promise<void>;
}

export interface EnvironmentOptions {
  readonly plan: RunPlan;
  readonly runId: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Leave the nodes running afterwards (docker). */
  readonly leaveRunning: boolean;
  readonly trace: boolean;
}

/** Starts the plan's nodes on its runtime. Leaves nothing behind when it fails. */
export function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  return options.plan.spec.runtime === "docker" ? startDocker(options) : Promise.resolve(startSimulation(options));
}

function specsOf({ system, spec }: RunPlan): (layout: Layout) => NodeSpec[] {
  return (layout) =>
    spec.nodes.map((node: NodeId) => {
      const container = spec.runtime === "docker" ? system.container?.(node, layout) : undefined;
      const program = spec.runtime === "simulation" ? system.program?.(node, spec.nodes) : undefined;
      return {
        node,
        ...(container === undefined ? {} : { container }),
        ...(program === undefined ? {} : { program }),
      };
    });
}

async function startDocker(options: EnvironmentOptions): Promise<Environment> {
  const { plan, progress, signal, leaveRunning } = options;
  // Loaded here: a simulated run needs none of it.
  const { connectDocker, realClock, startDockerCluster, startLagMeter, sweep } = await import(
    "../runtimes/docker/index.js"
  );
  const engine = await connectDocker();
  const swept = await sweep(engine, "dead");
  if (swept.containers + swept.networks > 0) {
    progress(`removed what a run that died had left: ${swept.containers} containers, ${swept.networks} networks`);
  }
  const base = realClock();
  let zeroNs = 0;
  const clock: Clock = { nowNs: () => base.nowNs() - zeroNs, sleep: (ms, s) => base.sleep(ms, s) };
  const lost = new AbortController();
  const { image } = plan.spec;
  const cluster = await startDockerCluster(engine, {
    runId: options.runId,
    nodes: plan.spec.nodes,
    specs: specsOf(plan),
    ...(image === undefined ? {} : { image }),
    clock,
    progress,
    signal,
    leaveRunning,
    onLost: (error) => lost.abort(error),
  });
  let meter = startLagMeter(clock);
  return {
    clock,
    cluster,
    drive: (main) => main(),
    zero: () => {
      meter.stop();
      zeroNs = base.nowNs();
      meter = startLagMeter(clock);
    },
    maxLagMs: () => meter.stop().maxLagMs,
    lost: lost.signal,
    trace: () => [],
    crashes: () => [],
    stop: async () => (leaveRunning ? cluster.detach() : cluster.stop()),
  };
}

function startSimulation({ plan, trace }: EnvironmentOptions): Environment {
  if (plan.system.program === undefined) throw new EnvironmentError(`${plan.spec.system} has no program to simulate.`);
  const simulation = createSimulation({
    seed: plan.spec.seed,
    nodes: plan.spec.nodes,
    specs: specsOf(plan),
    ...(plan.spec.network === undefined ? {} : { network: networkOptions(plan.spec.network, plan.spec.nodes) }),
    trace,
  });
  return {
    clock: simulation.clock,
    cluster: simulation.cluster,
    drive: simulation.drive,
    zero: () => undefined,
    maxLagMs: () => 0,
    lost: new AbortController().signal,
    trace: simulation.trace,
    crashes: simulation.crashes,
    stop: () => simulation.cluster.stop(),
  };
}
