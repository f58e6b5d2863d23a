/** Histories for tests: clients pinned to nodes that ask at a steady pace, a system that answers by rule, and faults. */
import type { FaultKind, FaultRecord } from "../../src/core/fault.js";
import type { NodeId, Op } from "../../src/core/op.js";
import { rng } from "../../src/core/rng.js";

/** How one op ends. `latencyMs` runs from its invocation. */
export interface Reply {
  readonly type: "ok" | "fail" | "info";
  readonly latencyMs: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly via?: NodeId;
}

/** An op as it is asked. `n` counts the ops of the run. */
export interface Ask {
  readonly f: string;
  readonly node: NodeId;
  readonly atMs: number;
  readonly n: number;
}

export interface Fault {
  readonly kind?: FaultKind;
  readonly shape?: string;
  readonly oneWay?: boolean;
  readonly sides?: readonly (readonly NodeId[])[];
  readonly grudge?: Readonly<Record<NodeId, readonly NodeId[]>>;
  readonly targets?: readonly NodeId[];
  readonly beginMs: number;
  /** Left out: it is never ended. */
  readonly endMs?: number;
  readonly proved?: boolean;
  readonly healProved?: boolean;
}

export interface Scenario {
  readonly nodes: readonly NodeId[];
  readonly durationMs: number;
  /** Clients, spread over the nodes in turn. Default: one per node. */
  readonly clients?: number;
  /** A client asks so often, if it is not stuck. Default 50. */
  readonly everyMs?: number;
  /** The f's, drawn evenly. (In turn, stuck clients could fall into step and never ask one of them.) */
  readonly fs?: readonly string[];
  readonly faults?: readonly Fault[];
  reply(ask: Ask): Reply;
}

export const FIVE: readonly NodeId[] = ["n1", "n2", "n3", "n4", "n5"];

/** A cut of some nodes from the rest. */
export function cut(minority: readonly NodeId[], beginMs: number, endMs?: number, nodes = FIVE): Fault {
  const rest = nodes.filter((node) => !minority.includes(node));
  const grudge: Record<NodeId, readonly NodeId[]> = {};
  for (const node of minority) grudge[node] = rest;
  for (const node of rest) grudge[node] = minority;
  const ended = endMs === undefined ? {} : { endMs };
  return { shape: "majority-minority", sides: [minority, rest], grudge, targets: minority, beginMs, ...ended };
}

/** The ops of a scenario, in the order of time. A process whose op ends info is replaced, as the interpreter does it. */
export function opsOf(scenario: Scenario): Op[] {
  const { nodes, durationMs, everyMs = 50, fs = ["read", "write"], faults = [] } = scenario;
  const clients = scenario.clients ?? nodes.length;
  const events: Omit<Op, "index">[] = [];
  const next = Array.from({ length: clients }, (_, client) => ({
    process: client,
    atMs: (client * everyMs) / clients,
  }));
  for (let n = 0; ; n++) {
    let client = 0;
    for (let i = 1; i < clients; i++) if ((next[i]?.atMs ?? 0) < (next[client]?.atMs ?? 0)) client = i;
    const { process, atMs } = next[client] as { process: number; atMs: number };
    if (atMs >= durationMs) break;
    const node = nodes[client % nodes.length] as NodeId;
    const f = rng(1, "f", n).pick(fs);
    const { type, latencyMs, value, error, via } = scenario.reply({ f, node, atMs, n });
    const asked = f === "read" ? null : n;
    events.push({ time: atMs * 1e6, process, type: "invoke", f, value: asked, node });
    const endMs = atMs + latencyMs;
    events.push({
      time: endMs * 1e6,
      process,
      type,
      f,
      value: value ?? asked,
      node,
      ...(error === undefined ? {} : { error }),
      ...(via === undefined ? {} : { via }),
    });
    next[client] = {
      process: type === "info" ? process + clients : process,
      atMs: Math.max(endMs, atMs + everyMs),
    };
  }
  for (const fault of faults) for (const op of faultOps(fault)) events.push(op);
  return ordered(events);
}

/** Sorted by time (ties as they were pushed) and numbered. */
export function ordered(events: readonly Omit<Op, "index">[]): Op[] {
  return events
    .map((op, at) => ({ op, at }))
    .sort((a, b) => a.op.time - b.op.time || a.at - b.at)
    .map(({ op }, index) => ({ ...op, index }));
}

/** The nemesis's four events: begin and end, asked and done. Cuts take 100 ms to bite and to heal. */
export function faultOps(fault: Fault): Omit<Op, "index">[] {
  const { kind = "partition", beginMs, endMs, proved = true, healProved = true, targets = [], ...rest } = fault;
  const { shape, oneWay, sides, grudge } = rest;
  const record = (phase: "begin" | "end", fromMs: number, isProved: boolean): FaultRecord => ({
    kind,
    phase,
    targets,
    beganNs: fromMs * 1e6,
    completeNs: (fromMs + 100) * 1e6,
    proved: isProved,
    facts: [],
    ...(shape === undefined ? {} : { shape }),
    ...(oneWay === undefined ? {} : { oneWay }),
    ...(sides === undefined ? {} : { sides }),
    ...(grudge === undefined ? {} : { grudge }),
  });
  const pair = (f: string, value: FaultRecord): Omit<Op, "index">[] => [
    { time: value.beganNs, process: "nemesis", type: "invoke", f, value: null },
    { time: value.completeNs, process: "nemesis", type: "info", f, value },
  ];
  return [
    ...pair(`start-${kind}`, record("begin", beginMs, proved)),
    ...(endMs === undefined ? [] : pair(`stop-${kind}`, record("end", endMs, healProved))),
  ];
}
