/** `cap-test init`: writes a first configuration, with comments that say what can stand in it. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UsageError } from "../core/errors.js";
import { writeText } from "./ci-print.js";
import { type CommonOptions, withCommon } from "./common.js";
import { TS_TEMPLATE, YAML_TEMPLATE } from "./init-templates.js";
import { createOutput } from "./output.js";

interface Flags extends CommonOptions {
  readonly ts?: boolean;
  readonly force?: boolean;
}

export function initCommand(program: Command, exit: (code: number) => void): void {
  withCommon(program.command("init"))
    .description("write a configuration for `cap-test ci`, with comments")
    .option("--ts", "write cap-test.config.ts, which can bring systems and workloads of your own (default: YAML)")
    .option("--force", "replace a configuration that is there")
    .addHelpText("after", "\nExamples:\n  cap-test init && cap-test ci\n  cap-test init --ts")
    .action((flags: Flags) => exit(init(flags)));
}

function init(flags: Flags): number {
  const output = createOutput(flags);
  const file = flags.ts === true ? "cap-test.config.ts" : "cap-test.config.yaml";
  if (existsSync(file) && flags.force !== true) throw new UsageError(`${file} is there already; --force replaces it.`);
  writeText(file, flags.ts === true ? TS_TEMPLATE : YAML_TEMPLATE);
  output.value({ file });
  output.result(`${file} is written; run it with: npx cap-test ci`);
  return 0;
}
