/**
 * How fast histories of queues, stacks, counters, locks, sets, lists and several registers are judged, checking alone; near-linear
 * where a row has no other word for it. Ten clients that are always busy work on a simulated object; one op in a hundred never
 * answers. Prints CPU time at three sizes, so that what is not linear shows.
 * Usage: npm run bench -- models [largest size] [part of a row's name]
 */
import { checkLinearizable, type LinearizableOptions, type ModelName } from "../checkers/linearizable/index.js";
import type { Key, Op } from "../src/core/op.js";
import { type Rng, rng } from "../src/core/rng.js";
import { type ColumnarHistory, historyOf } from "../src/history/index.js";

interface Request {
  readonly f: string;
  readonly value: unknown;
  readonly key?: Key;
}

/** An object that changes in place. */
interface Simulated {
  /** What a client does next, as its `count`-th op or so of all clients. */
  ask(client: number, count: number): Request;
  /** Does it; the completion's value, or WAIT. */
  act(request: Request): unknown;
}

interface Row {
  readonly name: string;
  readonly model: ModelName;
  readonly object: (random: Rng) => Simulated;
  /** In a thousand; default 10. */
  readonly crashes?: number;
  readonly options?: LinearizableOptions;
  /** Of the largest size; default 1. */
  readonly part?: number;
}

const CLIENTS = 10;
/** It cannot be done yet. */
const WAIT = Symbol("wait");

/** Puts and takes in turn, so that about `depth` elements are inside; one take in `empties` finds nothing, if any does. */
function bag(f: readonly [string, string], depth: number, last: boolean): (random: Rng) => Simulated {
  return (random) => {
    const items: unknown[] = [];
    let head = 0;
    let filling = true;
    return {
      ask: (_, count) => {
        const inside = items.length - head;
        if (inside >= depth) filling = false;
        else if (inside === 0) filling = true;
        const put = random.below(100) < (filling ? 65 : 35);
        return put ? { f: f[0], value: count + 1 } : { f: f[1], value: null };
      },
      act: ({ f: name, value }) => {
        if (name === f[0]) items.push(value);
        else if (items.length === head) return null;
        else return last ? items.pop() : items[head++];
        return value;
      },
    };
  };
}

function counter(random: Rng): Simulated {
  let total = 0;
  return {
    ask: () => ({ f: random.below(2) === 0 ? "read" : "increment", value: null }),
    act: ({ f }) => {
      if (f === "increment") total++;
      return f === "read" ? total : null;
    },
  };
}

/** A lock that is waited for: who has it releases it next. */
function mutex(): Simulated {
  const has = new Set<number>();
  let held = false;
  return {
    ask: (client) => {
      if (has.delete(client)) return { f: "release", value: null };
      has.add(client);
      return { f: "acquire", value: null };
    },
    act: ({ f }) => {
      if (f === "acquire" && held) return WAIT;
      held = f === "acquire";
      return null;
    },
  };
}

/** Each element is added once, looked for some times, and removed once. */
function elements(random: Rng): Simulated {
  const held = new Set<number>();
  const live: number[] = [];
  return {
    ask: (_, count) => {
      const kind = random.below(4);
      const some = live[random.below(Math.max(1, live.length))];
      if (kind === 0 || some === undefined) {
        live.push(count);
        if (live.length > 50) live.shift();
        return { f: "add", value: count };
      }
      if (kind > 1 || live.length < 20) return { f: "contains", value: some };
      live.splice(live.indexOf(some), 1);
      return { f: "remove", value: some };
    },
    act: ({ f, value }) => {
      if (f === "contains") return held.has(value as number);
      if (f === "add") held.add(value as number);
      else held.delete(value as number);
      return value;
    },
  };
}

/** Keys that are put to and read as a whole, each for `perKey` puts. */
function growing(put: string, perKey: number): (random: Rng) => Simulated {
  return (random) => {
    let key = 0;
    let puts = 0;
    const held = new Map<number, number[]>();
    return {
      ask: (_, count) => {
        if (random.below(2) === 0) return { f: "read", value: null, key };
        if (++puts % perKey === 0) key++;
        return { f: put, value: count, key };
      },
      act: ({ f, value, key: at }) => {
        const list = held.get(at as number) ?? [];
        held.set(at as number, list);
        if (f === "read") return [...list];
        list.push(value as number);
        return value;
      },
    };
  };
}

/** Transactions of one or two micro-ops on five registers. */
function registers(random: Rng): Simulated {
  const held = new Map<number, unknown>();
  return {
    ask: (_, count) => ({
      f: "txn",
      value: Array.from({ length: 1 + random.below(2) }, (__, i) =>
        random.below(2) === 0 ? ["r", random.below(5), null] : ["w", random.below(5), 2 * count + i],
      ),
    }),
    act: ({ value }) =>
      (value as [string, number, unknown][]).map(([kind, key, written]) => {
        if (kind === "w") held.set(key, written);
        return [kind, key, held.get(key) ?? null];
      }),
  };
}

const ROWS: readonly Row[] = [
  { name: "queue, up to 20 elements", model: "queue", object: bag(["enqueue", "dequeue"], 20, false) },
  { name: "queue, up to 10,000 elements", model: "queue", object: bag(["enqueue", "dequeue"], 10_000, false) },
  { name: "queue, no crash", model: "queue", object: bag(["enqueue", "dequeue"], 20, false), crashes: 0 },
  { name: "stack, up to 20 elements, no crash", model: "stack", object: bag(["push", "pop"], 20, true), crashes: 0 },
  {
    name: "stack, up to 1,000 elements, no crash",
    model: "stack",
    object: bag(["push", "pop"], 1000, true),
    crashes: 0,
  },
  { name: "stack, up to 20 elements", model: "stack", object: bag(["push", "pop"], 20, true) },
  { name: "stack, up to 20 elements, crashes", model: "stack", object: bag(["push", "pop"], 20, true), crashes: 100 },
  { name: "counter", model: "counter", object: counter },
  { name: "mutex", model: "mutex", object: mutex, crashes: 0 },
  { name: "set, each element added and removed once", model: "set", object: elements },
  { name: "set, only added to, read as a whole (50 a key)", model: "set", object: growing("add", 50) },
  { name: "list (50 elements a key)", model: "list", object: growing("append", 50) },
  { name: "multi-register (search)", model: "multi-register", object: registers, part: 0.1 },
];

/** The ops of a simulated object, lazily. */
function* simulate({ object, crashes = 10 }: Row, ops: number): Generator<Op> {
  const random = rng(1, "models");
  const simulated = object(random);
  const process = Array.from({ length: CLIENTS }, (_, i) => i);
  const request: (Request | undefined)[] = [];
  const answer: { value: unknown }[] = [];
  let begun = 0;
  let next = CLIENTS;
  // Ends with ops still open: the last to hold a lock lets nobody else have it.
  for (let index = 0; begun < ops; ) {
    const client = random.below(CLIENTS);
    const doing = request[client];
    const base = { time: index * 1000, process: process[client] as number };
    if (doing === undefined) {
      const asked = simulated.ask(client, begun++);
      request[client] = asked;
      yield { index: index++, ...base, type: "invoke", ...asked };
    } else if (answer[client] === undefined) {
      const value = simulated.act(doing);
      if (value !== WAIT) answer[client] = { value };
    } else {
      const { value } = answer[client] as { value: unknown };
      const crashed = random.below(1000) < crashes;
      delete answer[client];
      request[client] = undefined;
      yield { index: index++, ...base, ...doing, type: crashed ? "info" : "ok", value: crashed ? doing.value : value };
      if (crashed) process[client] = next++;
    }
  }
}

const largest = Number(process.argv[2] ?? 1_000_000);
for (const row of ROWS) {
  if (process.argv[3] !== undefined && !row.name.includes(process.argv[3])) continue;
  const cells: string[] = [];
  for (const size of [largest / 100, largest / 10, largest].map((ops) => Math.round(ops * (row.part ?? 1)))) {
    const history: ColumnarHistory = historyOf(simulate(row, size));
    let least = Number.POSITIVE_INFINITY;
    let found = "";
    for (let round = 0; round < (size > 1e5 ? 2 : 3); round++) {
      const began = process.cpuUsage();
      const { valid, method, summary } = checkLinearizable(history, { model: row.model, ...row.options });
      const { user, system } = process.cpuUsage(began);
      least = Math.min(least, (user + system) / 1000);
      found = `${valid}, ${method}${valid === true ? "" : `: ${summary.slice(0, 100)}`}`;
    }
    cells.push(`${size}: ${least.toFixed(0)} ms (${found})`);
  }
  process.stdout.write(`${row.name.padEnd(50)} ${cells.join("  ")}\n`);
}
