/** `cap-test compare`: several systems under the same load and faults, side by side. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { renderMarkdown } from "../../reports/compare/markdown.js";
import type { ComparedRun } from "../../reports/compare/model.js";
import { renderComparison } from "../../reports/compare/page.js";
import { EQUAL_WEIGHTS } from "../../reports/compare/rank.js";
import { extendedRegistry } from "../config/extend.js";
import { EXIT, UsageError } from "../core/errors.js";
import { type Compared, type CompareListener, compareSystems } from "../runner/compare.js";
import { parseSystems, parseWeights } from "../runner/compare-systems.js";
import { writeTextFile } from "../runner/store.js";
import { pageAssets } from "../runner/write-reports.js";
import { type LoadFlags, loadRequestOf, version, wholeNumber, withCommon, withLoadOptions } from "./common.js";
import { comparisonLines } from "./compare-table.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput, type Output } from "./output.js";
import { createProgress } from "./progress.js";
import { dockerAnswers } from "./run.js";

interface Flags extends LoadFlags {
  readonly systems: string;
  readonly repeat: number;
  readonly prefer?: string;
  readonly markdown?: string;
}

const EXAMPLES = `
Examples:
  cap-test compare --systems etcd,redis-cluster,kv-raft,kv-async --workload register --nemesis partition:primaries --seed 7
  cap-test compare --systems kv-raft,kv-async,kv-quorum --nemesis partition --repeat 3 --prefer consistency=3,availability=1
  cap-test compare --systems etcd,etcd:serializable=true --nemesis partition --json

A system's options follow its name: NAME:OPTION=VALUE+OPTION=VALUE.
Without --runtime all run in Docker if one of them needs it, else all in the simulation.

Exit: 0 compared (whatever was found), 254 bad usage, 255 no system could be run.`;

const atLeastOne = (text: string): number => {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError("Not a whole number of 1 or more.");
  return value;
};

export function compareCommand(program: Command, exit: (code: number) => void): void {
  withLoadOptions(
    withCommon(program.command("compare")).requiredOption("--systems <names>", "what to compare, joined by commas"),
  )
    .description("run several systems under the same seed, load and faults, and show the trade-off")
    .option("--repeat <n>", "runs of each system, each with a seed of its own", atLeastOne, 1)
    .option("--prefer <weights>", "what counts in the ranking (default: consistency=1,availability=1,latency=1)")
    .option("--markdown <file>", "also write the comparison there as Markdown")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await compare(flags)));
}

async function compare(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const { registry, checkers, configFile } = await extendedRegistry(flags.config);
  const systems = parseSystems(flags.systems, registry);
  const weights = flags.prefer === undefined ? EQUAL_WEIGHTS : parseWeights(flags.prefer);
  const request = { ...loadRequestOf(flags), configFile };
  if (flags.markdown !== undefined && !existsSync(dirname(resolve(flags.markdown)))) {
    throw new UsageError(`--markdown ${flags.markdown}: there is no folder ${dirname(resolve(flags.markdown))}.`);
  }
  output.line(`seed ${request.seed}`);
  const total = systems.length * flags.repeat;
  const interrupt = listenForInterrupts((text) => output.line(`  ${text}`));
  try {
    const compared = await compareSystems({
      systems,
      request,
      repeat: flags.repeat,
      weights,
      dir: flags.dir,
      context: { registry, version: version(), dockerAnswers },
      now: () => new Date(),
      signal: interrupt.signal,
      listener: listenerOf(output, total),
      extraCheckers: checkers,
      command: commandOf(flags, request.seed),
    });
    await store(compared, flags);
    tell(compared, flags, output);
    return EXIT.valid;
  } finally {
    interrupt.dispose();
  }
}

/** One line as a system starts, its moving progress, one line as it ends. */
function listenerOf(output: Output, total: number): CompareListener {
  let nth = 0;
  const { paint } = output;
  return {
    starting: (system, { spec }, run) => {
      nth++;
      output.line(
        `${paint.bold(`[${nth}/${total}] ${system}`)}, run ${run}: ${spec.nodes.length} nodes (${spec.runtime}), seed ${spec.seed}`,
      );
      // The folder of each run is linked from the report; a line each would drown the progress.
      return { ...createProgress(output, spec), started: () => undefined };
    },
    ended: (_, run) => output.line(`  ${tone(output, run)} ${run.class}; ${run.summary}`),
    failed: (system, reason) => output.line(paint.yellow(`  ${system} is left out: ${reason}`)),
  };
}

function tone({ paint }: Output, { valid }: ComparedRun): string {
  if (valid === "unknown") return paint.yellow("?");
  return valid ? paint.green("✓") : paint.red("✗");
}

async function store({ comparison, folder }: Compared, flags: Flags): Promise<void> {
  folder.write("compare.json", `${JSON.stringify(comparison, null, 1)}\n`);
  folder.write("compare.md", renderMarkdown(comparison));
  folder.write("compare.html", await renderComparison(comparison, pageAssets("compare")));
  if (flags.markdown !== undefined) writeTextFile(flags.markdown, renderMarkdown(comparison));
}

function tell({ comparison, folder }: Compared, flags: Flags, output: Output): void {
  output.value(comparison);
  for (const line of comparisonLines(comparison, output.paint)) output.result(line);
  output.line(`report: ${folder.file("compare.html")}`);
  if (flags.markdown !== undefined) output.line(`markdown: ${flags.markdown}`);
  output.line(`repeat: ${comparison.command}`);
}

/** The command line that does it again: everything that was asked for, and the seed. */
function commandOf(flags: Flags, seed: number): string {
  const words = ["npx cap-test compare", `--systems ${flags.systems}`];
  const add = (option: string, value: string | number | undefined): void => {
    if (value !== undefined) words.push(`${option} ${value}`);
  };
  add("--workload", flags.workload);
  for (const [name, value] of Object.entries(flags.workloadOpt ?? {})) add("--workload-opt", `${name}=${value}`);
  add("--nemesis", flags.nemesis);
  add("--nemesis-interval", flags.nemesisInterval);
  add("--time-limit", flags.timeLimit);
  add("--concurrency", flags.concurrency);
  add("--rate", flags.rate);
  add("--nodes", flags.nodes);
  add("--op-timeout", flags.opTimeout);
  add("--runtime", flags.runtime);
  add("--config", flags.config);
  if (flags.repeat !== 1) add("--repeat", flags.repeat);
  add("--prefer", flags.prefer);
  add("--seed", seed);
  return words.join(" ");
}
