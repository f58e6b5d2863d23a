/** A comparison on the terminal: one table of at most 100 columns, and the sentences that a table cannot hold. */
import type { ChalkInstance } from "chalk";
import Table from "cli-table3";
import type { ComparedSystem, Comparison } from "../../reports/compare/model.js";
import {
  biteText,
  failoverText,
  greenMeans,
  headline,
  lostText,
  notes,
  shareText,
  timeText,
} from "../../reports/compare/words.js";
import { visible } from "../../reports/html.js";
import { clip } from "../../reports/show.js";

const WIDTHS = [16, 15, 9, 9, 7, 11, 11, 13] as const;
const HEAD = [
  "system",
  "consistency",
  "class",
  "lost",
  "stale reads",
  "majority / minority",
  "fail-over / recovery",
  "p50 / p99 / p99 in fault",
];
const WIDE = 98;

/** Lines for people, coloured by `paint`. Texts of systems cannot command the terminal. */
export function comparisonLines(comparison: Comparison, paint: ChalkInstance): readonly string[] {
  const table = new Table({
    head: HEAD.map((word) => paint.bold(word)),
    colWidths: [...WIDTHS],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const system of comparison.systems) table.push(rowOf(system, paint));
  return ["", paint.bold(headline(comparison)), table.toString(), ...sentences(comparison, paint)];
}

function rowOf(system: ComparedSystem, paint: ChalkInstance): (string | { content: string; colSpan: number })[] {
  const name = paint.bold(plain(system.system));
  if (system.runs.length === 0)
    return [name, { content: paint.yellow(plain(system.summary)), colSpan: HEAD.length - 1 }];
  const tone = system.valid === true ? paint.green : system.valid === false ? paint.red : paint.yellow;
  const lost = lostText(system);
  return [
    name,
    tone(plain(system.consistency)),
    system.class,
    (system.lost ?? 0) > 0 ? paint.red(`${lost} (${system.lost})`) : lost,
    system.stale === null ? "–" : String(system.stale),
    `${shareText(system.majorityYield)} / ${shareText(system.minorityYield)}`,
    `${failoverText(system)} / ${timeText(system.recoveryMs)}`,
    `${timeText(system.p50Ms)} / ${timeText(system.p99Ms)} / ${timeText(system.p99FaultMs)}`,
  ];
}

function sentences(comparison: Comparison, paint: ChalkInstance): string[] {
  const lines: string[] = [];
  for (const system of comparison.systems.filter(({ runs }) => runs.length > 0)) {
    lines.push(...wrapped(`${system.system}: ${system.class}: ${system.reason}; ${biteText(system)}.`));
    for (const { checker, text, run } of system.violations) {
      const where = comparison.repeat > 1 ? ` (run ${run})` : "";
      for (const line of wrapped(`✗ ${checker}${where}: ${clip(text, 300)}`, 4)) lines.push(paint.red(line));
    }
  }
  const { order, weights } = comparison.ranking;
  const prefer = Object.entries(weights).map(([name, weight]) => `${name} ${weight}`);
  lines.push("", paint.bold(`ranking by ${prefer.join(", ")}`));
  for (const { place, system, score, consistency, availability, latency } of order) {
    const parts = [consistency, availability, latency].map((each) => `${each.score.toFixed(2)} ${each.reason}`);
    lines.push(...wrapped(`${place}. ${system} ${score.toFixed(2)}: ${parts.join("; ")}`));
  }
  lines.push("");
  for (const text of [...greenMeans(comparison), ...notes(comparison)]) lines.push(...wrapped(text));
  return lines;
}

const plain = (text: string): string => visible(text.replace(/\s+/g, " ").trim());

/** Breaks at spaces; later lines are indented a little further. */
function wrapped(text: string, indent = 0): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  for (const word of plain(text).split(" ")) {
    if (line.trim() !== "" && line.length + word.length + 1 > WIDE) {
      lines.push(line);
      line = " ".repeat(indent + 2);
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
