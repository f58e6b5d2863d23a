/** Judges a stored history: by a named model, or by the checkers of the workload that recorded it. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkListAppend, checkRwRegister, type RegisterOptions } from "../../checkers/elle/index.js";
import { checkLevels, concludeLevels, type LevelsVerdict } from "../../checkers/levels.js";
import { checkLinearizable, type LinearizableOptions } from "../../checkers/linearizable/index.js";
import { checkStaleness, type StalenessVerdict } from "../../checkers/staleness.js";
import type { Valid, Verdict } from "../core/checker.js";
import { UsageError } from "../core/errors.js";
import type { History } from "../core/history.js";
import type { RunResults, TestSpec } from "../core/run.js";
import { type ColumnarHistory, INVOKE, NEMESIS } from "../history/index.js";
import { judgeStored } from "./judge-stored.js";
import type { Registry } from "./plan.js";
import { readHistory } from "./read-history.js";

export const SEARCH_MODELS = [
  "register",
  "cas-register",
  "multi-register",
  "mutex",
  "set",
  "queue",
  "stack",
  "counter",
  "list",
] as const;
export const TXN_MODELS = ["list-append", "rw-register"] as const;
export const MODELS = [...SEARCH_MODELS, ...TXN_MODELS];
export type ModelName = (typeof MODELS)[number];

/** How to judge; absent = the default. */
export interface JudgeOptions {
  readonly model?: ModelName | undefined;
  readonly linearizable: Omit<LinearizableOptions, "model">;
  readonly transactions: RegisterOptions;
}

/** What `check` says of registers beside the verdict; all but the level only where they are not linearizable. */
export interface BesideLinearizable extends Partial<Pick<LevelsVerdict, "level" | "levels" | "sessions">> {
  readonly levelSummary?: string;
  readonly staleness?: StalenessVerdict;
}

/** What `check --json` prints for a file. A model's own fields (anomalyTypes, not, alsoNot, witness, …) are beside these. */
export interface FileVerdict extends Verdict, BesideLinearizable {
  readonly file: string;
  readonly model: string;
  /** Completed and open ops, not events. */
  readonly ops: number;
  readonly parseMs: number;
  readonly checkMs: number;
  /** The number of the last line, where it was cut off and left out. */
  readonly truncatedLine?: number;
}

/** @throws UsageError for a file that cannot be read, or whose model cannot be told. */
export async function judgeFile(
  file: string,
  options: JudgeOptions,
  loadRegistry: () => Promise<Registry>,
): Promise<FileVerdict> {
  const began = performance.now();
  const { history, truncatedLine, path } = await readHistory(file);
  const parsed = performance.now();
  const run = options.model === undefined ? storedRun(path) : undefined;
  // The systems' drivers take longer to load than most histories to check.
  const registry = run === undefined ? undefined : await loadRegistry();
  const known = registry?.workloads.some(({ name }) => name === run?.spec.workload) === true;
  const judged =
    known && run !== undefined ? await judgeStored(run, history, registry) : judgeAs(history, options, file);
  const round = (ms: number): number => Math.round(ms * 100) / 100;
  return {
    ...judged,
    file,
    ops: countOps(history),
    parseMs: round(parsed - began),
    checkMs: round(performance.now() - parsed),
    ...(truncatedLine === undefined ? {} : { truncatedLine }),
  };
}

function judgeAs(
  history: History,
  options: JudgeOptions,
  file: string,
): Verdict & BesideLinearizable & { model: string } {
  const model = options.model ?? guessModel(history, file);
  if (model === "list-append") return { ...checkListAppend(history, options.transactions), model };
  if (model === "rw-register") return { ...checkRwRegister(history, options.transactions), model };
  const verdict = checkLinearizable(history, { ...options.linearizable, model });
  if (model !== "register" && model !== "cas-register") return { ...verdict, model };
  return { ...verdict, model, ...besideLinearizable(history, verdict.valid, options.linearizable) };
}

/** What a register's history keeps instead, and how stale its reads were: only where it is not linearizable. */
function besideLinearizable(history: History, valid: Valid, options: JudgeOptions["linearizable"]): BesideLinearizable {
  if (valid === true) return { level: "linearizable" };
  const { level, levels, sessions, summary } = concludeLevels(checkLevels(history, {}, options), valid);
  return { level, levels, sessions, levelSummary: summary, staleness: checkStaleness(history, {}, options) };
}

/** Which model the ops belong to. @throws UsageError where more than one fits. */
function guessModel(history: History, file: string): ModelName {
  const signs: readonly (readonly [string, ModelName])[] = [
    ["write", "cas-register"],
    ["cas", "cas-register"],
    ["acquire", "mutex"],
    ["enqueue", "queue"],
    ["push", "stack"],
    ["increment", "counter"],
    ["append", "list"],
  ];
  for (const { f, value, process } of history) {
    if (process === "nemesis") continue;
    const sign = signs.find(([name]) => name === f);
    if (sign !== undefined) return sign[1];
    if (f !== "txn" || !Array.isArray(value)) continue;
    const kinds = value.map((micro: unknown) => (Array.isArray(micro) ? micro[0] : undefined));
    if (kinds.includes("append")) return "list-append";
    if (kinds.includes("w")) return "rw-register";
  }
  throw new UsageError(`${file}: cannot tell the model from the ops; name it with --model: ${MODELS.join(", ")}.`);
}

/** The run that a history.jsonl belongs to, where its test.json lies beside it. */
function storedRun(path: string): { spec: TestSpec; results?: Partial<RunResults> } | undefined {
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
