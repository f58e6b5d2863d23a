/** `cap-test check FILE…`: judges stored histories, ours or Jepsen's. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { canonicalModels, type RegisterOptions } from "../../checkers/elle/index.js";
import { worstOf } from "../core/checker.js";
import { CapTestError, EXIT, UsageError } from "../core/errors.js";
import { type FileVerdict, type JudgeOptions, judgeFile, MODELS, type ModelName } from "../runner/judge-file.js";
import { lookUp } from "../runner/names.js";
import type { Registry } from "../runner/plan.js";
import { type CommonOptions, version, withCommon } from "./common.js";
import { createOutput, exitOf, type Output, reportError } from "./output.js";

interface Flags extends CommonOptions {
  readonly config?: string;
  readonly model?: string;
  readonly consistency?: string;
  readonly initial?: { readonly value: unknown };
  readonly nilReads?: "observed" | "any";
  readonly budget?: number;
  readonly linearizableKeys?: boolean;
  readonly sequentialKeys?: boolean;
  readonly wfrKeys?: boolean;
  readonly html?: string;
  readonly workers?: number;
}

const jsonValue = (text: string): { value: unknown } => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    throw new InvalidArgumentError('Write a JSON value: 0, null, "text".');
  }
};

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("Not a whole number above 0.");
  return value;
};

const EXAMPLES = `
Examples:
  cap-test check runs/latest
  cap-test check history.jsonl --model cas-register --initial 0
  cap-test check jepsen/*.edn --model cas-register --initial 0 --nil-reads any
  cap-test check txns.jsonl --model list-append --consistency snapshot-isolation --json
  cap-test check queue.jsonl --model queue --html queue.html

Reads JSON lines and EDN, also gzipped. A run's own folder or history.jsonl is judged by the checkers of its workload.`;

export function checkCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("check"))
    .argument("<file...>", "histories, or folders of runs")
    .description("judge stored histories: linearizability and transactional anomalies")
    .option("--model <name>", `${MODELS.join(", ")} (default: the run's own, else told from the ops)`)
    .option(
      "--consistency <model>",
      "transactions: the consistency model to hold them to (default: strict-serializable)",
    )
    .option("--initial <value>", "the value before the first write, as JSON (default: null)", jsonValue)
    .addOption(
      new Option("--nil-reads <how>", "a read of null saw the initial value, or anything").choices(["observed", "any"]),
    )
    .option("--linearizable-keys", "rw-register: each key is linearizable by itself")
    .option("--sequential-keys", "rw-register: each key is sequentially consistent by itself")
    .option("--wfr-keys", "rw-register: within a transaction, writes follow reads")
    .option("--config <file>", "workloads of your own, for stored runs (default: cap-test.config.{ts,mjs,js} here)")
    .option("--budget <steps>", "search: give up (unknown) after so many steps", count)
    .option("--html <file>", "write a report page (of one history)")
    .option(
      "--workers <n>",
      "threads: for several files, or for the keys of one that need a search (default: 1)",
      count,
    )
    .addHelpText("after", EXAMPLES)
    .action(async (files: string[], flags: Flags) => exit(await check(files, flags)));
}

function judgeOptions(flags: Flags): JudgeOptions {
  const model =
    flags.model === undefined
      ? undefined
      : lookUp(
          "model",
          flags.model,
          MODELS.map((name) => ({ name })),
        ).name;
  // Also where no file holds transactions: what cannot be meant is said before anything is read.
  if (flags.consistency !== undefined) canonicalModels([flags.consistency]);
  const transactions: RegisterOptions = {
    ...(flags.consistency === undefined ? {} : { consistency: flags.consistency }),
    ...(flags.linearizableKeys === undefined ? {} : { linearizableKeys: true }),
    ...(flags.sequentialKeys === undefined ? {} : { sequentialKeys: true }),
    ...(flags.wfrKeys === undefined ? {} : { wfrKeys: true }),
  } as RegisterOptions;
  return {
    model: model as ModelName | undefined,
    linearizable: {
      ...(flags.initial === undefined ? {} : { initial: flags.initial.value }),
      ...(flags.nilReads === undefined ? {} : { nilReads: flags.nilReads }),
      ...(flags.budget === undefined ? {} : { budgetSteps: flags.budget }),
    },
    transactions,
  };
}

async function check(files: readonly string[], flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const options = judgeOptions(flags);
  if (flags.html !== undefined && files.length > 1)
    throw new UsageError(`--html writes the page of one history, not of ${files.length}.`);
  const verdicts: (FileVerdict | UnreadFile)[] = [];
  let broken = EXIT.valid as number;
  const take = (verdict: FileVerdict | Error, file: string): void => {
    if (!(verdict instanceof Error)) {
      verdicts.push(verdict);
      print(output, verdict);
      return;
    }
    // One unreadable file must not hide what the others say, nor be missing from the JSON; the exit code still tells.
    if (!(verdict instanceof CapTestError)) throw verdict;
    broken = Math.max(broken, reportError(verdict));
    verdicts.push({ file, valid: "unknown", error: verdict.message });
  };
  await judgeAll(files, options, flags, output, take);
  output.value(files.length === 1 ? verdicts[0] : verdicts);
  if (files.length > 1) output.result(total(verdicts));
  return broken !== EXIT.valid ? broken : exitOf(worstOf(verdicts.map(({ valid }) => valid)));
}

/** Stands in the JSON for a file that could not be judged. */
interface UnreadFile {
  readonly file: string;
  readonly valid: "unknown";
  readonly error: string;
}

async function judgeAll(
  files: readonly string[],
  options: JudgeOptions,
  { workers = 1, html, config }: Flags,
  output: Output,
  take: (verdict: FileVerdict | Error, file: string) => void,
): Promise<void> {
  // Loaded where needed: systems, threads and pages take longer to load than most histories to check.
  const loadRegistry = async (): Promise<Registry> =>
    (await (await import("../config/extend.js")).extendedRegistry(config)).registry;
  const pool = workers > 1 ? await import("../runner/judge-pool.js") : undefined;
  if (files.length > 1 && pool !== undefined)
    return pool.judgeFiles(files, { options, config, threads: workers }, take);
  for (const file of files) {
    const judging = pool?.judgeKeys(file, options, loadRegistry, workers) ?? judgeFile(file, options, loadRegistry);
    const judged = await judging.catch((error: Error) => error);
    take(judged instanceof Error ? judged : judged.verdict, file);
    if (html === undefined || judged instanceof Error) continue;
    const { writeCheckReport } = await import("../runner/check-report.js");
    await writeCheckReport(html, judged, commandLine(process.argv.slice(2)), version());
    output.line(`        page: ${html}`);
  }
}

/** The command as one would type it again. */
function commandLine(args: readonly string[]): string {
  const quoted = args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  return `cap-test ${quoted.join(" ")}`;
}

function total(verdicts: readonly (FileVerdict | UnreadFile)[]): string {
  const of = (valid: unknown): number => verdicts.filter((one) => !("error" in one) && one.valid === valid).length;
  const unread = verdicts.filter((one) => "error" in one).length;
  const checkMs = verdicts.reduce((sum, one) => sum + ("error" in one ? 0 : one.checkMs), 0);
  return `${verdicts.length} files: ${of(true)} valid, ${of(false)} invalid, ${of("unknown")} unknown${unread === 0 ? "" : `, ${unread} not read`}; checked in ${Math.round(checkMs)} ms`;
}

function print(output: Output, verdict: FileVerdict): void {
  const { green, red, yellow, dim } = output.paint;
  const { file, valid, model, ops, parseMs, checkMs, summary, truncatedLine } = verdict;
  const word = valid === true ? green("valid  ") : valid === false ? red("invalid") : yellow("unknown");
  output.result(
    `${word} ${file} ${dim(`(${model}, ${ops} ops, read ${parseMs} ms, checked ${checkMs} ms)`)} ${summary}`,
  );
  for (const { text } of verdict.witnesses.slice(0, 3)) if (!summary.includes(text)) output.line(`        ${text}`);
  for (const found of [verdict.levelSummary, verdict.staleness?.summary]) {
    if (found !== undefined) output.line(`        ${found}`);
  }
  if (truncatedLine !== undefined) output.line(`        line ${truncatedLine} is cut off and was left out`);
}
