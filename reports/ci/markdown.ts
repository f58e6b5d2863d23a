/** Contracts as Markdown: the job summary of GitHub Actions, and a file for whoever else reads Markdown. */
import type { BaselineReport, CiResults, ContractResult } from "../../src/core/contract.js";
import { expectedWords, OUTCOME_SIGNS, observedWords, plain, tally } from "./words.js";

export function ciMarkdown({ contracts, baseline, shard }: CiResults): string {
  const part = shard === undefined ? "" : `, shard ${shard.index} of ${shard.count}`;
  const open = contracts.filter(({ outcome }) => outcome !== "passed");
  const lines = [
    `## cap-test: ${tally(contracts)}${part}`,
    "",
    "| | contract | expected | observed | seconds |",
    "| --- | --- | --- | --- | ---: |",
    ...contracts.map(row),
    ...open.flatMap((contract) => ["", ...details(contract)]),
    ...(baseline === undefined ? [] : ["", ...baselineLines(baseline)]),
    "",
    "Passed means that no violation was found in these runs, never that there is none.",
  ];
  return `${lines.join("\n")}\n`;
}

function row(contract: ContractResult): string {
  const cells = [
    OUTCOME_SIGNS[contract.outcome],
    contract.name,
    expectedWords(contract),
    observedWords(contract) || "-",
    (contract.durationMs / 1000).toFixed(1),
  ];
  return `| ${cells.map((cell) => cellText(cell)).join(" | ")} |`;
}

function details(contract: ContractResult): readonly string[] {
  const last = contract.attempts.at(-1);
  return [
    `**${OUTCOME_SIGNS[contract.outcome]} ${cellText(contract.name)}** ${contract.outcome}: ${cellText(contract.why)}`,
    ...(last === undefined ? [] : ["", "```sh", plain(last.repeat, 2000).replaceAll("```", ""), "```"]),
  ];
}

function baselineLines(baseline: BaselineReport): readonly string[] {
  const { weakened, unproved, better, added, gone } = baseline;
  const list = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [`- ${title}`, ...texts.map((text) => `  - ${cellText(text)}`)];
  const same = weakened.length + unproved.length + better.length + gone.length === 0;
  return [
    `### Against the baseline ${cellText(baseline.file)}`,
    "",
    ...(same ? ["Nothing was weakened."] : []),
    ...list(
      "weakened",
      weakened.map(({ text }) => text),
    ),
    ...list(
      "not proved any more",
      unproved.map(({ text }) => text),
    ),
    ...list("no longer tested", gone),
    ...list(
      "better",
      better.map(({ text }) => text),
    ),
    ...list("new", added),
  ];
}

/** Text that stays text: no table cell ends early, no HTML, no mention, no link, no code. */
function cellText(text: string): string {
  return plain(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("@", "&#64;")
    .replaceAll(/[\\`*_[\]|#~!]/g, "\\$&");
}
