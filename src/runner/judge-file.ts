/** Judges a stored history: by a named model, or by the checkers of the workload that recorded it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkListAppend, checkRwRegister, type RegisterOptions } from "../../checkers/elle/index.js";
import { checkLevels, concludeLevels, type LevelsVerdict } from "../../checkers/levels.js";
import {
  LinearizableCheck,
  type LinearizableOptions,
  MODEL_NAMES,
  modelNameOf,
  type ModelName as SearchModelName,
} from "../../checkers/linearizable/index.js";
import { checkStaleness, type StalenessVerdict } from "../../checkers/staleness.js";
import type { Valid, Verdict } from "../core/checker.js";
import { UsageError } from "../core/errors.js";
import type { RunResults, TestSpec } from "../core/run.js";
import type { WorkloadDefinition } from "../core/workload.js";
import { type ColumnarHistory, columnar, INVOKE, NEMESIS } from "../history/index.js";
import { type CommonVerdict, commonVerdict } from "./common-verdict.js";
import { judgeStored, type StoredRun } from "./judge-stored.js";
import { refuseIdleOptions } from "./model-options.js";
import type { Registry } from "./plan.js";
import { readHistory } from "./read-history.js";

export const TXN_MODELS = ["list-append", "rw-register"] as const;
export const MODELS = [...MODEL_NAMES, ...TXN_MODELS];
export type ModelName = SearchModelName | (typeof TXN_MODELS)[number];

/** How to judge; absent = the default. Plain data: worker threads get it too. */
export interface JudgeOptions {
  readonly model?: ModelName | undefined;
  readonly linearizable: Omit<LinearizableOptions, "model" | "signal">;
  readonly transactions: RegisterOptions;
}

/** What `check` says of registers beside the verdict; all but the level only where they are not linearizable. */
export interface BesideLinearizable extends Partial<Pick<LevelsVerdict, "level" | "levels" | "sessions">> {
  readonly levelSummary?: string;
  readonly staleness?: StalenessVerdict;
}

/** What `check --json` prints for a file. A model's own fields (witness, keys, prefix, anomalies, …) are beside these. */
export interface FileVerdict extends CommonVerdict, BesideLinearizable {
  readonly file: string;
  /** Completed and open ops, not events. */
  readonly ops: number;
  readonly parseMs: number;
  readonly checkMs: number;
  /** The number of the last line, where it was cut off and left out. */
  readonly truncatedLine?: number;
}

/** A file's verdict, and what reports need beside it. */
export interface JudgedFile {
  readonly verdict: FileVerdict;
  readonly history: ColumnarHistory;
  /** The run it belongs to, where its test.json lies beside it and its workload judged it. */
  readonly run?: { readonly spec: TestSpec; readonly results?: Partial<RunResults> };
}

/** Decides what a check cannot decide in near-linear time, elsewhere: on other threads. */
export type SearchElsewhere = (
  check: LinearizableCheck,
  model: SearchModelName,
) => Promise<ReturnType<LinearizableCheck["conclude"]>>;

/** @throws UsageError for a file that cannot be read, or whose model cannot be told. */
export async function judgeFile(
  file: string,
  options: JudgeOptions,
  loadRegistry: () => Promise<Registry>,
  elsewhere: SearchElsewhere = async (check) => check.conclude(),
): Promise<JudgedFile> {
  const began = performance.now();
  const { history: read, truncatedLine, path } = await readHistory(file);
  const history = columnar(read);
  const parsed = performance.now();
  const stored = options.model === undefined ? storedRun(path) : undefined;
  // The systems' drivers take longer to load than most histories to check.
  const registry = stored === undefined ? undefined : await loadRegistry();
  const workload = registry?.workloads.find(({ name }) => name === stored?.spec.workload);
  const run =
    stored === undefined || workload === undefined ? undefined : heldTo(stored, workload, options, file, history);
  const loaded = performance.now();
  const judged =
    run === undefined || registry === undefined
      ? await judgeAs(history, options, file, elsewhere)
      : await judgeStored(run, history, registry);
  const ops = countOps(history);
  // Nothing seen is nothing proved, whatever a checker makes of it.
  const empty =
    ops === 0 ? ({ valid: "unknown", summary: "nothing was proved: the history has no client ops" } as const) : {};
  const round = (ms: number): number => Math.round(ms * 100) / 100;
  const verdict: FileVerdict = {
    ...commonVerdict(judged),
    ...empty,
    file,
    ops,
    parseMs: round(parsed - began),
    checkMs: round(performance.now() - loaded),
    ...(truncatedLine === undefined ? {} : { truncatedLine }),
  };
  return { verdict, history, ...(run === undefined ? {} : { run }) };
}

/**
 * The run, held to the consistency asked for where its workload can be. Other options say how a model is to be judged, not how a
 * workload's checkers are: they must not be dropped in silence.
 */
function heldTo(
  run: StoredRun,
  workload: WorkloadDefinition,
  { linearizable, transactions }: JudgeOptions,
  file: string,
  history: ColumnarHistory,
): StoredRun {
  const { consistency, ...others } = transactions;
  const able = workload.options.some(({ name }) => name === "consistency");
  const unused = [...Object.keys(linearizable), ...Object.keys(others), ...(able ? [] : Object.keys(transactions))];
  if (unused.length > 0) {
    const model = modelOf(history, file);
    throw new UsageError(
      `${file}: this run is judged by the checkers of its workload ${workload.name}, which do not take ${OPTION_NAMES[unused[0] as string] ?? unused[0]}; name the model as well: --model ${model}.`,
    );
  }
  if (consistency === undefined) return run;
  const workloadOpts = { ...run.spec.workloadOpts, consistency: String(consistency) };
  return { ...run, spec: { ...run.spec, workloadOpts } };
}

/** Options as the command line spells them. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  initial: "--initial",
  nilReads: "--nil-reads",
  budgetSteps: "--budget",
  consistency: "--consistency",
  linearizableKeys: "--linearizable-keys",
  sequentialKeys: "--sequential-keys",
  wfrKeys: "--wfr-keys",
};

/** Not given, or an empty list by another name. */
function isNothing(initial: unknown): boolean {
  return initial === undefined || initial === null || (Array.isArray(initial) && initial.length === 0);
}

async function judgeAs(
  history: ColumnarHistory,
  options: JudgeOptions,
  file: string,
  elsewhere: SearchElsewhere,
): Promise<Verdict & BesideLinearizable & { model: string }> {
  const model = options.model ?? modelOf(history, file);
  const { initial } = options.linearizable;
  try {
    refuseIdleOptions(model, options);
    if (model === "list-append") {
      if (!isNothing(initial)) {
        throw new UsageError(`lists of the model list-append are empty at first, not ${JSON.stringify(initial)}.`);
      }
      return { ...checkListAppend(history, options.transactions), model };
    }
    if (model === "rw-register") return { ...checkRwRegister(history, { ...options.transactions, initial }), model };
    const verdict = await elsewhere(new LinearizableCheck(history, { ...options.linearizable, model }), model);
    if (model !== "register" && model !== "cas-register") return { ...verdict, model };
    return { ...verdict, model, ...besideLinearizable(history, verdict.valid, options.linearizable) };
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** What a register's history keeps instead, and how stale its reads were: only where it is not linearizable. */
function besideLinearizable(
  history: ColumnarHistory,
  valid: Valid,
  options: JudgeOptions["linearizable"],
): BesideLinearizable {
  if (valid === true) return { level: "linearizable" };
  const { level, levels, sessions, summary } = concludeLevels(checkLevels(history, {}, options), valid);
  return { level, levels, sessions, levelSummary: summary, staleness: checkStaleness(history, {}, options) };
}

/** Which model the ops belong to: micro-ops tell transactions apart, names of ops everything else. */
function modelOf(history: ColumnarHistory, file: string): ModelName {
  const txn = history.fId("txn");
  for (let i = 0; txn !== -1 && i < history.length; i++) {
    if (history.fs[i] !== txn || history.processes[i] === NEMESIS) continue;
    const value = history.value(history.values[i] as number);
    if (!Array.isArray(value)) continue;
    const kinds = value.map((micro: unknown) => (Array.isArray(micro) ? micro[0] : undefined));
    if (kinds.includes("append")) return "list-append";
    if (kinds.includes("w")) return "rw-register";
    // As Knossos spells them.
    if (kinds.includes("read") || kinds.includes("write")) return "multi-register";
  }
  try {
    return modelNameOf(history);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const why = countOps(history) === 0 ? "the history has no client ops, so its model cannot be told" : undefined;
    if (why !== undefined) throw new UsageError(`${file}: ${why}; name it with --model.`, { cause: error });
    throw new UsageError(`${file}: cannot tell the model from the ops; name it with --model: ${MODELS.join(", ")}.`, {
      cause: error,
    });
  }
}

/** The run that a history.jsonl belongs to, where its test.json lies beside it. */
function storedRun(path: string): StoredRun | undefined {
  const beside = (name: string): unknown => {
    try {
      return JSON.parse(readFileSync(join(dirname(path), name), "utf8"));
    } catch {
      return undefined;
    }
  };
  const spec = beside("test.json") as TestSpec | undefined;
  if (typeof spec?.workload !== "string" || !Array.isArray(spec.nodes)) return undefined;
  const results = beside("results.json") as Partial<RunResults> | undefined;
  return { spec, ...(results === undefined ? {} : { results }) };
}

function countOps({ types, processes, length }: ColumnarHistory): number {
  let ops = 0;
  for (let at = 0; at < length; at++) if (types[at] === INVOKE && processes[at] !== NEMESIS) ops++;
  return ops;
}
