/** What a worker thread of `check` does: judges a whole file, or searches some keys of one. */
import {
  LinearizableCheck,
  type PartResult,
  type ModelName as SearchModelName,
} from "../../checkers/linearizable/index.js";
import { CapTestError, messageOf } from "../core/errors.js";
import { type FileVerdict, type JudgeOptions, judgeFile } from "./judge-file.js";
import type { Registry } from "./plan.js";
import { readHistory } from "./read-history.js";

export type JudgeTask =
  | { readonly file: string; readonly options: JudgeOptions; readonly config: string | undefined }
  | {
      readonly file: string;
      readonly options: JudgeOptions;
      readonly model: SearchModelName;
      readonly parts: readonly number[];
    };

/** Errors lose their class on the way between threads: the exit code goes along. */
export type JudgeAnswer =
  | { readonly verdict: FileVerdict }
  | { readonly found: readonly (readonly [number, PartResult])[] }
  | { readonly error: string; readonly exitCode?: number };

/** Loaded where a stored run needs it; a configuration's module is loaded once a thread. */
const registryOf = async (config: string | undefined): Promise<Registry> =>
  (await (await import("../config/extend.js")).extendedRegistry(config)).registry;

export default async function work(task: JudgeTask): Promise<JudgeAnswer> {
  const { file, options } = task;
  try {
    if (!("parts" in task))
      return {
        verdict: (await judgeFile(file, options, () => registryOf(task.config))).verdict,
      };
    const { history } = await readHistory(file);
    const check = new LinearizableCheck(history, { ...options.linearizable, model: task.model });
    return { found: [...check.search(task.parts)] };
  } catch (error) {
    if (error instanceof CapTestError) return { error: error.message, exitCode: error.exitCode };
    return { error: `${file}: ${messageOf(error)}` };
  }
}
