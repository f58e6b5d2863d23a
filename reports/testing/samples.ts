/** Realistic runs, made by code: what a report has to show when it matters. Deterministic, so failures repeat. */
import type { Verdict } from "../../src/core/checker.js";
import type { Op } from "../../src/core/op.js";
import { rng } from "../../src/core/rng.js";
import type { RunResults, TestSpec } from "../../src/core/run.js";
import { historyOf } from "../../src/history/index.js";
import type { ReportInput } from "../report.js";
import { Recorder } from "./recorder.js";

export function testSpec(part: Partial<TestSpec> = {}): TestSpec {
  return {
    version: "0.1.0",
    system: "redis-cluster",
    systemOpts: {},
    workload: "set",
    workloadOpts: {},
    nemesis: "partition:primaries",
    nemesisIntervalMs: 5000,
    timeLimitMs: 40_000,
    concurrency: 10,
    rate: 0,
    nodes: ["n1", "n2", "n3", "n4", "n5", "n6"],
    opTimeoutMs: 1000,
    seed: 7,
    runtime: "docker",
    startedAt: "2026-11-22T10:15:00.000Z",
    repeat:
      "npx cap-test run --system redis-cluster --workload set --nemesis partition:primaries --time-limit 40 --seed 7",
    ...part,
  };
}

export function runResults(test: TestSpec, ops: readonly Op[], part: Partial<RunResults>): RunResults {
  const counted = { ok: 0, fail: 0, info: 0 };
  for (const op of ops) if (op.process !== "nemesis" && op.type !== "invoke") counted[op.type]++;
  return {
    valid: true,
    system: test.system,
    workload: test.workload,
    nemesis: test.nemesis,
    runtime: test.runtime,
    seed: test.seed,
    dir: `runs/${test.system}-${test.workload}-${test.nemesis.replace(":", "-")}/20261122T101500Z`,
    durationMs: Math.round((ops.at(-1)?.time ?? 0) / 1e6),
    ops: counted,
    checkers: {},
    summary: "",
    ...part,
  };
}

function inputOf(test: TestSpec, recorder: Recorder, part: Partial<RunResults>): ReportInput {
  const ops = recorder.history();
  return { test, results: runResults(test, ops, part), history: historyOf(ops) };
}

const FAULTS_OK: Verdict = { valid: true, summary: "1 fault applied, 1 proved to bite" };

/** A register whose old value is read after the new one. */
export function staleRegister(): ReportInput {
  const random = rng(3, "stale");
  const recorder = new Recorder();
  const test = testSpec({
    system: "etcd",
    workload: "register",
    nemesis: "partition",
    nodes: ["n1", "n2", "n3", "n4", "n5"],
    systemOpts: { serializable: "true" },
    concurrency: 5,
    seed: 11,
    repeat:
      "npx cap-test run --system etcd --system-opt serializable=true --workload register --nemesis partition --seed 11",
  });
  recorder.partition([["n3"], ["n1", "n2", "n4", "n5"]], 4000, 9000);
  for (let i = 0; i < 900; i++) {
    const ms = i * 13;
    const process = i % 5;
    const key = `k${i % 4}`;
    const node = test.nodes[process] as string;
    const cut = node === "n3" && ms > 4000 && ms < 9400;
    const at = { process, node, ms, tookMs: 1 + random.below(8) };
    if (cut && i % 3 === 0)
      recorder.call({ ...at, tookMs: 12 }, { f: "write", key, value: 1000 + i }, "fail", "etcdserver: no leader");
    else if (i % 3 === 0) recorder.call(at, { f: "write", key, value: 1000 + i });
    else recorder.call(at, { f: "read", key, result: cut ? 1300 : 1000 + i - (i % 3) });
  }
  const ops = recorder.history();
  const witnessKey = "k9";
  const story = new Recorder();
  for (const op of ops) {
    const { index: _, ...rest } = op;
    story.add(rest);
  }
  story.call({ process: 20, node: "n1", ms: 3200.5, tookMs: 2.2 }, { f: "write", key: witnessKey, value: 41 });
  story.call({ process: 21, node: "n1", ms: 4700.2, tookMs: 3.4 }, { f: "write", key: witnessKey, value: 42 });
  story.call({ process: 22, node: "n4", ms: 4704.1, tookMs: 1.1 }, { f: "read", key: witnessKey, result: 42 });
  story.call({ process: 23, node: "n3", ms: 8200.7, tookMs: 0.9 }, { f: "read", key: witnessKey, result: 41 });
  const all = story.history();
  const witness = all.filter((op) => op.key === witnessKey);
  const checkers: Record<string, Verdict> = {
    linearizable: {
      valid: false,
      summary: "1 of 5 keys is not linearizable: k9 was read as 41 after 42 had been read",
      witnesses: [
        {
          text: "Process 22 read 42 at n4, and 3.5 s later process 23 read 41 at n3, although the write of 41 had ended before the write of 42 began.",
          ops: witness,
        },
      ],
      parts: {
        k9: { valid: false, summary: "41 was read after 42" },
        ...Object.fromEntries(
          ["k0", "k1", "k2", "k3"].map((key) => [key, { valid: true, summary: "225 ops, linearizable" }]),
        ),
      },
    },
    availability: sampleAvailability("CP-like", "The majority went on serving; the minority answered reads only."),
    faults: FAULTS_OK,
    stats: { valid: true, summary: "904 ops: 851 ok, 53 failed" },
  };
  return {
    test,
    history: historyOf(all),
    results: runResults(test, all, {
      valid: false,
      checkers,
      summary: "etcd is not linearizable: key k9 was read as 41 after 42 had been read.",
    }),
  };
}

/** An availability verdict of the shape the checker gives: rows by node, and rows by side without a node. */
export function sampleAvailability(observed: string, reason: string): Verdict {
  const row = (side: string, node: string | null, f: string, phase: string) => {
    const down = side === "minority" && phase === "during" && f !== "read";
    const ok = down ? 0 : 118;
    return {
      side,
      node,
      f,
      phase,
      issued: 120,
      missing: down ? 34 : 0,
      ok,
      answers: 0,
      fail: down ? 100 : 1,
      info: down ? 20 : 1,
      yield: ok / (down ? 154 : 120),
      within100Ms: 0.9,
      within1s: 0.95,
      within10s: 0.95,
      longestGapMs: down ? 10_004 : 210.5,
    };
  };
  const all = (nodes: readonly (readonly [string, string | null])[]) =>
    nodes.flatMap(([side, node]) =>
      ["read", "add"].flatMap((f) => ["before", "during", "after"].map((phase) => row(side, node, f, phase))),
    );
  return {
    valid: true,
    summary: `observed ${observed}`,
    class: observed,
    reason,
    minorityYield: 0.38,
    majorityYield: 0.983,
    failoverMs: 3410,
    recoveryMs: 120.5,
    table: all([
      ["minority", "n3"],
      ["majority", "n1"],
      ["majority", "n2"],
    ]),
    sides: all([
      ["minority", null],
      ["majority", null],
    ]),
  } as Verdict;
}

/** etcd as it should be: nothing found. */
export function validRun(): ReportInput {
  const random = rng(5, "valid");
  const recorder = new Recorder();
  const test = testSpec({
    system: "etcd",
    workload: "register",
    nemesis: "none",
    nodes: ["n1", "n2", "n3"],
    concurrency: 3,
    seed: 5,
    repeat: "npx cap-test run --system etcd --workload register --nemesis none --seed 5",
  });
  for (let i = 0; i < 600; i++) {
    const process = i % 3;
    const at = { process, node: test.nodes[process] as string, ms: i * 10, tookMs: 1 + random.below(20) / 2 };
    if (i % 2 === 0) recorder.call(at, { f: "write", key: i % 5, value: i });
    else recorder.call(at, { f: "read", key: (i - 1) % 5, result: i - 1 });
  }
  return inputOf(test, recorder, {
    valid: true,
    summary: "etcd behaved as it promises: 600 ops, linearizable, nothing lost.",
    checkers: {
      linearizable: { valid: true, summary: "5 keys, 600 ops, linearizable" },
      stats: { valid: true, summary: "600 ops, all ok" },
    },
  });
}

/** A run that proves nothing: the cut did not bite. */
export function unknownRun(): ReportInput {
  const recorder = new Recorder();
  const test = testSpec({ system: "kv-async", runtime: "simulation", seed: 99 });
  recorder.partition([["n1"], ["n2", "n3", "n4", "n5"]], 1000, 2000, false);
  for (let i = 0; i < 300; i++) {
    recorder.call(
      { process: i % 5, node: `n${1 + (i % 5)}`, ms: i * 10, tookMs: 2 },
      { f: "add", value: i },
      i % 7 === 0 ? "fail" : "ok",
      i % 7 === 0 ? "no leader" : undefined,
    );
  }
  return inputOf(test, recorder, {
    valid: "unknown",
    ended: "interrupted",
    summary: "Nothing was proved: no final read succeeded, and the cut was not shown to drop packets.",
    checkers: {
      "lost-writes": {
        valid: "unknown",
        summary: "no quiet final read succeeded, so nothing is known of the 257 acknowledged elements",
        acknowledged: 257,
        lost: 0,
        lostFraction: 0,
        recovered: 0,
        elements: [],
      } as Verdict,
      faults: {
        valid: "unknown",
        summary: "1 fault applied, none proved",
        applied: 1,
        proved: 0,
        reason: "No link was seen to drop a packet, so the cut may not have bitten.",
      } as Verdict,
      stats: { valid: true, summary: "300 ops" },
    },
  });
}

/** `n` ops in all three endings on ten clients, for size and speed. */
export function bigRun(n: number): ReportInput {
  const random = rng(1, "big");
  const recorder = new Recorder();
  const test = testSpec({
    system: "kv-raft",
    workload: "register",
    nodes: ["n1", "n2", "n3", "n4", "n5"],
    concurrency: 20,
  });
  const processes = Array.from({ length: 20 }, (_, i) => i);
  const freeAt = processes.map((i) => i / 7);
  recorder.partition([["n3"], ["n1", "n2", "n4", "n5"]], n / 40, n / 30);
  for (let i = 0; i < n; i++) {
    const thread = i % 20;
    const dice = random.below(100);
    const ms = freeAt[thread] as number;
    const at = {
      process: processes[thread] as number,
      node: test.nodes[thread % 5] as string,
      ms,
      tookMs: 0.4 + random.below(9000) / 1000,
    };
    const key = Math.floor(i / 400) * 4 + random.below(8);
    if (dice < 3) {
      recorder.call({ ...at, tookMs: 100 }, { f: "write", key, value: i }, "info", "timeout");
      processes[thread] = (processes[thread] as number) + 20;
      freeAt[thread] = ms + 105;
    } else {
      if (dice < 8) recorder.call(at, { f: "cas", key, value: [i - 20, i] }, "fail", "mismatch");
      else if (dice < 50) recorder.call(at, { f: "write", key, value: i });
      else recorder.call(at, { f: "read", key, result: Math.max(0, i - random.below(40)) });
      freeAt[thread] = ms + at.tookMs + random.below(3000) / 1000;
    }
  }
  return inputOf(test, recorder, {
    summary: `${n} ops, nothing found.`,
    checkers: { stats: { valid: true, summary: `${n} ops` } },
  });
}
