/** Clients and a checker for the tests of registers: random ops under random faults, then a verdict on each key. */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import type { Call, Harness } from "./harness.js";

export interface Load {
  readonly seed: number;
  readonly ops: number;
  readonly keys: number;
  /** Longest pause between two ops; ms. */
  readonly pauseMs?: number;
  /** Called before each op. */
  disturb?(random: Rng, harness: Harness): void;
}

interface Client {
  name: string;
  seq: number;
  node: NodeId;
  call: Call | undefined;
}

const DEADLINE_MS = 1000;

/** Runs reads and unique writes on registers from six clients, one op each at a time. Returns the calls. */
export function runRegisters(harness: Harness, load: Load): readonly Call[] {
  const random = rng(load.seed, "clients");
  const begun = harness.calls.length;
  let names = 0;
  let value = 0;
  const clients = Array.from({ length: 6 }, (_, i): Client => {
    return { name: `c${names++}`, seq: 0, node: harness.nodes[i % harness.nodes.length] as NodeId, call: undefined };
  });
  for (let i = 0; i < load.ops; i++) {
    harness.run(random.below(load.pauseMs ?? 12));
    load.disturb?.(random, harness);
    const client = random.pick(clients);
    if (client.call !== undefined && client.call.reply === undefined) {
      if (harness.nowMs - client.call.askedMs < DEADLINE_MS) continue;
      // Its op is open: whoever goes on is somebody else.
      client.name = `c${names++}`;
      client.seq = 0;
    }
    const key = random.below(load.keys);
    const id = { client: client.name, seq: ++client.seq };
    const body = random.chance(1, 2) ? { f: "read", key, ...id } : { f: "write", key, value: ++value, ...id };
    client.call = harness.ask(client.node, body);
  }
  harness.run(2 * DEADLINE_MS);
  return harness.calls.slice(begun).filter(({ body }) => (body as { f: string }).f !== "status");
}

interface Zone {
  /** Earliest end and latest start among the write and the reads of one value. */
  end: number;
  start: number;
}

/**
 * The first violation of linearizability, in words, or undefined. Registers with unique values: Gibbons and Korach 1997,
 * quadratic and plain, so that it can be trusted without tests of its own size.
 */
export function violation(calls: readonly Call[], keys: number): string | undefined {
  for (let key = 0; key < keys; key++) {
    const found = violationOfKey(calls.filter(({ body }) => (body as { key?: unknown }).key === key));
    if (found !== undefined) return `key ${key}: ${found}`;
  }
  return undefined;
}

function violationOfKey(calls: readonly Call[]): string | undefined {
  const zones = new Map<unknown, Zone>([[null, { end: -1, start: -1 }]]);
  const read = new Set<unknown>();
  for (const { body, reply } of calls) {
    if ((body as { f: string }).f === "read" && reply?.type === "ok") read.add(reply.value);
  }
  for (const { body, reply, askedMs, repliedMs } of calls) {
    const { f, value } = body as { f: string; value?: unknown };
    if (f !== "write" || reply?.type === "fail") continue;
    const isOk = reply?.type === "ok";
    // Nobody knows when an open write ends; if nobody read it, it need not have happened.
    if (isOk || read.has(value)) zones.set(value, { end: isOk ? repliedMs : Number.POSITIVE_INFINITY, start: askedMs });
  }
  for (const { body, reply, askedMs, repliedMs } of calls) {
    if ((body as { f: string }).f !== "read" || reply?.type !== "ok") continue;
    const zone = zones.get(reply.value);
    if (zone === undefined) return `a read at ${askedMs} saw ${JSON.stringify(reply.value)}, which nobody wrote`;
    zone.end = Math.min(zone.end, repliedMs);
    zone.start = Math.max(zone.start, askedMs);
  }
  const all = [...zones];
  for (const [i, [a, x]] of all.entries()) {
    for (const [b, y] of all.slice(i + 1)) {
      const bothBackward = x.end >= x.start && y.end >= y.start;
      if (!bothBackward && x.end < y.start && y.end < x.start) return `${a} and ${b} were each seen before the other`;
    }
  }
  return undefined;
}

/** Cuts, kills and pauses at random, each ended after a while; about one in forty ops. */
export function turmoil(random: Rng, harness: Harness): void {
  const dice = random.below(240);
  const node = random.pick(harness.nodes);
  if (dice === 0) harness.isolate(node);
  else if (dice === 1) harness.isolate(node, random.pick(harness.nodes));
  else if (dice < 5) harness.heal();
  else if (dice < 7) harness.kill(node);
  else if (dice < 8) harness.pause(node);
  else if (dice < 20) mend(harness);
}

/** Ends what hurts processes. */
export function mend(harness: Harness): void {
  for (const node of harness.nodes) {
    harness.resume(node);
    harness.start(node);
  }
}
