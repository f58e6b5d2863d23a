/**
 * Runs one bundled node in a container: the same Program as in the simulation, with TCP, fsync and real timers around it.
 * Bundled into one script that needs nothing but Node.js.
 */
import { randomInt } from "node:crypto";
import { programsOf } from "../../src/kv/modes.js";
import { Clients } from "./clients.js";
import { configOf } from "./config.js";
import { DiskLog } from "./disk.js";
import { Executor } from "./executor.js";
import { Peers } from "./peers.js";

function print(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function die(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const config = configOf(process.env);
  const nodes = [...config.peers.keys()];
  const program = programsOf(config.mode, config.options)(config.node, nodes);
  const disk = new DiskLog(config.dataDir);
  const lines = await disk.open();
  const peers = new Peers(config.node, config.peers, (from, body) => executor.deliver({ kind: "message", from, body }));
  const clients = new Clients(config.node, (id, body) => executor.deliver({ kind: "request", id, body }));
  const executor = new Executor(program, {
    disk,
    send: (to, body) => peers.send(to, body),
    reply: (id, body) => clients.reply(id, body),
    log: print,
    die,
    nowMs: () => Math.floor(performance.now()),
    wallMs: () => Date.now(),
  });
  print(`${config.node} starts as ${config.mode} ${JSON.stringify(config.options)} with ${lines.length} lines on disk`);
  executor.deliver({ kind: "start", disk: lines, seed: randomInt(2 ** 32) });
  await peers.start(config.listenHost);
  await clients.start(config.clients);
  print(`${config.node} listens`);
}

// PID 1 of a container gets no default action for signals.
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
process.on("uncaughtException", die);
process.on("unhandledRejection", die);
main().catch(die);
