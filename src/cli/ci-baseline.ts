/** `--baseline` and `--update-baseline`: reads, compares and writes the file. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { compareBaseline, formatBaseline, parseBaseline, updatedBaseline } from "../ci/baseline.js";
import type { BaselineReport, ContractResult } from "../core/contract.js";
import { UsageError } from "../core/errors.js";
import { writeText } from "./ci-print.js";
import { number } from "./common.js";

export interface BaselineFlags {
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly tolerance: number;
}

const DEFAULT_FILE = "cap-test-baseline.json";

export function withBaseline(command: Command): Command {
  return command
    .option("--baseline <file>", "compare with an earlier result, and fail where a guarantee is weaker")
    .option("--update-baseline", `write the baseline (default: ${DEFAULT_FILE}) instead of failing on it`)
    .option("--tolerance <share>", "how much worse a number may be than the baseline's", number, 0.5);
}

/** @throws UsageError before anything is run, where the file is missing or is no baseline. */
export function readBaseline(flags: BaselineFlags): BaselineStore | undefined {
  const update = flags.updateBaseline === true;
  if (flags.baseline === undefined && !update) return undefined;
  if (!(flags.tolerance >= 0)) throw new UsageError(`--tolerance ${flags.tolerance}: a share of 0 or more.`);
  const file = flags.baseline ?? DEFAULT_FILE;
  if (!existsSync(file) && !update) {
    throw new UsageError(`${file}: no such baseline. --update-baseline writes it.`);
  }
  const old = existsSync(file) ? parseBaseline(file, readFileSync(file, "utf8")) : {};
  return {
    report: (results, configured) => {
      const report = compareBaseline({ file, baseline: old, results, configured, tolerance: flags.tolerance });
      if (!update) return report;
      writeText(file, formatBaseline(updatedBaseline(old, results, configured)));
      // What was accepted is told, but no failure any more.
      return { ...report, valid: true, updated: true };
    },
  };
}

export interface BaselineStore {
  report(results: readonly ContractResult[], configured: readonly string[]): BaselineReport;
}
