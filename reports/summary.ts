/** The last words of a run on the terminal: the verdict, what each checker found, how many ops. Plain text, no colours. */
import type { Valid, Verdict } from "../src/core/checker.js";
import type { RunResults, TestSpec } from "../src/core/run.js";
import { count, durationMs } from "./format.js";
import { visible } from "./html.js";
import { validWord } from "./icons.js";
import { fieldsOf, validOf } from "./read.js";
import { clip } from "./show.js";
import { sortedParts, witnessesOf } from "./witnesses.js";

/** A line and what it is about, for a terminal that colours it. */
export interface SummaryLine {
  readonly tone: "valid" | "invalid" | "unknown" | "plain";
  readonly text: string;
}

export interface SummaryInput {
  readonly test: TestSpec;
  readonly results: RunResults;
}

const SIGNS = { valid: "✓", invalid: "✗", unknown: "?" } as const;

/** Lines of the summary, verdict first. What a system said can hold no escape sequence: it would command the terminal. */
export function summaryLines({ test, results }: SummaryInput): readonly SummaryLine[] {
  const checkers = sortedParts({
    valid: true,
    summary: "",
    parts: fieldsOf(results.checkers) as Record<string, Verdict>,
  });
  const wide = Math.min(24, Math.max(0, ...checkers.map(([name]) => name.length)));
  const { ok, fail, info } = results.ops;
  const lines: SummaryLine[] = [
    line(results.valid, `${validWord(validOf(results)).toUpperCase()}: ${oneLine(results.summary, 400)}`),
  ];
  for (const [name, verdict] of checkers) {
    lines.push(
      line(
        verdict.valid,
        `  ${SIGNS[validWord(validOf(verdict))]} ${oneLine(name, 40).padEnd(wide)}  ${oneLine(String(verdict.summary ?? ""), 300)}`,
      ),
    );
    const [first] = validOf(verdict) === false ? witnessesOf(verdict) : [];
    const words = typeof first?.["text"] === "string" ? first["text"] : "";
    if (words !== "" && words !== verdict.summary)
      lines.push({ tone: "plain", text: `    ${"".padEnd(wide)}  for example: ${oneLine(words, 400)}` });
  }
  if (results.ended !== undefined)
    lines.push({ tone: "unknown", text: `  the run ended early: ${oneLine(results.ended, 200)}` });
  const runtime = results.runtime === "simulation" ? ", simulated" : "";
  lines.push({
    tone: "plain",
    text: `  ${count(ok)} ok, ${count(fail)} failed, ${count(info)} unknown in ${durationMs(results.durationMs)}${runtime}, ${test.nodes.length} nodes, seed ${results.seed}`,
  });
  return lines;
}

/** The same as one text. */
export function renderSummary(input: SummaryInput): string {
  return summaryLines(input)
    .map(({ text }) => text)
    .join("\n");
}

function line(valid: Valid, text: string): SummaryLine {
  return { tone: validWord(validOf({ valid })), text };
}

function oneLine(text: string, limit: number): string {
  return visible(clip(text.replace(/\s+/g, " ").trim(), limit));
}
