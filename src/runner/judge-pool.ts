/** Judges files on worker threads: several files one each, one file with its keys' searches shared out. Same verdicts as without. */
import { fileURLToPath } from "node:url";
import { Tinypool } from "tinypool";
import type { PartResult } from "../../checkers/linearizable/index.js";
import { CapTestError } from "../core/errors.js";
import { type FileVerdict, type JudgedFile, type JudgeOptions, judgeFile } from "./judge-file.js";
import type { JudgeAnswer, JudgeTask } from "./judge-worker.js";
import type { Registry } from "./plan.js";

/** Runs `body` with so many threads, and ends them. */
async function withPool<T>(
  threads: number,
  body: (run: (task: JudgeTask) => Promise<JudgeAnswer>) => Promise<T>,
): Promise<T> {
  const pool = new Tinypool({
    filename: fileURLToPath(new URL("./judge-worker.js", import.meta.url)),
    minThreads: threads,
    maxThreads: threads,
  });
  try {
    return await body((task) => pool.run(task) as Promise<JudgeAnswer>);
  } finally {
    await pool.destroy();
  }
}

function failed({ error, exitCode }: { readonly error: string; readonly exitCode?: number }): Error {
  return exitCode === undefined ? new Error(error) : new CapTestError(error, exitCode);
}

/** Judges each file on one of the threads; hands over verdicts and errors in the files' order, as they come. */
export async function judgeFiles(
  files: readonly string[],
  how: { readonly options: JudgeOptions; readonly config: string | undefined; readonly threads: number },
  take: (verdict: FileVerdict | Error, file: string) => void,
): Promise<void> {
  await withPool(Math.min(how.threads, files.length), async (run) => {
    const answers = files.map((file) => run({ file, options: how.options, config: how.config }));
    for (const [i, file] of files.entries()) {
      const answer = (await answers[i]) as JudgeAnswer;
      if ("verdict" in answer) take(answer.verdict, file);
      else if ("error" in answer) take(failed(answer), file);
    }
  });
}

/** Judges one file; the keys that need a search are dealt out to the threads, which read the file again. */
export function judgeKeys(
  file: string,
  options: JudgeOptions,
  loadRegistry: () => Promise<Registry>,
  threads: number,
): Promise<JudgedFile> {
  return judgeFile(file, options, loadRegistry, async (check, model) => {
    const parts = check.toSearch();
    if (parts.length < 2) return check.conclude();
    const shares = Array.from({ length: Math.min(threads, parts.length) }, (_, share) =>
      parts.filter((_, i) => i % Math.min(threads, parts.length) === share),
    );
    const answers = await withPool(shares.length, (run) =>
      Promise.all(shares.map((share) => run({ file, options, model, parts: share }))),
    );
    const found: (readonly [number, PartResult])[] = [];
    for (const answer of answers) {
      if ("error" in answer) throw failed(answer);
      if ("found" in answer) found.push(...answer.found);
    }
    return check.conclude(new Map(found));
  });
}
