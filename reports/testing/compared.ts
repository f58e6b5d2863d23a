/** Comparisons for tests: made of runs with the verdicts that the project's own checkers give. */
import { serviceTimeline } from "../../checkers/availability/timeline.js";
import { availabilityChecker } from "../../checkers/availability.js";
import { compose } from "../../checkers/compose.js";
import { faultsChecker } from "../../checkers/faults.js";
import { linearizableChecker } from "../../checkers/linearizable/index.js";
import { lostWritesChecker } from "../../checkers/lost-writes.js";
import { perfChecker } from "../../checkers/perf.js";
import { rng } from "../../src/core/rng.js";
import { historyOf } from "../../src/history/index.js";
import { gather } from "../compare/gather.js";
import type { ComparedRun, ComparedSystem, Comparison, Weights } from "../compare/model.js";
import { observe } from "../compare/observe.js";
import { EQUAL_WEIGHTS, rank } from "../compare/rank.js";
import { ATTACKS, HUGE } from "./hostile.js";
import { Recorder } from "./recorder.js";
import { runResults, testSpec } from "./samples.js";

const NODES = ["n1", "n2", "n3", "n4", "n5"];
const FINAL_MS = 30_000;

/** How a made-up system behaves while n1 is cut off. */
export type Manner = "refuses" | "forgets" | "answers";

/**
 * Registers over 30 s with two cuts of n1. `refuses`: n1 fails everything meanwhile. `forgets`: n1 acknowledges writes for
 * 2.5 s after each cut and forgets them, the others are silent for 1.5 s. `answers`: all go on, n1 with old values.
 */
export async function madeRun(manner: Manner, run = 1, seed = 7): Promise<ComparedRun> {
  const recorder = new Recorder();
  const random = rng(seed, manner, run);
  const cuts = [
    [5_000, 11_000],
    [17_000, 23_000],
  ] as const;
  for (const [from, until] of cuts) recorder.partition([["n1"], NODES.slice(1)], from, until);
  const values = new Map<number, number | null>();
  const old = new Map<number, number | null>();
  const keys = new Set<number>();
  let next = 1;
  for (let ms = 20; ms < FINAL_MS - 2_000; ms += 20) {
    const thread = random.below(5);
    const node = NODES[thread] as string;
    // Long-lived keys show what is stale; one that lives for half a second shows what is lost.
    const key = random.below(2) === 0 ? random.below(3) : 100 + Math.floor(ms / 500);
    keys.add(key);
    const cut = cuts.find(([from, until]) => ms >= from && ms < until + 410);
    const sinceMs = cut === undefined ? 0 : ms - cut[0];
    const alone = cut !== undefined && node === "n1";
    const at = { process: thread, node, ms, tookMs: 1 + random.below(6) };
    const write = random.below(2) === 0;
    const call = write ? { f: "write", key, value: next } : { f: "read", key };
    if (cut === undefined) old.set(key, values.get(key) ?? null);
    const refused =
      cut !== undefined &&
      ((alone && (manner === "refuses" || (manner === "forgets" && sinceMs > 2_500))) ||
        (!alone && manner === "forgets" && sinceMs < 1_500));
    if (refused) recorder.call(at, call, "fail", "no leader");
    else if (write) {
      recorder.call(at, call);
      if (!alone) values.set(key, next);
    } else recorder.call(at, { ...call, result: (alone ? old : values).get(key) ?? null });
    if (write) next++;
  }
  for (const [i, node] of NODES.entries()) {
    for (const [j, key] of [...keys].entries()) {
      const at = { process: i, node, ms: FINAL_MS + i * 400 + j * 5, tookMs: 4 };
      recorder.call(at, { f: "read", key, result: values.get(key) ?? null });
    }
  }
  const ops = recorder.history();
  const history = historyOf(ops);
  const context = { nodes: NODES, opTimeoutMs: 1000, finalNs: FINAL_MS * 1e6 - 1e8 };
  const { valid, checkers } = await compose([
    linearizableChecker({ model: "cas-register" }),
    lostWritesChecker({ model: "register" }),
    availabilityChecker(),
    perfChecker(),
    faultsChecker({ expected: true }),
  ]).check(history, context);
  const spec = testSpec({ system: manner, workload: "register", nodes: NODES, seed, runtime: "simulation" });
  const summary = `${manner}: ${Object.values(checkers).find((verdict) => verdict.valid === valid)?.summary}`;
  return observe({
    run,
    spec,
    results: runResults(spec, ops, { valid, checkers, summary }),
    timeline: serviceTimeline(history, context, 250, []),
    report: `../../${manner}-register-partition/run ${run}/report.html`,
  });
}

export function madeSystem(system: string, runs: readonly ComparedRun[], error?: string): ComparedSystem {
  const promises = `what ${system} promises`;
  return gather({ system, promises, runtime: "simulation", nodes: 5, runs, ...(error === undefined ? {} : { error }) });
}

export function madeComparison(systems: readonly ComparedSystem[], weights: Weights = EQUAL_WEIGHTS): Comparison {
  return {
    seed: 7,
    workload: "register",
    nemesis: "partition",
    timeLimitMs: 30_000,
    nemesisIntervalMs: 5000,
    concurrency: "10",
    rate: 200,
    repeat: Math.max(1, ...systems.map(({ runs }) => runs.length)),
    startedAt: "2026-11-25T23:00:00.000Z",
    version: "0.1.0",
    command: `npx cap-test compare --systems ${systems.map(({ system }) => system).join(",")} --seed 7`,
    interrupted: false,
    dir: "runs/compare-register-partition/2026-11-25T230000Z",
    systems,
    ranking: rank(systems, weights),
  };
}

/** One of each manner, and one that did not start. */
export async function fourSystems(): Promise<Comparison> {
  return madeComparison([
    madeSystem("steady", [await madeRun("refuses"), await madeRun("refuses", 2, 8)]),
    madeSystem("forgetful", [await madeRun("forgets"), await madeRun("forgets", 2, 8)]),
    madeSystem("answering", [await madeRun("answers")]),
    madeSystem("absent", [], "absent needs Docker, and no Docker engine answers."),
  ]);
}

/** Every text that a system or a user can bring is an attack on the page. */
export async function hostileComparison(): Promise<Comparison> {
  const evil = ATTACKS.join(" ");
  const base = await madeRun("forgets");
  const runs = ATTACKS.map(
    (attack, i): ComparedRun => ({
      ...base,
      run: i + 1,
      consistency: attack,
      reason: evil,
      summary: attack,
      ended: evil,
      report: attack,
      dir: attack,
      class: attack as "neither",
      violations: [{ checker: attack, text: `${evil} ${HUGE}`, run: 1 }],
      timeline: {
        ...base.timeline,
        faults: base.timeline.faults.map((fault) => ({ ...fault, kind: attack, targets: [...ATTACKS] })),
      },
    }),
  );
  const systems = ATTACKS.map((attack, i) => madeSystem(attack, [runs[i] as ComparedRun], evil));
  return { ...madeComparison([...systems, madeSystem(evil, [], HUGE)]), workload: evil, nemesis: evil, command: evil };
}
