/** From what was asked for to what will be run: every name looked up, every number checked, nothing started yet. */
import { UsageError } from "../core/errors.js";
import type { Nemesis } from "../core/nemesis.js";
import type { NodeId } from "../core/op.js";
import type { PlannedFault, PlannedOp, TestSpec } from "../core/run.js";
import type { RuntimeName } from "../core/runtime.js";
import type { System, SystemDefinition } from "../core/system.js";
import type { Workload, WorkloadDefinition } from "../core/workload.js";
import { type NemesisDefinition, parseNemesis } from "../nemeses/parse.js";
import { type SwarmContext, swarmConditions } from "../nemeses/swarm.js";
import { nemesesFor } from "./fault-plan-check.js";
import { lookUp } from "./names.js";
import { formatNetwork, networkOptions } from "./network-option.js";
import { checkOptions } from "./options.js";

/** What a person asks for. Times in ms; absent = the default. */
export interface RunRequest {
  readonly system?: string | undefined;
  readonly systemOpts?: Readonly<Record<string, string>>;
  readonly workload?: string | undefined;
  readonly workloadOpts?: Readonly<Record<string, string>>;
  readonly nemesis?: string | undefined;
  readonly nemesisIntervalMs?: number | undefined;
  readonly timeLimitMs?: number | undefined;
  /** "10", or "2n": twice the number of nodes. */
  readonly concurrency?: string | undefined;
  readonly rate?: number | undefined;
  readonly nodes?: number | undefined;
  readonly opTimeoutMs?: number | undefined;
  readonly seed: number;
  readonly runtime?: "auto" | RuntimeName | undefined;
  readonly image?: string | undefined;
  /** These faults, at their times, instead of a nemesis's own schedule. */
  readonly faults?: readonly PlannedFault[] | undefined;
  /** These client ops instead of the workload's load. */
  readonly ops?: readonly PlannedOp[] | undefined;
  readonly maxOps?: number | undefined;
  readonly network?: TestSpec["network"] | undefined;
  /** Where the plan came from, for the command that repeats the run. */
  readonly planFile?: string | undefined;
  /** Where systems or workloads of the user's own come from, for the same. */
  readonly configFile?: string | undefined;
}

/** What may be run: the built-in registries and a user's own entries. */
export interface Registry {
  readonly systems: readonly SystemDefinition[];
  readonly workloads: readonly WorkloadDefinition[];
  readonly nemeses: readonly NemesisDefinition[];
}

export const DEFAULTS = {
  system: "kv-raft",
  workload: "register",
  nemesis: "none",
  nemesisIntervalMs: 5_000,
  timeLimitMs: 30_000,
  concurrency: "10",
  rate: 200,
  opTimeoutMs: 1_000,
} as const;

/** A run that can start. */
export interface RunPlan {
  readonly spec: TestSpec;
  readonly definition: SystemDefinition;
  readonly system: System;
  readonly workload: Workload;
  readonly nemeses: readonly Nemesis[];
}

export interface PlanContext {
  readonly registry: Registry;
  readonly version: string;
  readonly now: Date;
  /** Does a Docker engine answer? Asked only where `--runtime auto` depends on it. */
  dockerAnswers(): Promise<boolean>;
}

/** @throws UsageError with one clear line at the first thing that is wrong. */
export async function planRun(request: RunRequest, context: PlanContext): Promise<RunPlan> {
  const { registry } = context;
  const definition = lookUp("system", request.system ?? DEFAULTS.system, registry.systems);
  const workloadDefinition = lookUp("workload", request.workload ?? DEFAULTS.workload, registry.workloads);
  const lacking = workloadDefinition.needs.filter((f) => !definition.ops.includes(f));
  if (lacking.length > 0) {
    const able = registry.systems.filter((s) => workloadDefinition.needs.every((f) => s.ops.includes(f)));
    throw new UsageError(
      `workload ${workloadDefinition.name} needs ${lacking.join(", ")}, which ${definition.name} does not have. ` +
        `Systems that fit: ${able.map(({ name }) => name).join(", ") || "none"}.`,
    );
  }
  const [strange] = request.ops?.filter(({ f }) => !definition.ops.includes(f)) ?? [];
  if (strange !== undefined) {
    throw new UsageError(
      `the plan has an op "${strange.f}", which ${definition.name} does not have; it has ${definition.ops.join(", ")}.`,
    );
  }
  const systemOpts = checkOptions(definition.name, definition.options, request.systemOpts ?? {});
  const workloadOpts = checkOptions(workloadDefinition.name, workloadDefinition.options, request.workloadOpts ?? {});
  const nodes = nodeNames(definition, request.nodes);
  const concurrency = threadCount(request.concurrency ?? DEFAULTS.concurrency, nodes.length);
  const system = definition.create(systemOpts);
  const words = parseNemesis(request.nemesis ?? DEFAULTS.nemesis);
  for (const { name } of words) lookUp("nemesis", name, registry.nemeses);
  const runtime = await chooseRuntime(request, definition, context);
  const nemesisContext = { seed: request.seed, runtime, leaders: system.primaries !== undefined };
  const { text: nemesisText, nemeses } = chooseNemeses(request, nodes, nemesisContext, registry);
  const swarm = request.faults === undefined && words.some(({ name }) => name === "swarm");
  const conditions = swarm ? swarmConditions(request.seed, nodes) : undefined;
  refuseRealNetwork(request, runtime);
  const network = runtime === "simulation" ? (request.network ?? conditions?.network) : undefined;
  if (network !== undefined) networkOptions(network, nodes);
  const spec: Omit<TestSpec, "repeat"> = {
    version: context.version,
    system: definition.name,
    systemOpts,
    workload: workloadDefinition.name,
    workloadOpts,
    nemesis: nemesisText,
    nemesisIntervalMs: atLeast("--nemesis-interval", request.nemesisIntervalMs ?? DEFAULTS.nemesisIntervalMs, 1),
    timeLimitMs: atLeast("--time-limit", request.timeLimitMs ?? DEFAULTS.timeLimitMs, 1),
    concurrency,
    rate: atLeast("--rate", request.rate ?? conditions?.rate ?? DEFAULTS.rate, 0),
    nodes,
    opTimeoutMs: atLeast("--op-timeout", request.opTimeoutMs ?? DEFAULTS.opTimeoutMs, 1),
    seed: request.seed,
    runtime,
    ...(request.image === undefined ? {} : { image: request.image }),
    ...(request.faults === undefined ? {} : { faults: request.faults }),
    ...(request.ops === undefined ? {} : { ops: request.ops }),
    ...(request.maxOps === undefined ? {} : { maxOps: atLeast("maxOps", request.maxOps, 0) }),
    ...(network === undefined || Object.keys(network).length === 0 ? {} : { network }),
    startedAt: context.now.toISOString(),
  };
  const workload = workloadDefinition.create({ nodes, concurrency, options: workloadOpts, ops: definition.ops });
  const repeat =
    request.planFile === undefined
      ? repeatCommand(spec, definition, workloadDefinition, request)
      : `npx cap-test run --plan ${request.planFile}`;
  return {
    spec: { ...spec, repeat },
    definition,
    system,
    workload,
    nemeses,
  };
}

/** The nemeses named, or those that a plan's faults need. */
function chooseNemeses(
  request: RunRequest,
  nodes: readonly NodeId[],
  context: SwarmContext,
  { nemeses }: Registry,
): { readonly text: string; readonly nemeses: readonly Nemesis[] } {
  if (request.faults !== undefined) return nemesesFor(request.faults, nodes, context, nemeses);
  const text = request.nemesis ?? DEFAULTS.nemesis;
  const made = parseNemesis(text).map(({ name, kinds }) =>
    lookUp("nemesis", name, nemeses).create(kinds, nodes.length, context),
  );
  return { text: made.length === 0 ? "none" : text, nemeses: made };
}

function nodeNames(definition: SystemDefinition, asked: number | undefined): readonly NodeId[] {
  const count = asked ?? definition.defaultNodes;
  if (!Number.isInteger(count) || count < definition.minNodes || count > 25) {
    throw new UsageError(
      `--nodes ${count}: ${definition.name} runs on ${definition.minNodes} to 25 nodes (default ${definition.defaultNodes}).`,
    );
  }
  return Array.from({ length: count }, (_, i) => `n${i + 1}`);
}

function threadCount(text: string, nodes: number): number {
  const match = /^(\d{1,4})(n?)$/.exec(text);
  const count = match === null ? 0 : Number(match[1]) * (match[2] === "n" ? nodes : 1);
  if (count < 1 || count > 1000) {
    throw new UsageError(
      `--concurrency ${text}: give a number of clients (10) or a multiple of the nodes (2n), up to 1000.`,
    );
  }
  return count;
}

function atLeast(option: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new UsageError(`${option} must be a number ${least === 0 ? "of 0 or more" : "above 0"}.`);
}

async function chooseRuntime(
  request: RunRequest,
  definition: SystemDefinition,
  context: PlanContext,
): Promise<RuntimeName> {
  const wanted = request.runtime ?? "auto";
  const { name, runtimes } = definition;
  if (wanted !== "auto") {
    if (runtimes.includes(wanted)) return wanted;
    throw new UsageError(`${name} does not run on the ${wanted} runtime, only on ${runtimes.join(", ")}.`);
  }
  // A chosen network means the simulation, a chosen image containers. Else docker where an engine answers; the bundled systems need none.
  if (asksForNetwork(request) && runtimes.includes("simulation")) return "simulation";
  if (request.image !== undefined && runtimes.includes("docker")) return "docker";
  if (runtimes.includes("docker") && (await context.dockerAnswers())) return "docker";
  if (runtimes.includes("simulation")) return "simulation";
  throw new UsageError(
    `${name} needs Docker, and no Docker engine answers. Start Docker (\`cap-test doctor\` tells what is missing), ` +
      "or run a bundled system, which needs none: --system kv-raft.",
  );
}

/** A plan brings a network as well, but says only what it was: in Docker the real one takes its place. */
const asksForNetwork = ({ network, planFile }: RunRequest): boolean =>
  planFile === undefined && network !== undefined && Object.keys(network).length > 0;

function refuseRealNetwork(request: RunRequest, runtime: RuntimeName): void {
  if (runtime === "simulation" || !asksForNetwork(request)) return;
  throw new UsageError("--network describes the simulated network; in Docker the nodes have a real one.");
}

/** The command line that runs the same again: everything that differs from a default, and the seed. */
function repeatCommand(
  spec: Omit<TestSpec, "repeat">,
  system: SystemDefinition,
  workload: WorkloadDefinition,
  { configFile, network }: RunRequest,
): string {
  const words = [
    "npx cap-test run",
    `--system ${spec.system}`,
    `--workload ${spec.workload}`,
    `--nemesis ${spec.nemesis}`,
  ];
  const differs = (option: string, value: string | number, usual: string | number): void => {
    if (value !== usual) words.push(`${option} ${value}`);
  };
  differs("--nemesis-interval", spec.nemesisIntervalMs / 1000, DEFAULTS.nemesisIntervalMs / 1000);
  differs("--time-limit", spec.timeLimitMs / 1000, DEFAULTS.timeLimitMs / 1000);
  differs("--concurrency", String(spec.concurrency), DEFAULTS.concurrency);
  differs("--rate", spec.rate, DEFAULTS.rate);
  differs("--nodes", spec.nodes.length, system.defaultNodes);
  differs("--op-timeout", spec.opTimeoutMs / 1000, DEFAULTS.opTimeoutMs / 1000);
  for (const { name, default: usual } of system.options) {
    if (spec.systemOpts[name] !== usual) words.push(`--system-opt ${name}=${spec.systemOpts[name]}`);
  }
  for (const { name, default: usual } of workload.options) {
    if (spec.workloadOpts[name] !== usual) words.push(`--workload-opt ${name}=${spec.workloadOpts[name]}`);
  }
  if (network !== undefined && Object.keys(network).length > 0) words.push(`--network "${formatNetwork(network)}"`);
  if (spec.image !== undefined) words.push(`--image ${spec.image}`);
  words.push(`--runtime ${spec.runtime}`, `--seed ${spec.seed}`);
  if (configFile !== undefined) words.push(`--config ${configFile}`);
  return words.join(" ");
}

/** What would have to be asked for to get this run again. */
export function requestFromSpec(spec: TestSpec): RunRequest {
  return {
    system: spec.system,
    systemOpts: spec.systemOpts,
    workload: spec.workload,
    workloadOpts: spec.workloadOpts,
    nemesis: spec.nemesis,
    nemesisIntervalMs: spec.nemesisIntervalMs,
    timeLimitMs: spec.timeLimitMs,
    concurrency: String(spec.concurrency),
    rate: spec.rate,
    nodes: spec.nodes.length,
    opTimeoutMs: spec.opTimeoutMs,
    seed: spec.seed,
    runtime: spec.runtime,
    image: spec.image,
    faults: spec.faults,
    ops: spec.ops,
    maxOps: spec.maxOps,
    network: spec.network,
  };
}
