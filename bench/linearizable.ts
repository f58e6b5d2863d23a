/**
 * How fast linearizability is judged, checking alone: `npx tsx`-free, run with
 * `node scripts/build.mjs && node dist/bench/linearizable.js [rows…]`, or see `main` for the rows.
 * Histories come from a simulated register with clients that are always busy, so they are valid unless a row says otherwise.
 */
import { checkLinearizable, type LinearizableOptions } from "../checkers/linearizable/index.js";
import type { Op } from "../src/core/op.js";
import { rng } from "../src/core/rng.js";
import { type ColumnarHistory, createHistoryParser, formatOp, historyOf } from "../src/history/index.js";

export interface Load {
  readonly ops: number;
  readonly clients: number;
  /** Keys; each op goes to a random one. 0: no keys. */
  readonly keys: number;
  /** Of 100 ops, so many never answer. */
  readonly infoPercent: number;
  /** Ops in percent: reads, writes, the rest cas. */
  readonly reads: number;
  readonly writes: number;
  /** Of 100 cas, so many expect a value that was there before. */
  readonly stalePercent: number;
  /** 0: every write writes a new value; else values are below this. */
  readonly values: number;
  readonly seed: number;
}

interface Client {
  process: number;
  op: Op | undefined;
  applied: boolean;
  result: unknown;
  ok: boolean;
}

/** The ops of a simulated register, lazily. */
export function* simulate(load: Load): Generator<Op> {
  const random = rng(load.seed, "register");
  const states = new Map<number, number | null>();
  const olds = new Map<number, number | null>();
  const clients = Array.from(
    { length: load.clients },
    (_, process): Client => ({ process, op: undefined, applied: false, result: null, ok: true }),
  );
  let nextProcess = load.clients;
  let nextValue = 1;
  let begun = 0;
  let index = 0;
  let time = 0;
  const apply = (client: Client, op: Op): void => {
    const key = (op.key ?? 0) as number;
    const state = states.get(key) ?? null;
    client.applied = true;
    client.ok = true;
    client.result = op.value;
    if (op.f === "read") client.result = state;
    else if (op.f === "write" || state === (op.value as number[])[0]) {
      olds.set(key, state);
      states.set(key, (op.f === "write" ? op.value : (op.value as number[])[1]) as number);
    } else client.ok = false;
  };
  let open = 0;
  while (begun < load.ops || open > 0) {
    time += 1 + random.below(20_000);
    const client = clients[random.below(load.clients)] as Client;
    const { op } = client;
    if (op === undefined) {
      if (begun === load.ops) continue;
      begun++;
      open++;
      const key = load.keys === 0 ? 0 : random.below(load.keys);
      const kind = random.below(100);
      const written = load.values === 0 ? nextValue++ : random.below(load.values);
      const expected = random.below(100) < load.stalePercent ? olds.get(key) : states.get(key);
      const f = kind < load.reads ? "read" : kind < load.reads + load.writes ? "write" : "cas";
      const value = f === "read" ? null : f === "write" ? written : [expected ?? null, written];
      client.op = {
        index: index++,
        time,
        process: client.process,
        type: "invoke",
        f,
        value,
        ...(load.keys === 0 ? {} : { key }),
        node: `n${1 + (client.process % 5)}`,
      };
      client.applied = false;
      yield client.op;
      continue;
    }
    if (!client.applied) {
      apply(client, op);
      if (random.below(100) < 70) continue;
    }
    open--;
    client.op = undefined;
    const crashed = random.below(100) < load.infoPercent;
    const type = crashed ? "info" : client.ok ? "ok" : "fail";
    const error = crashed ? { error: "timeout" } : client.ok ? {} : { error: "mismatch" };
    yield { ...op, index: index++, time, type, value: crashed ? op.value : client.result, ...error };
    if (crashed) client.process = nextProcess++;
  }
}

const register: Load = {
  ops: 1e6,
  clients: 30,
  keys: 0,
  infoPercent: 5,
  reads: 50,
  writes: 50,
  stalePercent: 0,
  values: 0,
  seed: 1,
};
const cas: Load = { ...register, reads: 35, writes: 30, stalePercent: 20 };
const hard: Load = { ...cas, ops: 1e4, values: 5, reads: 34, writes: 33, stalePercent: 50 };

const ROWS: Readonly<
  Record<string, { readonly load: Load; readonly options?: LinearizableOptions; readonly target: string }>
> = {
  "register 1M, one key, 30 clients, 5 % info": { load: register, target: "0.15 s" },
  "register 100k, one key": { load: { ...register, ops: 1e5 }, target: "" },
  "cas-register unique 1M, one key, mismatches": { load: cas, target: "0.5 s" },
  "register 1M over 100 keys": { load: { ...register, keys: 100 }, target: "0.2 s" },
  "register 1M over 10,000 keys": { load: { ...register, keys: 10_000 }, target: "0.2 s" },
  "cas 5 values, 10k, 10 clients, 5 % info": { load: { ...hard, clients: 10 }, target: "seconds" },
  "cas 5 values, 10k, 10 clients, 30 % info": { load: { ...hard, clients: 10, infoPercent: 30 }, target: "seconds" },
  "cas 5 values, 10k, 30 clients, 5 % info": { load: { ...hard, clients: 30 }, target: "seconds" },
  "cas 5 values, 10k, 30 clients, 30 % info": { load: { ...hard, clients: 30, infoPercent: 30 }, target: "seconds" },
};

/** CPU time, so that other work on the machine does not count. */
function milliseconds(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

function parseRow(print: (line: string) => void): void {
  const encoder = new TextEncoder();
  const chunks: Uint8Array[] = [];
  let lines = "";
  for (const op of simulate(register)) {
    lines += `${formatOp(op)}\n`;
    if (lines.length > 1 << 20) {
      chunks.push(encoder.encode(lines));
      lines = "";
    }
  }
  chunks.push(encoder.encode(lines));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const times = [1, 2, 3].map(() =>
    milliseconds(() => {
      const parser = createHistoryParser();
      for (const chunk of chunks) parser.push(chunk);
      parser.finish();
    }),
  );
  print(
    `parse 1M-op JSONL (${Math.round(bytes / 1e6)} MB): ${times.map((ms) => `${ms.toFixed(0)} ms`).join(", ")}; target well under 1 s`,
  );
}

/** Runs the rows whose names contain one of the words (all without any). */
export function main(words: readonly string[], print: (line: string) => void): void {
  const chosen = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
  for (const [name, { load, options, target }] of Object.entries(ROWS)) {
    if (!chosen(name)) continue;
    const history: ColumnarHistory = historyOf(simulate(load));
    const times: string[] = [];
    let found = "";
    for (let run = 0; run < 3; run++) {
      const ms = milliseconds(() => {
        const verdict = checkLinearizable(history, { model: "cas-register", ...options });
        found = `${verdict.valid}, ${verdict.method}, ${verdict.steps} steps`;
      });
      times.push(`${ms.toFixed(0)} ms`);
    }
    print(`${name}: ${times.join(", ")} (${found})${target === "" ? "" : `; target ${target}`}`);
  }
  if (chosen("parse 1M-op JSONL")) parseRow(print);
}

if (process.argv[1]?.includes("linearizable") === true)
  main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
