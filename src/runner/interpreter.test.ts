/** The rules that verdicts rest on: what is recorded, when a process is over, and that nothing waits for a hung client. */
import { describe, expect, it } from "vitest";
import type { Generator } from "../core/generator.js";
import type { Completion, Invocation, NodeId, Op } from "../core/op.js";
import type { Client } from "../core/system.js";
import { clients, each, limit, nemesis, phases, repeat, unfold } from "../generators/index.js";
import { historyOf } from "../history/index.js";
import { realClock } from "../runtimes/docker/clock.js";
import { Interpreter } from "./interpreter.js";

interface Given {
  readonly invoke?: (op: Invocation, signal: AbortSignal, node: NodeId) => Promise<Completion>;
  readonly open?: (node: NodeId, signal: AbortSignal) => Promise<Client>;
  readonly nemesis?: (op: Invocation) => Promise<Completion>;
  readonly record?: (op: Op) => void;
  readonly concurrency?: number;
  readonly opTimeoutMs?: number;
}

function setUp(given: Given): { interpreter: Interpreter; history: Op[]; opened: NodeId[]; closed: NodeId[] } {
  const history: Op[] = [];
  const opened: NodeId[] = [];
  const closed: NodeId[] = [];
  const open = async (node: NodeId): Promise<Client> => {
    opened.push(node);
    return {
      invoke: (op, signal) => given.invoke?.(op, signal, node) ?? Promise.resolve({ type: "ok" }),
      close: async () => void closed.push(node),
    };
  };
  const interpreter = new Interpreter({
    nodes: ["n1", "n2"],
    concurrency: given.concurrency ?? 2,
    seed: 1,
    clock: realClock(),
    opTimeoutMs: given.opTimeoutMs ?? 50,
    open: given.open ?? open,
    nemesis: given.nemesis ?? (async () => ({ type: "info" })),
    record: (op) => {
      history.push(op);
      given.record?.(op);
    },
    hungGraceMs: 30,
    backoffMs: 5,
  });
  return { interpreter, history, opened, closed };
}

const writes = unfold(1, (n) => [{ f: "write", key: 0, value: n }, n + 1]);
const reads = repeat(() => ({ f: "read", key: 0, value: null }));
const some = (count: number): Generator => clients(limit(count, writes));

describe("interpreter", () => {
  it("records well-formed histories: every invocation ended, times in order, nodes pinned", async () => {
    const { interpreter, history } = setUp({ concurrency: 4 });
    await interpreter.run(some(200));
    expect(history.length).toBe(400);
    expect(() => historyOf(history)).not.toThrow();
    expect(history.map(({ index }) => index)).toEqual(history.map((_, i) => i));
    for (const { process, node } of history) expect(node).toBe(Number(process) % 2 === 0 ? "n1" : "n2");
  });

  it("records the invocation before the client sees it", async () => {
    const seen: number[] = [];
    const { interpreter, history } = setUp({
      invoke: async () => {
        seen.push(history.filter(({ type }) => type === "invoke").length);
        return { type: "ok" };
      },
      concurrency: 1,
    });
    await interpreter.run(some(3));
    expect(seen).toEqual([1, 2, 3]);
  });

  it("retires a process whose op ends info, and closes its client", async () => {
    let calls = 0;
    const { interpreter, history, opened, closed } = setUp({
      invoke: async () => (++calls === 1 ? { type: "info", error: "timeout" } : { type: "ok" }),
      concurrency: 1,
    });
    await interpreter.run(some(3));
    expect(history.filter(({ type }) => type === "invoke").map(({ process }) => process)).toEqual([0, 1, 1]);
    expect(opened.length).toBe(2);
    expect(closed.length).toBe(1);
  });

  it("calls what a client throws info, never fail: the op may have happened", async () => {
    const { interpreter, history } = setUp({ invoke: () => Promise.reject(new Error("socket hang up")) });
    await interpreter.run(some(1));
    expect(history[1]).toMatchObject({ type: "info", error: "socket hang up" });
  });

  it("gives a client that hangs past its deadline up, and its late answer changes nothing", async () => {
    let answer: (completion: Completion) => void = () => undefined;
    let calls = 0;
    const { interpreter, history } = setUp({
      invoke: () =>
        ++calls === 1
          ? new Promise((resolve) => {
              answer = resolve;
            })
          : Promise.resolve({ type: "ok" }),
      concurrency: 1,
    });
    await interpreter.run(some(2));
    answer({ type: "ok" });
    await Promise.resolve();
    expect(history.map(({ type }) => type)).toEqual(["invoke", "info", "invoke", "ok"]);
    expect(history[1]?.error).toMatch(/abandoned/);
  });

  it("lets a driver say how an aborted op ended, and opens a new connection afterwards", async () => {
    const { interpreter, history, opened } = setUp({
      invoke: (op, signal) =>
        op.f === "read"
          ? new Promise((resolve) =>
              signal.addEventListener("abort", () => resolve({ type: "fail", error: "timeout" })),
            )
          : Promise.resolve({ type: "ok" }),
      concurrency: 1,
    });
    await interpreter.run(clients(phases(limit(1, reads), limit(1, writes))));
    expect(history.map(({ type, process }) => `${type}${process}`)).toEqual(["invoke0", "fail0", "invoke0", "ok0"]);
    expect(opened.length).toBe(2);
  });

  it("records fail when no connection could be opened: nothing was sent", async () => {
    const { interpreter, history } = setUp({ open: () => Promise.reject(new Error("ECONNREFUSED")), concurrency: 1 });
    await interpreter.run(some(2));
    expect(history.map(({ type }) => type)).toEqual(["invoke", "fail", "invoke", "fail"]);
    expect(history[1]?.error).toBe("no connection: ECONNREFUSED");
    expect(history.every(({ process }) => process === 0)).toBe(true);
  });

  it("records fail when opening hangs, and closes a connection that arrives too late", async () => {
    const late: { resolve?: (client: Client) => void } = {};
    let closed = 0;
    const { interpreter, history } = setUp({
      open: () =>
        new Promise((resolve) => {
          late.resolve = resolve;
        }),
      concurrency: 1,
    });
    await interpreter.run(some(1));
    expect(history[1]).toMatchObject({ type: "fail", error: "no connection: timeout" });
    late.resolve?.({ invoke: async () => ({ type: "ok" }), close: async () => void closed++ });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toBe(1);
  });

  it("goes on with indices and processes in the next phase", async () => {
    const { interpreter, history } = setUp({ invoke: async () => ({ type: "info" }), concurrency: 1 });
    await interpreter.run(some(1));
    await interpreter.run(some(1));
    expect(history.map(({ index, process }) => [index, process])).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 1],
    ]);
  });

  it("stops invoking when asked, and lets what is under way end", async () => {
    const stop = new AbortController();
    const { interpreter, history } = setUp({
      record: () => {
        if (history.length === 50) stop.abort();
      },
      concurrency: 4,
    });
    await interpreter.run(clients(writes), stop.signal);
    expect(history.length).toBeLessThan(60);
    expect(() => historyOf(history)).not.toThrow();
    expect(history.filter(({ type }) => type === "invoke").length * 2).toBe(history.length);
  });

  it("ends with the error when the history cannot be written", async () => {
    const { interpreter, history } = setUp({
      record: () => {
        if (history.length === 10) throw new Error("disk full");
      },
    });
    await expect(interpreter.run(clients(writes))).rejects.toThrow("disk full");
  });

  it("keeps a nemesis that throws in the history", async () => {
    const { interpreter, history } = setUp({ nemesis: () => Promise.reject(new Error("no iptables")) });
    await interpreter.run(nemesis(each([{ f: "start-partition", value: null }])));
    expect(history[1]).toMatchObject({ process: "nemesis", type: "info", error: "no iptables" });
  });

  it("moves a client to another node as a new process", async () => {
    const { interpreter, history } = setUp({ concurrency: 1 });
    const moves = ["n1", "n2", "n2", "n1"].map((node) => ({ f: "read", value: null, node }));
    await interpreter.run(clients(each(moves)));
    const seen = history.filter(({ type }) => type === "invoke").map(({ node, process }) => `${process}@${node}`);
    expect(seen).toEqual(["0@n1", "1@n2", "1@n2", "2@n1"]);
  });
});

describe("a stalled event loop", () => {
  it("does not turn an answer that came in time into a time-out", async () => {
    const { connect } = await import("node:net");
    const { Worker } = await import("node:worker_threads");
    const answered = new Int32Array(new SharedArrayBuffer(4));
    // In a thread of its own, so that it answers while the loop here is stuck.
    const server = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       const answer = (socket) => socket.write("pong", () => Atomics.store(workerData, 0, 1));
       const server = require("node:net").createServer((socket) => socket.on("data", () => answer(socket)));
       server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: answered },
    );
    const port = await new Promise<number>((resolve) => server.once("message", resolve));
    const { interpreter, history } = setUp({
      concurrency: 1,
      opTimeoutMs: 100,
      invoke: (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve({ type: "info", error: "timeout" }));
          const socket = connect(port, "127.0.0.1", () => {
            socket.write("ping");
            // The loop is stuck while the answer comes in, until long after the deadline.
            const end = performance.now() + 300;
            while (performance.now() < end || Atomics.load(answered, 0) === 0);
          });
          socket.once("data", () => {
            socket.destroy();
            resolve({ type: "ok" });
          });
        }),
    });
    await interpreter.run(some(1));
    expect(history.map(({ type }) => type)).toEqual(["invoke", "ok"]);
    await server.terminate();
  });
});
