/** A small cluster under everything at once: clients on registers, faults at random moments, and what came of it. */
import type { NodeId } from "../../../core/op.js";
import type { Program } from "../../../core/program.js";
import { type Rng, rng } from "../../../core/rng.js";
import { type Grudge, RequestError } from "../../../core/runtime.js";
import { createSimulation, type NetworkOptions, type Simulation } from "../../../runtimes/simulation/index.js";
import { toImage } from "../../machine.js";
import { parseReply } from "../../protocol.js";
import { type RaftOptions, type RaftState, raftProgram } from "../index.js";
import { Invariants } from "./invariants.js";
import { type Call, isLinearizable } from "./linear.js";

export type Fault = "partition" | "kill" | "pause" | "clock" | "packet";

export interface ChaosOptions {
  readonly seed: number;
  readonly raft?: Partial<RaftOptions>;
  readonly faults?: readonly Fault[];
  readonly durationMs?: number;
  /** Mean pause between faults. */
  readonly intervalMs?: number;
  readonly network?: Partial<NetworkOptions>;
  readonly nodes?: number;
  readonly trace?: boolean;
}

export interface ChaosResult {
  /** Broken invariants, impossible histories, programs that threw, nodes that do not agree in the end. */
  readonly violations: readonly string[];
  readonly history: readonly string[];
  readonly ok: number;
  readonly unknown: number;
  readonly simulation: Simulation;
}

interface Run {
  readonly simulation: Simulation;
  readonly random: Rng;
  readonly history: string[];
  readonly calls: Map<string, Call[]>;
  over: boolean;
  events: number;
  value: number;
  ok: number;
  unknown: number;
}

const CLIENTS = 8;
/** A register is left alone after this many ops, which keeps the search for a linearization short. */
const OPS_PER_KEY = 40;

export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed } = options;
  const nodes: NodeId[] = Array.from({ length: options.nodes ?? 5 }, (_, i) => `n${i + 1}`);
  const invariants = new Invariants();
  const states = new Map<NodeId, RaftState>();
  const program = raftProgram({ snapshotEntries: 60, ...options.raft });
  const simulation = createSimulation({
    seed,
    nodes,
    trace: options.trace ?? false,
    network: options.network ?? {},
    specs: () =>
      nodes.map((node) => {
        const watched = invariants.watch(program(node, nodes), node);
        const init = (): RaftState => {
          const state = watched.init();
          states.set(node, state);
          return state;
        };
        return { node, program: { ...watched, init } as Program<unknown> };
      }),
  });
  const run: Run = {
    simulation,
    random: rng(seed, "chaos"),
    history: [],
    calls: new Map(),
    over: false,
    events: 0,
    value: 0,
    ok: 0,
    unknown: 0,
  };
  await simulation.drive(async () => {
    const clients = Array.from({ length: CLIENTS }, (_, i) => client(run, i, nodes[i % nodes.length] as NodeId));
    await nemesis(run, options);
    run.over = true;
    await Promise.all(clients);
    await simulation.clock.sleep(4_000);
  });
  const violations = [...new Set(invariants.violations), ...simulation.crashes()];
  for (const [key, calls] of run.calls) if (!isLinearizable(calls)) violations.push(`not linearizable: ${key}`);
  const images = new Set([...states.values()].map((state) => JSON.stringify(sorted(state))));
  if (images.size > 1) violations.push(`the nodes do not agree after healing: ${images.size} machines`);
  return { violations, history: run.history, ok: run.ok, unknown: run.unknown, simulation };
}

/** The machine without the order in which keys were first written (a restart from a snapshot keeps it anyway). */
function sorted(state: RaftState): unknown {
  const { cells, sessions } = toImage(state.machine);
  const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return { commit: state.commit, cells: [...cells].sort(byText), sessions: [...sessions].sort(byText) };
}

async function client(run: Run, index: number, node: NodeId): Promise<void> {
  const { simulation, random } = run;
  let process = index;
  let seq = 0;
  while (!run.over) {
    await simulation.clock.sleep(1 + random.below(30));
    const outcome = await once(run, node, `c${process}`, ++seq);
    if (outcome === "unknown") {
      process += CLIENTS;
      seq = 0;
    }
  }
}

async function once(run: Run, node: NodeId, name: string, seq: number): Promise<string> {
  const { random, simulation } = run;
  const inv = run.events++;
  const key = `k${Math.floor(inv / (2 * OPS_PER_KEY))}`;
  const f = random.pick(["read", "read", "write", "cas"] as const);
  const value = f === "read" ? null : f === "write" ? ++run.value : [random.below(run.value + 1) || null, ++run.value];
  run.history.push(`${simulation.clock.nowNs()} ${name} ${node} ${f} ${key} ${JSON.stringify(value)}`);
  const deadline = new AbortController();
  const ended = new AbortController();
  const timeout = simulation.clock.sleep(1_000, ended.signal).then(() => deadline.abort("deadline"));
  const { type, result, error } = await simulation.cluster
    .request(node, { f, key, value, client: name, seq }, deadline.signal)
    .then(
      (body) => {
        const reply = parseReply(body);
        if (reply?.type === "ok") return { type: "ok", result: reply.value, error: "" };
        return { type: reply?.type ?? "info", result: undefined, error: reply?.error ?? "" };
      },
      (thrown: unknown) => {
        const refused = thrown instanceof RequestError && !thrown.sent;
        return { type: refused ? "fail" : "info", result: undefined, error: String(thrown) };
      },
    );
  ended.abort("ended");
  await timeout;
  const ret = run.events++;
  run.history.push(`${simulation.clock.nowNs()} ${name} ${type} ${JSON.stringify(result ?? null)} ${error}`);
  const calls = run.calls.get(key) ?? [];
  run.calls.set(key, calls);
  if (type === "ok") calls.push({ f, value: f === "read" ? (result ?? null) : value, inv, ret, outcome: "ok" });
  else if (error === "mismatch") calls.push({ f, value, inv, ret, outcome: "mismatch" });
  else if (type === "info") calls.push({ f, value, inv, ret: Number.POSITIVE_INFINITY, outcome: "unknown" });
  if (type === "ok") run.ok++;
  if (type === "info" && f !== "read") run.unknown++;
  return type === "info" ? "unknown" : type;
}

async function nemesis(run: Run, options: ChaosOptions): Promise<void> {
  const { random, simulation } = run;
  const { clock } = simulation;
  const kinds = options.faults ?? ["partition", "kill", "pause", "clock", "packet"];
  const interval = options.intervalMs ?? 600;
  const end = clock.nowNs() + (options.durationMs ?? 8_000) * 1e6;
  await clock.sleep(600);
  while (clock.nowNs() < end) {
    const kind = kinds.length === 0 ? undefined : random.pick(kinds);
    if (kind !== undefined) await strike(run, kind);
    await clock.sleep(interval / 2 + random.below(interval));
    if (random.chance(1, 2)) await relieve(run, kinds);
  }
  await relieve(run, ["partition", "kill", "pause", "clock", "packet"]);
}

async function strike(run: Run, kind: Fault): Promise<void> {
  const { random, simulation } = run;
  const { cluster } = simulation;
  const some = random.shuffle(cluster.nodes).slice(0, 1 + random.below(cluster.nodes.length));
  const one = some[0] as NodeId;
  switch (kind) {
    case "partition":
      await cluster.cut(grudge(random, cluster.nodes));
      break;
    case "kill":
      await Promise.all(some.map((node) => cluster.signal(node, "kill")));
      if (random.chance(1, 2)) await Promise.all(some.map((node) => cluster.signal(node, "start")));
      break;
    case "pause":
      await cluster.signal(one, "pause");
      break;
    case "clock":
      await cluster.skew?.(one, { offsetMs: random.below(4_000) - 2_000, driftPpm: random.below(100_000) - 50_000 });
      break;
    case "packet":
      await cluster.disturb?.({
        lossPer10k: random.below(2_000),
        duplicatePer10k: random.below(3_000),
        reorderPer10k: random.below(3_000),
        // As long as an election now and then: candidates then meet in one term.
        delayMs: random.below(random.chance(1, 2) ? 20 : 300),
      });
      break;
  }
}

async function relieve(run: Run, kinds: readonly Fault[]): Promise<void> {
  const { cluster } = run.simulation;
  if (kinds.includes("partition")) await cluster.heal();
  if (kinds.includes("packet")) await cluster.disturb?.(undefined);
  for (const node of cluster.nodes) {
    if (kinds.includes("kill")) await cluster.signal(node, "start");
    if (kinds.includes("pause")) await cluster.signal(node, "resume");
    if (kinds.includes("clock")) await cluster.skew?.(node, { offsetMs: 0, driftPpm: 0 });
  }
}

/** Two sides, a bridge, a ring of majorities, or random links, sometimes in one direction only. */
function grudge(random: Rng, nodes: readonly NodeId[]): Grudge {
  const order = random.shuffle(nodes);
  const split = 1 + random.below(nodes.length - 1);
  const shape = random.below(4);
  const oneWay = random.chance(1, 3);
  const refuses = (a: number, b: number): boolean => {
    if (shape === 0 || shape === 1) return oneWay ? a < split && b >= split : a < split !== b < split;
    if (shape === 2) return a !== 0 && b !== 0 && a % 2 !== b % 2;
    return random.chance(1, 3);
  };
  return new Map(order.map((node, a) => [node, new Set(order.filter((_, b) => a !== b && refuses(a, b)))]));
}
