/** What `cap-test ci` and `merge` print: a table of contracts, the reasons of what was not kept, the baseline. */
import { appendFileSync, writeFileSync } from "node:fs";
import Table from "cli-table3";
import { type AnnotationPlace, annotations } from "../../reports/ci/annotations.js";
import { ciJunit } from "../../reports/ci/junit.js";
import { ciMarkdown } from "../../reports/ci/markdown.js";
import { expectedWords, OUTCOME_SIGNS, observedWords, plain, tally } from "../../reports/ci/words.js";
import type { BaselineReport, CiResults, ContractResult } from "../core/contract.js";
import { EnvironmentError, messageOf } from "../core/errors.js";
import type { Output } from "./output.js";

export interface CiFiles {
  readonly junit?: string | undefined;
  readonly summary?: string | undefined;
}

/** Prints and writes everything that was asked for. `now` is ISO 8601. */
export function publish(
  output: Output,
  results: CiResults,
  files: CiFiles,
  now: string,
  place?: AnnotationPlace,
): void {
  output.value(results);
  printContracts(output, results);
  if (results.baseline !== undefined) printBaseline(output, results.baseline);
  if (files.junit !== undefined) writeText(files.junit, ciJunit(results, now));
  if (files.summary !== undefined) writeText(files.summary, ciMarkdown(results));
  if (process.env.GITHUB_ACTIONS !== "true") return;
  // The runner reads commands from both streams; stdout may belong to the JSON.
  for (const line of annotations(results, place)) output.stream.write(`${line}\n`);
  const summary = process.env.GITHUB_STEP_SUMMARY;
  if (summary !== undefined && summary !== "") append(summary, ciMarkdown(results));
}

function printContracts(output: Output, results: CiResults): void {
  const { contracts } = results;
  output.result(tableOf(output, contracts));
  for (const contract of contracts) {
    const { outcome, name, why, attempts, allowed } = contract;
    if (outcome === "passed") continue;
    const colour = colourOf(output, contract);
    const word = allowed === true ? "unknown (allowed)" : outcome;
    output.result(colour(`${OUTCOME_SIGNS[outcome]} ${plain(name)}: ${word}: ${plain(why, 800)}`));
    const last = attempts.at(-1);
    if (last === undefined) continue;
    if (last.dir !== "") output.result(`    run: ${last.dir}`);
    if (last.repeat !== "") output.result(`    repeat: ${last.repeat}`);
  }
  const tone =
    results.valid === true ? output.paint.green : results.valid === false ? output.paint.red : output.paint.yellow;
  output.result(tone(tally(contracts)));
}

function tableOf(output: Output, contracts: readonly ContractResult[]): string {
  // Wide enough for the words, narrow enough for the terminal; logs are taken for 140 columns.
  const columns = Math.max(80, output.stream.isTTY === true ? output.stream.columns : 140);
  const share = Math.floor((columns - 3 - 9 - 6) / 3);
  const table = new Table({
    head: ["", "contract", "expected", "observed", "seconds"],
    colWidths: [3, share, share, share, 9],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const contract of contracts) {
    const colour = colourOf(output, contract);
    table.push([
      colour(OUTCOME_SIGNS[contract.outcome]),
      plain(contract.name),
      plain(expectedWords(contract)),
      colour(plain(observedWords(contract) || contract.outcome)),
      (contract.durationMs / 1000).toFixed(1),
    ]);
  }
  return table.toString();
}

function colourOf({ paint }: Output, { outcome, allowed }: ContractResult): (text: string) => string {
  if (outcome === "passed") return paint.green;
  if (outcome === "failed") return paint.red;
  return outcome === "skipped" || allowed === true ? paint.dim : paint.yellow;
}

function printBaseline({ paint, result }: Output, baseline: BaselineReport): void {
  const { file, weakened, unproved, better, added, gone, updated } = baseline;
  for (const { text } of weakened) result(paint.red(`✗ weaker than the baseline: ${plain(text)}`));
  for (const name of gone) result(paint.red(`✗ in the baseline, but no longer tested: ${plain(name)}`));
  for (const { text } of unproved) result(paint.yellow(`? not proved any more: ${plain(text)}`));
  for (const { text } of better) result(paint.green(`✓ better than the baseline: ${plain(text)}`));
  for (const name of added) result(paint.dim(`- new, not in the baseline: ${plain(name)}`));
  const changed = weakened.length + unproved.length + better.length + gone.length;
  if (changed === 0 && updated === undefined) result(`baseline ${file}: nothing was weakened`);
  if (updated === true) result(`baseline ${file} was written`);
}

/** @throws EnvironmentError where the file cannot be written. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new EnvironmentError(`cannot write ${path}: ${messageOf(error)}`);
  }
}

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw new EnvironmentError(`cannot write the job summary ${path}: ${messageOf(error)}`);
  }
}
