/** The public API: what a person needs to bring a system, workload, nemesis or checker of their own. */
export { type Config, type Contract, defineConfig, type Expected, type RunSettings } from "./config/define.js";
export type { CheckContext, Checker, Valid, Verdict, Witness } from "./core/checker.js";
export type { CiResults, ContractResult } from "./core/contract.js";
export { CapTestError, EnvironmentError, EXIT, UsageError } from "./core/errors.js";
export type { FaultRecord, FaultWindow } from "./core/fault.js";
export { faultWindows } from "./core/fault.js";
export type { Context, Emission, Generator, GeneratorEvent, Next } from "./core/generator.js";
export type { History } from "./core/history.js";
export type { Nemesis, NemesisContext } from "./core/nemesis.js";
export type { Completion, Invocation, Key, NodeId, Op, OpType, Process, Thread } from "./core/op.js";
export type { Effect, Program, ProgramEvent } from "./core/program.js";
export { deriveSeed, type Rng, rng } from "./core/rng.js";
export type { RunResults, TestSpec } from "./core/run.js";
export type {
  Capability,
  Clock,
  Cluster,
  ContainerSpec,
  Evidence,
  Grudge,
  Layout,
  RuntimeName,
} from "./core/runtime.js";
export { RequestError } from "./core/runtime.js";
export type { Client, OptionSpec, System, SystemDefinition } from "./core/system.js";
export type { Workload, WorkloadContext, WorkloadDefinition } from "./core/workload.js";
export * from "./generators/index.js";
export { historyOf, parseEdnHistory, parseHistory } from "./history/index.js";
export type { NemesisDefinition } from "./nemeses/parse.js";
export { registry } from "./registry.js";
export { type PlanContext, planRun, type Registry, type RunPlan, type RunRequest } from "./runner/plan.js";
export { type RunListener, type RunOptions, type RunOutcome, runTest } from "./runner/run.js";
