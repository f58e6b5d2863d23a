/**
 * Checking transactions, alone: from a history that has been read to the verdict. Goals for 1M transactions on 2 cores:
 * list-append 0.6 s, rw-register 1 s, with linearizable keys 2 s; invalid histories within 3 times the valid ones.
 *
 * Prints wall and, in brackets, CPU milliseconds of three rounds. The first one compiles the code: what a command takes.
 * Usage: bench/elle.ts [transactions] [case]
 */

import { checkListAppend, checkRwRegister, type RegisterOptions } from "../checkers/elle/index.js";
import { type BigOptions, bigHistory } from "../checkers/elle/testing/big.js";
import type { TxnModel } from "../checkers/elle/types.js";
import type { History } from "../src/core/history.js";
import { columnar } from "../src/history/index.js";

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

function judge(history: History, model: TxnModel, options: RegisterOptions): string {
  const check = model === "list-append" ? checkListAppend : checkRwRegister;
  const { valid, anomalyTypes } = check(history, options);
  return `${valid} ${anomalyTypes.join(" ")}`;
}

for (const { name, history, options = {} } of CASES) {
  if (ONLY !== undefined && !name.includes(ONLY)) continue;
  const read = columnar(bigHistory({ ...history, txns: TXNS, seed: 1 }).history);
  const times: string[] = [];
  let verdict = "";
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    verdict = judge(read, history.model, options);
    const { user, system } = process.cpuUsage(cpu);
    times.push(`${Math.round(performance.now() - began)} (${Math.round((user + system) / 1000)})`);
  }
  process.stdout.write(`${name.padEnd(62)} ${times.join(", ")}  ${verdict}\n`);
}
