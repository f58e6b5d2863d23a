/**
 * Simulated histories as digests, for the proof that a seed is a run: started in processes of its own, on whatever Node
 * (`node dist/src/runner/testing/histories.js 200`), it prints a line for each run: system, workload, nemesis, seed, and
 * the hash of the bytes that history.jsonl would hold.
 */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Generator } from "../../core/generator.js";
import type { NodeId } from "../../core/op.js";
import type { Program } from "../../core/program.js";
import { formatOp } from "../../history/index.js";
import { registry } from "../../registry.js";
import { live } from "../live.js";
import { planRun, type RunRequest } from "../plan.js";

/** Systems x nemeses, with the shorter lists going round so that each meets each. */
const SYSTEMS: readonly Pick<RunRequest, "system" | "systemOpts" | "workload">[] = [
  { system: "kv-raft", workload: "register" },
  { system: "kv-async", workload: "set" },
  { system: "kv-quorum", workload: "register" },
  { system: "kv-raft", workload: "set", systemOpts: { reads: "lease", "snapshot-entries": "100" } },
  { system: "kv-quorum", workload: "set", systemOpts: { r: "1", w: "1" } },
  { system: "kv-async", workload: "register" },
  { system: "kv-raft", workload: "register", systemOpts: { bug: "ack-before-fsync" } },
];
const NEMESES: readonly string[] = [
  "swarm",
  "partition",
  "kill",
  "pause",
  "clock",
  "packet",
  "partition,kill,pause",
  "none",
];

/** The first `count` runs of a fixed list; no two are alike. */
export function runsToRepeat(count: number): readonly RunRequest[] {
  return Array.from({ length: count }, (_, i) => ({
    ...(SYSTEMS[i % SYSTEMS.length] as RunRequest),
    nemesis: NEMESES[i % NEMESES.length] as string,
    seed: 1_000_000_007 * i + 1,
    timeLimitMs: 5_000,
    nemesisIntervalMs: 1_000,
    rate: i % 3 === 0 ? 0 : 200,
    concurrency: i % 3 === 0 ? "5" : "10",
    runtime: "simulation",
  }));
}

/** Runs a request in the simulation, with its programs and its load as they are or changed; the digest of its history. */
export async function historyDigest(
  request: RunRequest,
  wrap: (program: Program<unknown>) => Program<unknown> = (program) => program,
  change: (load: Generator) => Generator = (load) => load,
): Promise<string> {
  const context = { registry, version: "0", now: new Date(0), dockerAnswers: async () => false };
  const planned = await planRun(request, context);
  const { program } = planned.system;
  if (program === undefined) throw new Error(`${request.system} cannot be simulated`);
  const plan = {
    ...planned,
    workload: { ...planned.workload, generator: change(planned.workload.generator) },
    system: { ...planned.system, program: (node: NodeId, nodes: readonly NodeId[]) => wrap(program(node, nodes)) },
  };
  const hash = createHash("sha256");
  let events = 0;
  const { outcome } = await live({
    plan,
    runId: "histories",
    signal: new AbortController().signal,
    leaveRunning: false,
    record: (op) => {
      events++;
      hash.update(`${formatOp(op)}\n`);
    },
    phase: () => undefined,
    line: () => undefined,
  });
  const { system, workload, nemesis, seed } = request;
  const name = `${system} ${workload} ${nemesis} ${seed}`;
  return `${name}: ${events} events, ${outcome.ended ?? "whole"}, ${hash.digest("hex")}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const request of runsToRepeat(Number(process.argv[2] ?? 200))) {
    process.stdout.write(`${await historyDigest(request)}\n`);
  }
}
