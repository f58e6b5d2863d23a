/**
 * The report of a run: one HTML file that opens anywhere, offline. It renders what the checkers found and judges nothing.
 * The verdict, the findings and the repeat command are plain HTML; the script adds the timeline and the charts.
 */
import type { Verdict } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import type { RunResults, TestSpec } from "../src/core/run.js";
import type { TraceEntry } from "../src/core/trace.js";
import { documentOf, type ReportAssets } from "./document.js";
import { embed } from "./embed.js";
import { type Html, html } from "./html.js";
import { pageData } from "./pack.js";
import { fieldsOf } from "./read.js";
import { availabilitySection } from "./sections/availability.js";
import { faultsSection } from "./sections/faults.js";
import { findingsSection } from "./sections/findings.js";
import { headSection } from "./sections/head.js";
import { messagesOf, messagesSection, violation } from "./sections/messages.js";
import { performanceSection } from "./sections/performance.js";
import { logsSection, runSection, timelineSection } from "./sections/rest.js";
import { type OpPair, survey } from "./survey.js";
import { findWitnesses } from "./witnesses.js";

export interface ReportInput {
  readonly test: TestSpec;
  readonly results: RunResults;
  readonly history: History;
  /** What each node printed. */
  readonly logs?: Readonly<Record<string, string>>;
  /** Messages between simulated nodes; those around the first violation are drawn. */
  readonly trace?: readonly TraceEntry[];
}

/** The op a position belongs to, either half; undefined outside of the history. */
function pairAt(history: History, position: number): OpPair | undefined {
  if (!Number.isInteger(position) || position < 0 || position >= history.length) return undefined;
  const op = history.op(position);
  const other = history.pair(position);
  if (op.type === "invoke") return { invoke: op, end: other < 0 ? undefined : history.op(other) };
  return { invoke: other < 0 ? op : history.op(other), end: op };
}

/** From the first invocation to the last ending of these ops, in ns. */
function spanOf(pairs: readonly OpPair[] | undefined): readonly [number, number] | undefined {
  if (pairs === undefined || pairs.length === 0) return undefined;
  const ends = pairs.map(({ invoke, end }) => end?.time ?? invoke.time);
  return [Math.min(...pairs.map(({ invoke }) => invoke.time)), Math.max(...ends)];
}

/** Resolves with the whole page. `assets`: the bundled script and style sheet of `reports/page/`. */
export async function renderReport(input: ReportInput, assets: ReportAssets): Promise<string> {
  const { test, results, history, logs, trace } = input;
  const checkers = fieldsOf(results.checkers) as Readonly<Record<string, Verdict>>;
  const found = survey(history);
  const witnesses = findWitnesses(checkers, found);
  const bands = found.faults.map((fault) => fault.band);
  const data = pageData(found, [...witnesses.values()].flat(), test);
  const messages = messagesOf(witnesses, trace ?? []);
  const hasLogs = Object.keys(logs ?? {}).length > 0;
  const body: Html = html`${headSection(test, results, found)}
${findingsSection(checkers, { witnesses, bands, opAt: (position) => pairAt(history, position) })}
${timelineSection(found.calls.count)}
${messagesSection(messages, bands)}
${faultsSection(found, test.nemesis)}
${availabilitySection(checkers["availability"])}
${performanceSection(checkers["perf"])}
${logsSection(logs, spanOf(violation(witnesses)?.pairs))}
${runSection(test, results)}`;
  return documentOf({ results, body, data: await embed(data), hasLogs, hasMessages: messages !== undefined }, assets);
}
