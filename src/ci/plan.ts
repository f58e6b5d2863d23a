/** From a configuration to contracts that can be run: every name looked up and every expectation understood before any starts. */
import { compose } from "../../checkers/compose.js";
import { faultsChecker } from "../../checkers/faults.js";
import { harnessChecker } from "../../checkers/harness.js";
import type { Extended } from "../config/extend.js";
import type { CheckedContract } from "../config/schema.js";
import { CapTestError, UsageError } from "../core/errors.js";
import { deriveSeed } from "../core/rng.js";
import { historyOf } from "../history/index.js";
import { planRun, type RunPlan, type RunRequest } from "../runner/plan.js";
import { type Expectation, type ExpectedWords, parseExpectations, type Shape, WHOLE_RUN } from "./expect.js";

/** A contract that is ready to be run. */
export interface PlannedContract {
  readonly name: string;
  /** Without a seed: each attempt has its own. */
  readonly request: Omit<RunRequest, "seed">;
  readonly system: string;
  readonly workload: string;
  readonly nemesis: string;
  readonly seed: number;
  readonly repeat: number;
  readonly retries: number;
  readonly allowUnknown: boolean;
  readonly tags: readonly string[];
  readonly expected: ExpectedWords;
  readonly expectations: readonly Expectation[];
  /** It runs on nothing else. */
  readonly needsDocker: boolean;
}

export interface PlanOptions {
  readonly extended: Extended;
  readonly version: string;
  readonly now: Date;
  /** Seeds of contracts without one derive from it and from their names. */
  readonly seed: number;
  dockerAnswers(): Promise<boolean>;
}

/** Plans all contracts of a configuration, in its order. @throws UsageError with one line that names the contract. */
export async function planContracts(options: PlanOptions): Promise<readonly PlannedContract[]> {
  const { loaded } = options.extended;
  const contracts = loaded?.config.contracts ?? [];
  if (loaded === undefined || contracts.length === 0) {
    throw new UsageError(
      loaded === undefined
        ? "no cap-test.config.{ts,mjs,js,yaml,yml} here. `cap-test init` writes one; --config names another."
        : `${loaded.file} has no contracts; \`cap-test init\` shows what one looks like.`,
    );
  }
  const planned: PlannedContract[] = [];
  for (const own of contracts) {
    const contract = { ...loaded.config.defaults, ...own };
    planned.push(await planContract(`${loaded.file}: contract "${own.name}": `, contract, options));
  }
  return planned;
}

async function planContract(where: string, contract: CheckedContract, options: PlanOptions): Promise<PlannedContract> {
  const { extended, version, now } = options;
  const request = requestOf(contract, extended);
  const seed = contract.seed ?? deriveSeed(options.seed, "contract", contract.name) % 1_000_000;
  const needsDocker = needsDockerOf(request, extended);
  const dockerAnswers = (): Promise<boolean> => (needsDocker ? Promise.resolve(true) : options.dockerAnswers());
  try {
    const plan = await planRun({ ...request, seed }, { registry: extended.registry, version, now, dockerAnswers });
    const expected = contract.expect ?? { [WHOLE_RUN]: true };
    const expectations = parseExpectations("", expected, await shapeOf(plan, extended));
    return {
      name: contract.name,
      request,
      system: plan.spec.system,
      workload: plan.spec.workload,
      nemesis: plan.spec.nemesis,
      seed,
      repeat: contract.repeat ?? 1,
      retries: contract.retries ?? 0,
      allowUnknown: contract.allowUnknown ?? false,
      tags: contract.tags ?? [],
      expected,
      expectations,
      needsDocker,
    };
  } catch (error) {
    // Whatever a plug-in does wrong while nothing runs yet is a mistake in the configuration.
    if (error instanceof CapTestError) throw new UsageError(`${where}${error.message}`, { cause: error });
    throw error;
  }
}

const ms = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000);

function requestOf(contract: CheckedContract, { configFile }: Extended): Omit<RunRequest, "seed"> {
  return {
    system: contract.system,
    systemOpts: contract.systemOpts ?? {},
    workload: contract.workload,
    workloadOpts: contract.workloadOpts ?? {},
    nemesis: contract.nemesis,
    nemesisIntervalMs: ms(contract.nemesisInterval),
    timeLimitMs: ms(contract.timeLimit),
    concurrency: contract.concurrency,
    rate: contract.rate,
    nodes: contract.nodes,
    opTimeoutMs: ms(contract.opTimeout),
    runtime: contract.runtime,
    image: contract.image,
    configFile,
  };
}

function needsDockerOf({ system, runtime, image }: Omit<RunRequest, "seed">, { registry }: Extended): boolean {
  if (runtime === "docker") return true;
  if (runtime === "simulation") return false;
  const runtimes = registry.systems.find(({ name }) => name === system)?.runtimes ?? [];
  return runtimes.includes("docker") && (image !== undefined || !runtimes.includes("simulation"));
}

/**
 * The verdicts of a history in which nothing happened: they have the fields of any other, so that a misspelt name is found
 * before an hour of runs, not after it.
 */
async function shapeOf({ spec, workload }: RunPlan, { checkers, registry, loaded }: Extended): Promise<Shape> {
  const proofs = [faultsChecker({ expected: false }), harnessChecker({ maxLagMs: 0, boundMs: 0 })];
  const { nodes, opTimeoutMs } = spec;
  const judged = await compose([...workload.checkers, ...checkers, ...proofs]).check(historyOf([]), {
    nodes,
    opTimeoutMs,
    finalNs: 0,
  });
  const own = (loaded?.config.workloads ?? []).some(({ name }) => name === spec.workload);
  const known = registry.workloads.some(({ name }) => name === spec.workload);
  return { verdicts: judged.checkers, complete: known && !own && (loaded?.config.checkers ?? []).length === 0 };
}
