/** `cap-test ci`: runs a list of contracts and says which of them are kept. */
import type { Command } from "commander";
import { type PlannedContract, planContracts } from "../ci/plan.js";
import { runContracts } from "../ci/run.js";
import { exitOfCi, parseShard, select, shardOf, validOf } from "../ci/verdict.js";
import { extend } from "../config/extend.js";
import { findConfig } from "../config/find.js";
import { loadConfig } from "../config/load.js";
import type { CiResults } from "../core/contract.js";
import { UsageError } from "../core/errors.js";
import { type BaselineFlags, readBaseline, withBaseline } from "./ci-baseline.js";
import { publish } from "./ci-print.js";
import { type CommonOptions, version, wholeNumber, withCommon } from "./common.js";
import { listenForInterrupts } from "./interrupt.js";
import { createOutput } from "./output.js";
import { dockerAnswers } from "./run.js";

interface Flags extends CommonOptions, BaselineFlags {
  readonly config?: string;
  readonly grep?: string;
  readonly tags?: string;
  readonly junit?: string;
  readonly summary?: string;
  readonly shard?: string;
  readonly seed: number;
  readonly dir: string;
  readonly allowUnknown?: boolean;
}

const EXAMPLES = `
Examples:
  cap-test init && cap-test ci
  cap-test ci --tags simulation --junit junit.xml --summary summary.md
  cap-test ci --grep redis --json
  cap-test ci --baseline cap-test-baseline.json
  cap-test ci --shard 1/3 --json > shard-1.json     # then: cap-test merge shard-*.json

Exit: 0 all kept, 1 an expectation is broken, 2 nothing broken but something unknown, 254 bad usage or configuration,
255 broken environment or our own crash.`;

export function ciCommand(program: Command, exit: (code: number) => void): void {
  withBaseline(withCommon(program.command("ci")))
    .description("run the contracts of a configuration file, and fail where one is not kept")
    .option("--config <file>", "the configuration (default: cap-test.config.{ts,mjs,js,yaml,yml} here)")
    .option("--grep <pattern>", "only contracts whose name matches")
    .option("--tags <names>", "only contracts with one of these tags: simulation,nightly")
    .option("--junit <file>", "write JUnit XML")
    .option("--summary <file>", "write a summary in Markdown")
    .option("--shard <part>", "run one part of the contracts only: 2/5")
    .option("--seed <n>", "seeds of contracts without one derive from it", wholeNumber, 0)
    .option("--allow-unknown", "let contracts pass of which nothing was proved")
    .option("--dir <path>", "where runs are stored", "runs")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: Flags) => exit(await ci(flags)));
}

async function ci(flags: Flags): Promise<number> {
  const output = createOutput(flags);
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  const file = flags.config ?? findConfig(process.cwd());
  if (file === undefined) {
    throw new UsageError(
      "no cap-test.config.{ts,mjs,js,yaml,yml} here; `cap-test init` writes one, --config names one.",
    );
  }
  const loaded = await loadConfig(file);
  const extended = extend(loaded);
  let asked: Promise<boolean> | undefined;
  const docker = (): Promise<boolean> => {
    asked ??= dockerAnswers();
    return asked;
  };
  const common = { extended, version: version(), dockerAnswers: docker };
  const planned = await planContracts({ ...common, seed: flags.seed, now: new Date() });
  const selected = select(planned, { grep: flags.grep, tags: flags.tags?.split(",").filter((tag) => tag !== "") });
  const mine = shard === undefined ? selected : shardOf(selected, shard);
  const store = readBaseline(flags);
  output.line(head(file, mine, planned));
  const interrupt = listenForInterrupts((text) => output.line(text));
  try {
    const contracts = await runContracts(mine, {
      ...common,
      dir: flags.dir,
      signal: interrupt.signal,
      strict: process.env.CI === "true",
      allowUnknown: flags.allowUnknown === true,
      line: (text) => output.line(`    ${text}`),
      begins: ({ name, system, nemesis }, seed, which) =>
        output.line(`▸ ${name}${which}: ${system} under ${nemesis}, seed ${seed}`),
      ends: ({ outcome, why }) => output.line(`    ${outcome}${outcome === "passed" ? "" : `: ${why}`}`),
    });
    const configured = planned.map(({ name }) => name);
    const baseline = store?.report(contracts, configured);
    const results: CiResults = {
      valid: validOf(contracts, baseline),
      contracts,
      ...(baseline === undefined ? {} : { baseline }),
      ...(shard === undefined ? {} : { shard }),
      selected: selected.map(({ name }) => name),
      configured,
    };
    publish(output, results, flags, new Date().toISOString(), { file, lineOf: loaded.lineOf });
    return exitOfCi(results);
  } finally {
    interrupt.dispose();
  }
}

function head(file: string, mine: readonly PlannedContract[], all: readonly PlannedContract[]): string {
  const of = mine.length === all.length ? "" : ` of ${all.length}`;
  return `${file}: ${mine.length}${of} contract${mine.length === 1 && of === "" ? "" : "s"}`;
}
