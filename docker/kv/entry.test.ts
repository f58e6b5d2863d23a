/** Bundled nodes as real processes on 127.0.0.1: sockets, fsync, SIGKILL, SIGSTOP and restarts. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseReply, parseStatus, type Reply, type Status } from "../../src/kv/protocol.js";
import { LineSplitter } from "./lines.js";

const folder = mkdtempSync(join(tmpdir(), "kv-entry-"));
const script = join(folder, "entry.mjs");

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "entry.ts")],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node18",
    logLevel: "error",
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

interface Connected {
  readonly hello: string;
  ask(body: unknown): Promise<Reply>;
  close(): void;
}

function connect(port: number): Promise<Connected> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createConnection({ host: "127.0.0.1", port });
    const lines = new LineSplitter();
    const waiting = new Map<number, (reply: Reply) => void>();
    let lastId = 0;
    socket.setEncoding("utf8");
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
    socket.on("data", (chunk: string) => {
      for (const line of lines.push(chunk)) {
        const message = JSON.parse(line) as { hello?: string; id?: number; body?: unknown };
        if (message.hello !== undefined) {
          const ask = (body: unknown) =>
            new Promise<Reply>((answer) => {
              waiting.set(++lastId, answer);
              socket.write(`${JSON.stringify({ id: lastId, body })}\n`);
            });
          resolve({ hello: message.hello, ask, close: () => socket.destroy() });
        } else {
          const reply = parseReply(message.body);
          if (reply !== undefined) waiting.get(message.id ?? 0)?.(reply);
        }
      }
    });
  });
}

class Processes {
  readonly nodes: readonly string[];
  private readonly running = new Map<string, ChildProcess>();
  readonly output = new Map<string, string>();
  private seq = 0;

  private constructor(
    private readonly mode: string,
    private readonly options: Readonly<Record<string, string>>,
    private readonly dir: string,
    private readonly ports: readonly number[],
  ) {
    this.nodes = Array.from({ length: ports.length / 2 }, (_, i) => `n${i + 1}`);
  }

  static async start(mode: string, count: number, options: Readonly<Record<string, string>> = {}): Promise<Processes> {
    const dir = mkdtempSync(join(folder, "run-"));
    const processes = new Processes(mode, options, dir, await freePorts(2 * count));
    for (const node of processes.nodes) processes.spawn(node);
    await processes.settled();
    return processes;
  }

  /** Waits until all serve and hold the same data. */
  async settled(): Promise<void> {
    await this.eventually("all serve and hold the same data", async () => {
      const all = await Promise.all(this.nodes.map((node) => this.status(node)));
      return all.every((one) => one?.serving === true && one.pending === 0 && one.digest === all[0]?.digest);
    });
  }

  spawn(node: string): void {
    const at = this.nodes.indexOf(node);
    const env = {
      KV_NODE: node,
      KV_NODES: this.nodes.map((name, i) => `${name}=127.0.0.1:${this.ports[2 * i]}`).join(","),
      KV_MODE: this.mode,
      KV_OPTIONS: JSON.stringify(this.options),
      KV_DATA: join(this.dir, node),
      KV_LISTEN: "127.0.0.1",
      KV_CLIENT_PORT: String(this.ports[2 * at + 1]),
    };
    const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
    const note = (chunk: Buffer) => this.output.set(node, (this.output.get(node) ?? "") + chunk.toString());
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    this.running.set(node, child);
  }

  async kill(node: string): Promise<void> {
    const child = this.running.get(node);
    if (child === undefined) return;
    this.running.delete(node);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  signal(node: string, signal: "SIGSTOP" | "SIGCONT"): void {
    this.running.get(node)?.kill(signal);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.kill(node)));
  }

  connect(node: string): Promise<Connected> {
    return connect(this.ports[2 * this.nodes.indexOf(node) + 1] as number);
  }

  /** One request on a connection of its own; undefined without an answer in time. */
  async ask(node: string, body: object, limitMs = 5000): Promise<Reply | undefined> {
    const connected = await this.connect(node).catch(() => undefined);
    if (connected === undefined) return undefined;
    const done = new AbortController();
    try {
      const late = sleep(limitMs, undefined, { signal: done.signal }).catch(() => undefined);
      return await Promise.race([connected.ask(body), late]);
    } finally {
      done.abort();
      connected.close();
    }
  }

  /** Adds to the set until it is acknowledged. */
  async add(node: string, value: number): Promise<void> {
    await this.eventually(`${node} acknowledges ${value}`, async () => {
      const body = { f: "add", key: "s", value, client: `t${++this.seq}`, seq: 1 };
      return (await this.ask(node, body))?.type === "ok";
    });
  }

  async elements(node: string): Promise<readonly number[]> {
    const reply = await this.ask(node, { f: "read", key: "s" });
    return reply?.type === "ok" ? [...((reply.value ?? []) as number[])].sort((a, b) => a - b) : [];
  }

  async status(node: string): Promise<Status | undefined> {
    const reply = await this.ask(node, { f: "status" }, 1000);
    return reply?.type === "ok" ? parseStatus(reply.value) : undefined;
  }

  async primary(): Promise<string | undefined> {
    const all = await Promise.all([...this.running.keys()].map((node) => this.status(node)));
    return all.find((one) => one?.role === "primary" && one.serving)?.node;
  }

  /** No bound on how long something takes on a slow machine, but one on how long a failing test waits. */
  async eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await holds()) return;
      await sleep(50);
    }
    throw new Error(`never came to pass: ${what}\n${[...this.output].map(([n, o]) => `--- ${n}\n${o}`).join("\n")}`);
  }
}

let processes: Processes;
afterEach(() => processes.stop());

describe("kv-async as processes", () => {
  test("greets, serves through any node, and answers several requests of one connection", async () => {
    processes = await Processes.start("async", 3, { "failover-ms": "600000" });
    const connected = await processes.connect("n2");
    expect(connected.hello).toBe("n2");
    const replies = await Promise.all(
      [1, 2, 3].map((seq) => connected.ask({ f: "add", key: "s", value: seq, client: `c${seq}`, seq: 1 })),
    );
    expect(replies).toEqual([1, 2, 3].map(() => ({ type: "ok", by: "n1" })));
    connected.close();
    for (const node of processes.nodes) expect(await processes.elements(node)).toEqual([1, 2, 3]);
  });

  test("what was acknowledged outlives SIGKILL of all nodes at once", async () => {
    // No fail-over here: a node that starts late on a slow machine would be taken for dead, and what only it has discarded.
    processes = await Processes.start("async", 3, { "failover-ms": "600000" });
    for (let value = 0; value < 20; value++) await processes.add("n1", value);
    await processes.stop();
    for (const node of processes.nodes) processes.spawn(node);
    await processes.eventually("everything is back", async () => (await processes.elements("n1")).length === 20);
  });

  test("SIGKILL of the primary: another takes over; the old one comes back as a replica with the new data", async () => {
    processes = await Processes.start("async", 3);
    for (let value = 0; value < 10; value++) await processes.add("n3", value);
    // An acknowledged write that no replica has yet is lost with its primary: that is what asynchronous means.
    await processes.settled();
    await processes.kill("n1");
    await processes.eventually("a fail-over", async () => (await processes.primary()) !== undefined);
    await processes.add("n2", 10);
    processes.spawn("n1");
    await processes.eventually("n1 follows", async () => {
      const [one, leader] = [await processes.status("n1"), await processes.primary()];
      return one?.role === "replica" && one.primary === leader;
    });
    await processes.settled();
    expect((await processes.elements("n1")).length).toBe(11);
  });

  test("SIGSTOP of the primary: another takes over; woken up, the old one steps down", async () => {
    processes = await Processes.start("async", 3);
    await processes.add("n2", 1);
    processes.signal("n1", "SIGSTOP");
    await processes.eventually("a fail-over", async () => {
      const status = await processes.status("n2");
      return status !== undefined && status.epoch > 1 && status.serving;
    });
    processes.signal("n1", "SIGCONT");
    await processes.eventually("n1 steps down", async () => (await processes.status("n1"))?.role === "replica");
  });
});
