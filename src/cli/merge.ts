/** `cap-test merge`: joins the results of `cap-test ci --shard` into one verdict, one JUnit file, one summary. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { mergeShards, missingShards, parseShardFile } from "../ci/merge.js";
import { exitOfCi, validOf } from "../ci/verdict.js";
import type { CiResults } from "../core/contract.js";
import { UsageError } from "../core/errors.js";
import { type BaselineFlags, readBaseline, withBaseline } from "./ci-baseline.js";
import { publish } from "./ci-print.js";
import { type CommonOptions, withCommon } from "./common.js";
import { createOutput } from "./output.js";

interface Flags extends CommonOptions, BaselineFlags {
  readonly junit?: string;
  readonly summary?: string;
}

const EXAMPLES = `
Examples:
  cap-test ci --shard 1/2 --json > shard-1.json
  cap-test ci --shard 2/2 --json > shard-2.json
  cap-test merge shard-1.json shard-2.json --junit junit.xml --summary summary.md

Exit: as \`cap-test ci\`; contracts of a shard that is missing are unknown (2).`;

export function mergeCommand(program: Command, exit: (code: number) => void): void {
  withBaseline(withCommon(program.command("merge")))
    .description("join the results of `cap-test ci --shard`")
    .argument("<files...>", "what `cap-test ci --shard … --json` printed")
    .option("--junit <file>", "write JUnit XML")
    .option("--summary <file>", "write a summary in Markdown")
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], flags: Flags) => exit(merge(files, flags)));
}

function merge(paths: readonly string[], flags: Flags): number {
  const output = createOutput(flags);
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) throw new UsageError(`${missing}: no such file.`);
  const files = paths.map((path) => parseShardFile(path, readFileSync(path, "utf8")));
  const contracts = mergeShards(files);
  const selected = contracts.map(({ name }) => name);
  const configured = files[0]?.results.configured ?? selected;
  const baseline = readBaseline(flags)?.report(contracts, configured);
  for (const shard of missingShards(files)) output.result(output.paint.yellow(`shard ${shard} is missing`));
  const results: CiResults = {
    valid: validOf(contracts, baseline),
    contracts,
    ...(baseline === undefined ? {} : { baseline }),
    selected,
    configured,
  };
  publish(output, results, flags, new Date().toISOString());
  return exitOfCi(results);
}
