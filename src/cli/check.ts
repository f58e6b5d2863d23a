/** `cap-test check FILE…`: judges stored histories, ours or Jepsen's. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { RegisterOptions } from "../../checkers/elle/index.js";
import { worstOf } from "../core/checker.js";
import { CapTestError, EXIT } from "../core/errors.js";
import { type FileVerdict, type JudgeOptions, judgeFile, MODELS, type ModelName } from "../runner/judge-file.js";
import { lookUp } from "../runner/names.js";
import type { Registry } from "../runner/plan.js";
import { type CommonOptions, withCommon } from "./common.js";
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
}

const jsonValue = (text: string): { value: unknown } => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    throw new InvalidArgumentError('Write a JSON value: 0, null, "text".');
  }
};

const steps = (text: string): number => {
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
    .option("--budget <steps>", "search: give up (unknown) after so many steps", steps)
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

/** Only stored runs need it; loading it takes longer than judging a small file. */
const registryFor = async (config: string | undefined): Promise<Registry> =>
  (await (await import("../config/extend.js")).extendedRegistry(config)).registry;

async function check(files: readonly string[], flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const options = judgeOptions(flags);
  const verdicts: FileVerdict[] = [];
  let broken = EXIT.valid as number;
  for (const file of files) {
    try {
      const verdict = await judgeFile(file, options, () => registryFor(flags.config));
      verdicts.push(verdict);
      print(output, verdict);
    } catch (error) {
      // One unreadable file must not hide what the others say; the exit code still tells.
      if (!(error instanceof CapTestError) || files.length === 1) throw error;
      broken = Math.max(broken, reportError(error));
    }
  }
  output.value(files.length === 1 ? verdicts[0] : verdicts);
  if (files.length > 1) {
    const count = (valid: unknown): number => verdicts.filter((verdict) => verdict.valid === valid).length;
    output.result(`${files.length} files: ${count(true)} valid, ${count(false)} invalid, ${count("unknown")} unknown`);
  }
  return broken !== EXIT.valid ? broken : exitOf(worstOf(verdicts.map(({ valid }) => valid)));
}

function print(output: Output, verdict: FileVerdict): void {
  const { green, red, yellow, dim } = output.paint;
  const { file, valid, model, ops, parseMs, checkMs, summary, truncatedLine } = verdict;
  const word = valid === true ? green("valid  ") : valid === false ? red("invalid") : yellow("unknown");
  output.result(
    `${word} ${file} ${dim(`(${model}, ${ops} ops, read ${parseMs} ms, checked ${checkMs} ms)`)} ${summary}`,
  );
  for (const { text } of verdict.witnesses?.slice(0, 3) ?? []) if (text !== summary) output.line(`        ${text}`);
  for (const found of [verdict.levelSummary, verdict.staleness?.summary]) {
    if (found !== undefined) output.line(`        ${found}`);
  }
  if (truncatedLine !== undefined) output.line(`        line ${truncatedLine} is cut off and was left out`);
}
