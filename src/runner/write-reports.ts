/** Writes report.html and junit.xml beside a run's results. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { renderJunit } from "../../reports/junit.js";
import { renderReport } from "../../reports/report.js";
import type { History } from "../core/history.js";
import type { RunResults, TestSpec } from "../core/run.js";
import type { TraceEntry } from "../core/trace.js";
import type { RunFolder } from "./store.js";

export interface ReportInput {
  readonly folder: RunFolder;
  readonly spec: TestSpec;
  readonly results: RunResults;
  readonly history: History;
  readonly logs: Readonly<Record<string, string>>;
  readonly trace: readonly TraceEntry[];
}

/** A page's script and style, bundled by the build: those of a run's report, or of a comparison. */
export function pageAssets(page: "report" | "compare" = "report"): { script: string; style: string } {
  const read = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../../reports/page/${name}`, import.meta.url)), "utf8");
  if (page === "compare") return { script: read("compare.js"), style: read("compare.css") };
  return { script: read("main.js"), style: read("style.css") };
}

export async function writeReports({ folder, spec, results, history, logs, trace }: ReportInput): Promise<void> {
  folder.write("junit.xml", renderJunit(results, spec));
  folder.write("report.html", await renderReport({ test: spec, results, history, logs, trace }, pageAssets()));
}
