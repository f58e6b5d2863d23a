/**
 * Checking transactions, alone: from columns in memory to the verdict. Goals for 1M transactions on 2 cores: list-append
 * 0.6 s, rw-register 1 s, with linearizable keys 2 s; invalid histories within 3 times the valid ones.
 *
 * Prints wall and, in brackets, CPU milliseconds of three rounds.
 * Usage: bench/elle.ts [transactions] [case]
 */

import { judgeListAppend } from "../checkers/elle/list-append.js";
import { readTxns } from "../checkers/elle/read-txns.js";
import { judgeRwRegister } from "../checkers/elle/rw-register.js";
import { type BigOptions, bigHistory } from "../checkers/elle/testing/big.js";
import type { TxnHistory } from "../checkers/elle/txn-history.js";
import type { RegisterOptions, TxnModel } from "../checkers/elle/types.js";
import { demandsOf } from "../checkers/elle/verdict.js";

const TXNS = Number(process.argv[2] ?? 1_000_000);
const ONLY = process.argv[3];
const ROUNDS = 3;

interface Case {
  readonly name: string;
  readonly history: Omit<BigOptions, "txns" | "seed">;
  readonly options?: RegisterOptions;
}

const far = { spoil: [0.1, 0.9] };
const both = (model: TxnModel, clients: number): Omit<BigOptions, "txns" | "seed"> => ({ model, clients });
const CASES: readonly Case[] = [
  { name: "list-append, 10 clients", history: both("list-append", 10) },
  { name: "list-append, 100 clients", history: both("list-append", 100) },
  {
    name: "list-append, 30 clients, serializable",
    history: both("list-append", 30),
    options: { consistency: "serializable" },
  },
  { name: "list-append, 30 clients, two stale reads far apart", history: { ...both("list-append", 30), ...far } },
  {
    name: "list-append, 30 clients, a read 30 versions back",
    history: { ...both("list-append", 30), spoil: [0.5], back: 30 },
  },
  { name: "rw-register, 10 clients", history: both("rw-register", 10) },
  { name: "rw-register, 100 clients", history: both("rw-register", 100) },
  {
    name: "rw-register, 10 clients, linearizable keys",
    history: both("rw-register", 10),
    options: { linearizableKeys: true },
  },
  {
    name: "rw-register, 100 clients, linearizable keys",
    history: both("rw-register", 100),
    options: { linearizableKeys: true },
  },
  { name: "rw-register, 30 clients, wfr keys", history: both("rw-register", 30), options: { wfrKeys: true } },
  {
    name: "rw-register, 30 clients, linearizable keys, two stale reads",
    history: { ...both("rw-register", 30), ...far },
    options: { linearizableKeys: true },
  },
];

function judge(txns: TxnHistory, model: TxnModel, options: RegisterOptions): string {
  const demands = demandsOf(options);
  const { valid, anomalyTypes } =
    model === "list-append" ? judgeListAppend(txns, demands) : judgeRwRegister(txns, demands, options);
  return `${valid} ${anomalyTypes.join(" ")}`;
}

for (const { name, history, options = {} } of CASES) {
  if (ONLY !== undefined && !name.includes(ONLY)) continue;
  const txns = bigHistory({ ...history, txns: TXNS, seed: 1 });
  const times: string[] = [];
  let verdict = "";
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    verdict = judge(txns, history.model, options);
    const { user, system } = process.cpuUsage(cpu);
    times.push(`${Math.round(performance.now() - began)} (${Math.round((user + system) / 1000)})`);
  }
  process.stdout.write(`${name.padEnd(62)} ${times.join(", ")}  ${verdict}\n`);
}

if (ONLY === undefined || ONLY === "ops") {
  for (const model of ["list-append", "rw-register"] as const) {
    const { history } = bigHistory({ ...both(model, 30), txns: TXNS / 10, seed: 1 });
    const ops = [...history];
    const pairs = ops.map((_, i) => history.pair(i));
    const held = {
      length: ops.length,
      op: (i: number) => ops[i] as never,
      pair: (i: number) => pairs[i] as number,
      [Symbol.iterator]: () => ops[Symbol.iterator](),
    };
    const began = performance.now();
    readTxns(held, model);
    process.stdout.write(
      `${model}: columns from ${TXNS / 10} transactions as objects: ${Math.round(performance.now() - began)} ms\n`,
    );
  }
}
