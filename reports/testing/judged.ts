/** Runs with the verdicts that the project's own checkers give them. */
import { checkListAppend } from "../../checkers/elle/index.js";
import { faultsChecker } from "../../checkers/faults.js";
import { lostWritesChecker } from "../../checkers/lost-writes.js";
import { perfChecker } from "../../checkers/perf.js";
import { setFullChecker } from "../../checkers/set-full.js";
import { statsChecker } from "../../checkers/stats.js";
import type { Verdict } from "../../src/core/checker.js";
import type { Op } from "../../src/core/op.js";
import { type Rng, rng } from "../../src/core/rng.js";
import type { TestSpec } from "../../src/core/run.js";
import { historyOf } from "../../src/history/index.js";
import type { ReportInput } from "../report.js";
import { Recorder } from "./recorder.js";
import { runResults, sampleAvailability, testSpec } from "./samples.js";

/**
 * A Redis Cluster whose isolated primary n2 goes on acknowledging for 2.7 s after the cut and forgets all of it.
 */
function lostElementsRun(): { readonly test: TestSpec; readonly ops: readonly Op[] } {
  const random = rng(7, "lost-elements");
  const recorder = new Recorder();
  const nodes = testSpec().nodes;
  recorder.partition([["n2"], ["n1", "n3", "n4", "n5", "n6"]], 12_000, 24_000);
  let element = 0;
  const kept: number[] = [];
  const processes = Array.from({ length: 10 }, (_, i) => i);
  const freeAt = processes.map((i) => i * 3);
  for (let ms = 0; ms < 36_000; ) {
    const thread = freeAt.indexOf(Math.min(...freeAt));
    ms = freeAt[thread] as number;
    const node = nodes[thread % nodes.length] as string;
    const at = { process: processes[thread] as number, node, ms, tookMs: latency(random) };
    const cut = ms >= 12_000 && ms < 24_410;
    const value = element++;
    if (!cut || (node === "n2" && ms < 14_700)) {
      recorder.call(at, { f: "add", value });
      if (!cut) kept.push(value);
      freeAt[thread] = ms + at.tookMs + 8 + random.below(30);
    } else if (node === "n2") {
      recorder.call(at, { f: "add", value }, "fail", "CLUSTERDOWN The cluster is down");
      freeAt[thread] = ms + at.tookMs + 60;
    } else if (ms < 15_400) {
      recorder.call({ ...at, tookMs: 1000 }, { f: "add", value }, "info", "timeout");
      processes[thread] = (processes[thread] as number) + 10;
      freeAt[thread] = ms + 1010;
    } else {
      recorder.call(at, { f: "add", value });
      kept.push(value);
      freeAt[thread] = ms + at.tookMs + 8 + random.below(30);
    }
  }
  for (const [i, node] of nodes.entries()) {
    const at = { process: processes[i] as number, node, ms: 38_500 + i * 4, tookMs: 6 };
    recorder.call(at, { f: "read", result: kept });
  }
  return { test: testSpec(), ops: recorder.history() };
}

function latency(random: Rng): number {
  return 0.8 + random.below(3000) / 1000 + (random.below(40) === 0 ? random.below(60) : 0);
}

/** The same with its verdicts and two node logs. */
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

/** Three transactions that each missed what the one before wrote, among others that are in order. */
export function cyclicTransactions(): ReportInput {
  const recorder = new Recorder();
  const nodes = ["n1", "n2", "n3"];
  const test = testSpec({
    system: "kv-async",
    workload: "append",
    nemesis: "partition",
    nodes,
    concurrency: 3,
    seed: 21,
    repeat: "npx cap-test run --system kv-async --workload append --nemesis partition --seed 21",
  });
  recorder.partition([["n1"], ["n2", "n3"]], 900, 2400);
  const lists: Record<string, number[]> = { x: [], y: [], z: [], q: [] };
  const run = (
    i: number,
    ms: number,
    tookMs: number,
    asked: readonly (readonly [string, string, unknown])[],
    seen?: Record<string, number[]>,
  ) => {
    const result = asked.map(([f, key, value]) => {
      if (f === "append") lists[key]?.push(value as number);
      return [f, key, f === "r" ? [...((seen ?? lists)[key] ?? [])] : value];
    });
    recorder.call({ process: i % 3, node: nodes[i % 3] as string, ms, tookMs }, { f: "txn", value: asked, result });
  };
  for (let i = 0; i < 60; i++)
    run(i, i * 12, 6, [
      ["append", "q", i],
      ["r", "q", null],
    ]);
  const before = Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, [...list]]));
  run(
    0,
    1000,
    30,
    [
      ["r", "y", null],
      ["append", "x", 1],
    ],
    before,
  );
  run(
    1,
    1005,
    32,
    [
      ["r", "z", null],
      ["append", "y", 2],
    ],
    before,
  );
  run(
    2,
    1010,
    31,
    [
      ["r", "x", null],
      ["append", "z", 3],
    ],
    before,
  );
  run(0, 3000, 5, [
    ["r", "x", null],
    ["r", "y", null],
    ["r", "z", null],
  ]);
  const ops = recorder.history();
  const history = historyOf(ops);
  const elle = checkListAppend(history);
  return {
    test,
    history,
    results: runResults(test, ops, {
      valid: elle.valid,
      checkers: { elle },
      summary: `kv-async transactions: ${elle.summary}`,
    }),
  };
}
