/** Runs a generator without an interpreter: for tests and for looking at what a schedule would do. Pure. */
import type { Context, Generator } from "../core/generator.js";
import type { NodeId, Op, Process, Thread } from "../core/op.js";

export interface SimulateOptions {
  readonly seed: number;
  readonly concurrency: number;
  readonly nodes?: readonly NodeId[];
  /** How long an op takes, and how it ends. */
  complete(op: Op): { readonly afterNs: number; readonly type: "ok" | "fail" | "info"; readonly value?: unknown };
  readonly maxOps?: number;
}

interface Running {
  readonly op: Op;
  readonly thread: Thread;
  readonly endNs: number;
}

/** The history a generator would make if ops took what `complete` says. Stops after `maxOps` invocations. */
export function simulate(generator: Generator, options: SimulateOptions): Op[] {
  const { seed, concurrency, nodes = ["n1", "n2", "n3"], maxOps = 10_000 } = options;
  const threads: Thread[] = [...Array.from({ length: concurrency }, (_, i) => i), "nemesis"];
  const processes = new Map<Thread, Process>(threads.map((thread) => [thread, thread]));
  const pinned = new Map<Thread, NodeId>();
  const running: Running[] = [];
  const history: Op[] = [];
  let nowNs = 0;
  let step = 0;
  let current = generator;
  const context = (): Context => ({
    nowNs,
    seed,
    step,
    threads,
    free: threads.filter((thread) => !running.some((one) => one.thread === thread)),
    process: (thread) => processes.get(thread) ?? thread,
    node: (thread) =>
      thread === "nemesis" ? undefined : (pinned.get(thread) ?? nodes[thread % Math.max(1, nodes.length)]),
  });
  const record = (op: Op, thread: Thread): void => {
    history.push(op);
    current = current.update(context(), { op, thread });
  };
  const finishFirst = (): void => {
    running.sort((a, b) => a.endNs - b.endNs);
    const first = running.shift() as Running;
    nowNs = Math.max(nowNs, first.endNs);
    const { type, value } = options.complete(first.op);
    record({ ...first.op, index: history.length, time: nowNs, type, value: value ?? first.op.value }, first.thread);
    const process = processes.get(first.thread);
    if (type === "info" && typeof process === "number") processes.set(first.thread, process + concurrency);
  };
  while (step < maxOps) {
    const next = current.next(context());
    const firstEnd = Math.min(...running.map(({ endNs }) => endNs), Number.MAX_SAFE_INTEGER);
    if (next === "done" || next === "pending" || next.op.atNs > Math.max(nowNs, firstEnd)) {
      if (running.length > 0) finishFirst();
      else if (next === "done") break;
      else nowNs += 1_000_000;
      if (running.length === 0 && nowNs > 1e15) throw new Error("the generator waits for ever");
      continue;
    }
    const { thread, atNs, node, ...invocation } = next.op;
    nowNs = Math.max(nowNs, atNs);
    if (node !== undefined) pinned.set(thread, node);
    const at = context().node(thread);
    const op: Op = {
      index: history.length,
      time: nowNs,
      process: processes.get(thread) ?? thread,
      type: "invoke",
      ...invocation,
      ...(at === undefined ? {} : { node: at }),
    };
    current = next.rest;
    step++;
    running.push({ op, thread, endNs: nowNs + options.complete(op).afterNs });
    record(op, thread);
  }
  while (running.length > 0) finishFirst();
  return history;
}
