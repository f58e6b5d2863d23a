/** Runs contracts one after the other: repeats, retries, what could not be run, and the outcome of each. */
import type { Extended } from "../config/extend.js";
import type { ContractAttempt, ContractFacts, ContractOutcome, ContractResult } from "../core/contract.js";
import { CapTestError, messageOf } from "../core/errors.js";
import { deriveSeed } from "../core/rng.js";
import { planRun } from "../runner/plan.js";
import { type RunListener, type RunOutcome, runTest } from "../runner/run.js";
import { factsOf, worstFacts } from "./facts.js";
import { type JudgedRun, judgeRun, type Status } from "./judge.js";
import type { PlannedContract } from "./plan.js";

export interface CiOptions {
  readonly extended: Extended;
  readonly version: string;
  readonly dir: string;
  readonly signal: AbortSignal;
  /** A missing Docker engine fails a contract that needs one, instead of skipping it. */
  readonly strict: boolean;
  readonly allowUnknown: boolean;
  dockerAnswers(): Promise<boolean>;
  /** Told before each run. */
  begins(contract: PlannedContract, seed: number, attempt: string): void;
  ends(result: ContractResult): void;
  readonly line: RunListener["line"];
}

/** One attempt and what it showed. */
interface Tried {
  readonly attempt: ContractAttempt;
  readonly status: Status;
  readonly judged?: JudgedRun;
  readonly facts?: ContractFacts;
  readonly runtime?: ContractResult["runtime"];
  readonly error?: string;
}

export async function runContracts(
  contracts: readonly PlannedContract[],
  options: CiOptions,
): Promise<readonly ContractResult[]> {
  const results: ContractResult[] = [];
  for (const contract of contracts) {
    const result = await runContract(contract, options);
    results.push(result);
    options.ends(result);
  }
  return results;
}

async function runContract(contract: PlannedContract, options: CiOptions): Promise<ContractResult> {
  if (options.signal.aborted) return untried(contract, "unknown", "interrupted before it was run");
  if (contract.needsDocker && !(await options.dockerAnswers())) {
    const why = "it needs Docker, and no Docker engine answers (`cap-test doctor` tells what is missing)";
    return options.strict
      ? untried(contract, "failed", `${why}; with CI=true that is a failure`)
      : untried(contract, "skipped", why);
  }
  const beganMs = performance.now();
  const all: Tried[] = [];
  const decisive: Tried[] = [];
  for (let i = 0; i < contract.repeat && !options.signal.aborted; i++) {
    const tried = await runOnce(contract, i, options);
    all.push(...tried);
    const last = decisiveOf(tried);
    decisive.push(last);
    if (last.status !== "kept") break;
  }
  return conclude(contract, all, decisive, Math.round(performance.now() - beganMs), options);
}

/** One repeat: attempts until one is kept or broken for good, or the retries are used up. */
async function runOnce(contract: PlannedContract, index: number, options: CiOptions): Promise<readonly Tried[]> {
  const first = index === 0 ? contract.seed : deriveSeed(contract.seed, "repeat", index) % 1_000_000;
  const tried: Tried[] = [];
  for (let retry = 0; retry <= contract.retries; retry++) {
    const seed = retry === 0 ? first : deriveSeed(first, "retry", retry) % 1_000_000;
    const of = contract.repeat > 1 ? ` (${index + 1} of ${contract.repeat})` : "";
    options.begins(contract, seed, retry === 0 ? of : `${of}, retry ${retry} of ${contract.retries}`);
    const one = await attempt(contract, seed, options);
    tried.push(one);
    // A violation of what must hold is never tried away.
    if (one.status === "kept" || one.status === "broken" || options.signal.aborted) break;
  }
  return tried;
}

/** "Not found in three runs" weighs more than that the last of them proved nothing. */
function decisiveOf(tried: readonly Tried[]): Tried {
  const last = tried.at(-1) as Tried;
  if (last.status !== "unproved") return last;
  return tried.findLast(({ status }) => status === "not found") ?? last;
}

async function attempt(contract: PlannedContract, seed: number, options: CiOptions): Promise<Tried> {
  const { extended, version, dir, signal, line } = options;
  const now = new Date();
  let repeat = "";
  try {
    const context = { registry: extended.registry, version, now, dockerAnswers: options.dockerAnswers };
    const plan = await planRun({ ...contract.request, seed }, context);
    repeat = plan.spec.repeat;
    const listener: RunListener = { started: () => undefined, phase: () => undefined, op: () => undefined, line };
    const extraCheckers = extended.checkers;
    const outcome = await runTest({ plan, dir, signal, listener, leaveRunning: false, now, extraCheckers });
    return judged(contract, seed, repeat, outcome, plan.spec.runtime);
  } catch (error) {
    // One contract that cannot be run must not take the others with it.
    const why = error instanceof CapTestError ? error.message : `internal error: ${messageOf(error)}`;
    return { attempt: { seed, dir: "", status: "unmet", why, repeat }, status: "unproved", error: oneLine(why) };
  }
}

function judged(
  contract: PlannedContract,
  seed: number,
  repeat: string,
  { results, folder, error }: RunOutcome,
  runtime: ContractResult["runtime"],
): Tried {
  const judgement = judgeRun(results, contract.expectations);
  const { status, why } = judgement;
  const word = status === "kept" || status === "broken" ? status : "unmet";
  return {
    attempt: { seed, dir: folder.path, status: word, why: status === "kept" ? "" : why, repeat },
    status,
    judged: judgement,
    facts: factsOf(results),
    ...(runtime === undefined ? {} : { runtime }),
    ...(error === undefined ? {} : { error: oneLine(error.message) }),
  };
}

const OUTCOMES: Readonly<Record<Status, ContractOutcome>> = {
  kept: "passed",
  broken: "failed",
  "not found": "failed",
  unproved: "unknown",
};

function conclude(
  contract: PlannedContract,
  all: readonly Tried[],
  decisive: readonly Tried[],
  durationMs: number,
  options: CiOptions,
): ContractResult {
  const last = decisive.at(-1);
  if (last === undefined) return untried(contract, "unknown", "interrupted before it was run");
  const complete = last.status !== "kept" || decisive.length === contract.repeat;
  const outcome = complete ? OUTCOMES[last.status] : "unknown";
  const facts = worstFacts(decisive.flatMap((one) => one.facts ?? []));
  const tries = all.length > 1 && last.status === "not found" ? ` (in ${all.length} runs)` : "";
  const allowed = outcome === "unknown" && last.error === undefined && (contract.allowUnknown || options.allowUnknown);
  return {
    ...untried(contract, outcome, complete ? `${last.judged?.why ?? last.error}${tries}` : "interrupted"),
    observed: last.judged?.observed ?? {},
    dir: last.attempt.dir,
    ...(last.runtime === undefined ? {} : { runtime: last.runtime }),
    durationMs,
    attempts: all.map((one) => one.attempt),
    ...(facts === undefined ? {} : { facts }),
    ...(allowed ? { allowed } : {}),
    ...(outcome === "unknown" && last.error !== undefined ? { error: last.error } : {}),
  };
}

function untried(contract: PlannedContract, outcome: ContractOutcome, why: string): ContractResult {
  const { name, expected, system, workload, nemesis, tags } = contract;
  return {
    name,
    outcome,
    expected,
    observed: {},
    why: oneLine(why),
    dir: "",
    system,
    workload,
    nemesis,
    tags,
    durationMs: 0,
    attempts: [],
  };
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ").trim();
