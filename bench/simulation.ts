/**
 * What a simulated run costs: 5 nodes of kv-raft, 10 clients, 10 virtual seconds under partition. Goal: at least 5,000
 * completed ops in 250 ms of CPU. Prints the CPU time of the first run (cold code), the least and the median of the others, and
 * the heap after a tenth of the runs and after all (`npm run bench -- simulation 500`: seeds 50 and 500), which must not grow.
 */
import type { Op } from "../src/core/op.js";
import type { Program } from "../src/core/program.js";
import { any, clients, stagger, until } from "../src/generators/index.js";
import { raftProgram } from "../src/kv/raft/index.js";
import { faultSchedule } from "../src/nemeses/parse.js";
import { partitionNemesis } from "../src/nemeses/partition.js";
import { Interpreter } from "../src/runner/interpreter.js";
import { createSimulation } from "../src/runtimes/simulation/index.js";
import { KvClient } from "../src/systems/kv/client.js";
import { registerOps } from "../workloads/register-ops.js";

const RUNS = Number(process.argv[2] ?? 60);
const RATE = Number(process.argv[3] ?? 590);
const NODES = ["n1", "n2", "n3", "n4", "n5"];

interface Cost {
  readonly cpuMs: number;
  readonly ok: number;
  readonly completed: number;
}

async function run(seed: number): Promise<Cost> {
  const before = process.cpuUsage();
  const program = raftProgram();
  const simulation = createSimulation({
    seed,
    nodes: NODES,
    specs: ({ nodes }) => nodes.map((node) => ({ node, program: program(node, nodes) as Program<unknown> })),
  });
  const { clock, cluster } = simulation;
  const ops: Op[] = [];
  const nemesis = partitionNemesis([], NODES.length);
  const nobody = new AbortController().signal;
  let names = 0;
  const interpreter = new Interpreter({
    nodes: NODES,
    concurrency: 10,
    seed,
    clock,
    opTimeoutMs: 1_000,
    open: async (node) => new KvClient(cluster, node, `c${++names}`),
    nemesis: (op) =>
      nemesis.invoke(op, {
        cluster,
        system: { name: "kv-raft", ops: [], open: () => Promise.reject(new Error("not used")) },
        seed,
        hurt: new Map(),
        recentKeys: () => [],
        signal: nobody,
      }),
    record: (op) => ops.push(op),
  });
  await simulation.drive(async () => {
    await clock.sleep(1_000);
    const load = stagger(1000 / RATE, registerOps({ liveKeys: 6, opsPerKey: 400, cas: true }));
    await interpreter.run(until(clock.nowNs() + 10e9, any(clients(load), faultSchedule([nemesis], 2_500))));
  });
  const { user, system } = process.cpuUsage(before);
  const ended = ops.filter(({ type, process: who }) => who !== "nemesis" && type !== "invoke");
  return {
    cpuMs: (user + system) / 1000,
    ok: ended.filter(({ type }) => type === "ok").length,
    completed: ended.length,
  };
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

const costs: Cost[] = [];
const heaps: string[] = [];
for (let seed = 1; seed <= RUNS; seed++) {
  costs.push(await run(seed));
  if (seed === Math.ceil(RUNS / 10) || seed === RUNS) heaps.push(`${heapMb().toFixed(1)} MB at seed ${seed}`);
}
const [first] = costs;
const warm = costs.slice(1).sort((a, b) => a.cpuMs - b.cpuMs);
const median = warm[warm.length >> 1] ?? first;
const line = (name: string, cost: Cost | undefined): string =>
  `${name} ${cost?.cpuMs.toFixed(0)} ms CPU, ${cost?.completed} ops completed, ${cost?.ok} ok\n`;
process.stdout.write(line("first run", first));
process.stdout.write(line("least    ", warm[0] ?? first));
process.stdout.write(line("median   ", median));
process.stdout.write(`fewest completed ${Math.min(...costs.map(({ completed }) => completed))}\n`);
process.stdout.write(`heap      ${heaps.join(", ")}\n`);
