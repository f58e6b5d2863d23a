/** The report page of a history that was judged by `check`: of a run's own, or of one recorded elsewhere. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { renderReport } from "../../reports/report.js";
import { messageOf, UsageError } from "../core/errors.js";
import type { RunResults, TestSpec } from "../core/run.js";
import type { ColumnarHistory } from "../history/index.js";
import type { JudgedFile } from "./judge-file.js";
import { pageAssets } from "./write-reports.js";

/** @throws UsageError where the page cannot be written. */
export async function writeCheckReport(
  path: string,
  judged: JudgedFile,
  command: string,
  version: string,
): Promise<void> {
  const { history, run } = judged;
  const results = resultsOf(judged);
  const test = run === undefined ? foreignSpec(judged, command, version) : { ...run.spec, repeat: command };
  const page = await renderReport({ test, results, history }, pageAssets());
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function resultsOf({ verdict, history, run }: JudgedFile): RunResults {
  const checkers = (verdict as { checkers?: RunResults["checkers"] }).checkers;
  const transactions = verdict.model === "list-append" || verdict.model === "rw-register";
  return {
    valid: verdict.valid,
    system: run?.spec.system ?? basename(verdict.file),
    workload: run?.spec.workload ?? verdict.model,
    nemesis: run?.spec.nemesis ?? "none",
    runtime: run?.spec.runtime ?? "docker",
    seed: run?.spec.seed ?? 0,
    dir: verdict.file,
    durationMs: history.length === 0 ? 0 : Math.round((history.times[history.length - 1] as number) / 1e6),
    ops: endingsOf(history),
    checkers: checkers ?? { [transactions ? "elle" : "linearizable"]: verdict },
    summary: `${basename(verdict.file)}: ${verdict.summary}`,
  };
}

/** Of a history recorded elsewhere little is known: what is not stays empty, and the page leaves it out. */
function foreignSpec({ verdict, history }: JudgedFile, command: string, version: string): TestSpec {
  const nodes = new Set<string>();
  for (const id of new Set(history.nodes)) if (id !== -1) nodes.add(history.string(id));
  return {
    version,
    system: basename(verdict.file),
    systemOpts: {},
    workload: verdict.model,
    workloadOpts: {},
    nemesis: "none",
    nemesisIntervalMs: 0,
    timeLimitMs: 0,
    concurrency: 0,
    rate: 0,
    nodes: [...nodes],
    opTimeoutMs: 0,
    seed: 0,
    runtime: "docker",
    startedAt: "",
    repeat: command,
  };
}

function endingsOf(history: ColumnarHistory): RunResults["ops"] {
  const names = ["invoke", "ok", "fail", "info"] as const;
  const ops = { invoke: 0, ok: 0, fail: 0, info: 0 };
  for (let i = 0; i < history.length; i++) {
    if (history.processes[i] === -1) continue;
    const type = names[history.types[i] as number] as keyof typeof ops;
    if (type !== "invoke") ops[type]++;
    else if (history.pairs[i] === -1) ops.info++;
  }
  return { ok: ops.ok, fail: ops.fail, info: ops.info };
}
