/** The lost-elements run with the verdicts the project's own checkers give it. */

import { faultsChecker } from "../../checkers/faults.js";
import { lostWritesChecker } from "../../checkers/lost-writes.js";
import { perfChecker } from "../../checkers/perf.js";
import { setFullChecker } from "../../checkers/set-full.js";
import { statsChecker } from "../../checkers/stats.js";
import type { Verdict } from "../../src/core/checker.js";
import { historyOf } from "../../src/history/index.js";
import type { ReportInput } from "../report.js";
import { lostElementsRun, runResults, sampleAvailability } from "./samples.js";

export async function lostElements(): Promise<ReportInput> {
  const { test, ops } = lostElementsRun();
  const history = historyOf(ops);
  const context = { nodes: test.nodes, finalNs: 37e9 };
  const lost = await lostWritesChecker().check(history, context);
  const checkers: Record<string, Verdict> = {
    "lost-writes": lost,
    "set-full": await setFullChecker().check(history, context),
    availability: sampleAvailability("neither", "The minority refused, and yet acknowledged writes were lost."),
    faults: await faultsChecker({ expected: true }).check(history, context),
    perf: await perfChecker().check(history, context),
    stats: await statsChecker().check(history, context),
  };
  const logs = {
    n1: Array.from(
      { length: 700 },
      (_, i) => `${1000 + i}:M 22 Nov 2026 10:15:${String(i % 60).padStart(2, "0")}.120 * heartbeat <${i}>`,
    ).join("\n"),
    n2: "77:M 22 Nov 2026 10:15:14.731 # Cluster state changed: fail\n77:S 22 Nov 2026 10:15:25.002 * Connecting to MASTER 198.18.3.15:6379\n",
  };
  const summary = `redis-cluster lost acknowledged writes: ${lost.summary}.`;
  return { test, history, logs, results: runResults(test, ops, { valid: false, checkers, summary }) };
}
