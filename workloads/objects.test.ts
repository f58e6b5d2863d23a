/** The loads of the mutex, queue and counter workloads without a system, and whole runs of them in the simulation. */
import { describe, expect, test } from "vitest";
import type { LinearizableVerdict } from "../checkers/linearizable/index.js";
import type { Context } from "../src/core/generator.js";
import type { Op } from "../src/core/op.js";
import { clients } from "../src/generators/index.js";
import { simulate } from "../src/generators/simulate.js";
import { drain } from "./drain.js";
import { keyedOps } from "./keyed-ops.js";
import { lockOps } from "./lock-ops.js";
import { mutexOps } from "./mutex-ops.js";
import { simulatedRun } from "./testing/simulated-run.js";

const invocations = (history: readonly Op[]): readonly Op[] => history.filter(({ type }) => type === "invoke");
const CONTEXT: Context = {
  nowNs: 0,
  seed: 1,
  step: 0,
  threads: [],
  free: [],
  process: () => 0,
  node: () => undefined,
};

test("keyed ops: so many keys at a time, each retired after so many ops, and a number for each op alone", () => {
  const generator = keyedOps({ liveKeys: 2, opsPerKey: 5 }, (_key, unique) => ({ f: "enqueue", value: unique }));
  const complete = () => ({ afterNs: 1000, type: "ok" }) as const;
  const ops = invocations(simulate(clients(generator), { seed: 3, concurrency: 3, maxOps: 100, complete }));
  expect(ops.map(({ value }) => value)).toEqual(ops.map((_, i) => i + 1));
  const counts = new Map<unknown, number>();
  for (const { key } of ops) counts.set(key, (counts.get(key) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBe(5);
  expect([...counts.values()].filter((count) => count < 5).length).toBeLessThanOrEqual(2);
});

describe("mutex ops", () => {
  /** One holder a lock, as a lock should be. It is asked twice about each op, and answers the same. */
  function locks(): (op: Op) => "ok" | "fail" {
    const owners = new Map<unknown, unknown>();
    const told = new Map<number, "ok" | "fail">();
    return ({ f, key, value, index }) => {
      const known = told.get(index);
      if (known !== undefined) return known;
      const done = f === "acquire" ? !owners.has(key) : owners.get(key) === value;
      if (done && f === "acquire") owners.set(key, value);
      else if (done) owners.delete(key);
      told.set(index, done ? "ok" : "fail");
      return done ? "ok" : "fail";
    };
  }

  test("whoever holds a lock gives back this lock, not before its time, and takes no other meanwhile", () => {
    const take = locks();
    const history = simulate(clients(mutexOps({ locks: 2, holdMs: 5 })), {
      seed: 5,
      concurrency: 4,
      maxOps: 400,
      complete: (op) => ({ afterNs: 1_000_000, type: take(op) }),
    });
    const held = new Map<unknown, Op>();
    let releases = 0;
    for (const op of history) {
      const mine = held.get(op.process);
      if (op.type === "invoke") {
        expect(op.value).toBe(`p${op.process}`);
        expect(op.f).toBe(mine === undefined ? "acquire" : "release");
        if (mine === undefined) continue;
        expect(op.key).toBe(mine.key);
        expect(op.time - mine.time).toBeGreaterThanOrEqual(5e6);
      } else if (op.type === "ok" && op.f === "acquire") held.set(op.process, op);
      else if (op.type === "ok") {
        held.delete(op.process);
        releases++;
      }
    }
    expect(releases).toBeGreaterThan(30);
  });

  test("a lock that belongs to a crashed process is retired in the end; one whose release failed is released again", () => {
    const history = simulate(clients(mutexOps({ locks: 1, holdMs: 0 })), {
      seed: 5,
      concurrency: 2,
      maxOps: 60,
      complete: ({ f, key }) => ({ afterNs: 1000, type: f === "release" ? "fail" : key === 0 ? "info" : "ok" }),
    });
    // Nobody answers for lock 0, but nobody refuses it either: it stays.
    expect(new Set(history.map(({ key }) => key))).toEqual(new Set([0]));
    const refused = simulateRefusals();
    expect(refused.filter(({ key }) => key === 0)).toHaveLength(20);
    expect(refused.some(({ key }) => key === 1)).toBe(true);
  });

  test("a process that crashed in its release gives nothing back any more: the next one on its thread begins anew", () => {
    const history = simulate(clients(mutexOps({ locks: 1, holdMs: 0 })), {
      seed: 5,
      concurrency: 1,
      maxOps: 10,
      complete: ({ f }) => ({ afterNs: 1000, type: f === "release" ? "info" : "ok" }),
    });
    expect(invocations(history).map(({ f, process }) => `${f} ${process}`)).toEqual(
      [0, 1, 2, 3, 4].flatMap((process) => [`acquire ${process}`, `release ${process}`]),
    );
  });

  function simulateRefusals(): readonly Op[] {
    let generator = mutexOps({ locks: 1, holdMs: 0 });
    const asked: Op[] = [];
    for (let step = 0; step < 30; step++) {
      const context = { ...CONTEXT, step, threads: [0], free: [0] };
      const next = generator.next(context);
      if (typeof next === "string") break;
      const { f, key, value } = next.op;
      const op: Op = {
        index: step,
        time: step,
        process: 0,
        type: "invoke",
        f,
        value,
        ...(key === undefined ? {} : { key }),
      };
      asked.push(op);
      generator = next.rest.update(context, { op, thread: 0 });
      generator = generator.update(context, { op: { ...op, type: "fail", error: "held" }, thread: 0 });
    }
    return asked;
  }
});

describe("lock ops", () => {
  test("each process acquires, writes with the token it got, and releases; every second one pauses before it writes", () => {
    let tokens = 0;
    const told = new Map<number, number>();
    const history = simulate(clients(lockOps({ locks: 2, pauseMs: 50, write: "write" })), {
      seed: 5,
      concurrency: 3,
      maxOps: 300,
      complete: ({ f, index }) => {
        if (f === "acquire" && !told.has(index)) told.set(index, ++tokens);
        return { afterNs: 1_000_000, type: "ok", ...(f === "acquire" ? { value: told.get(index) } : {}) };
      },
    });
    const last = new Map<unknown, Op>();
    let paused = 0;
    let written = 0;
    for (const op of history) {
      const before = last.get(op.process);
      last.set(op.process, op);
      if (op.type !== "invoke" || before === undefined) continue;
      expect(op.f).toBe({ acquire: "write", write: "release", release: "acquire" }[before.f]);
      if (op.f !== "write") continue;
      expect(op.key).toBe(`guarded-${before.key}`);
      expect((op.value as unknown[])[0]).toBe(before.value);
      written++;
      if (op.time - before.time >= 50e6) paused++;
    }
    expect(paused / written).toBeGreaterThan(0.3);
    expect(paused / written).toBeLessThan(0.7);
  });
});

describe("drain", () => {
  function drained(elements: Record<string, number>, answer: "ok" | "fail" = "ok"): readonly Op[] {
    let generator = drain();
    for (const [i, key] of Object.keys(elements).entries()) {
      const op: Op = { index: i, time: i, process: 0, type: "invoke", f: "enqueue", key, value: i };
      generator = generator.update(CONTEXT, { op, thread: 0 });
    }
    const left = { ...elements };
    const told = new Map<number, unknown>();
    return simulate(clients(generator), {
      seed: 1,
      concurrency: 3,
      complete: ({ key, index }) => {
        const name = String(key);
        if (!told.has(index)) {
          told.set(index, (left[name] ?? 0) > 0 ? 7 : null);
          left[name] = (left[name] ?? 0) - 1;
        }
        return { afterNs: 1000, type: answer, value: told.get(index) };
      },
    });
  }

  test("takes from each queue until it is empty", () => {
    const history = drained({ a: 10, b: 0, c: 3 });
    for (const [key, count] of Object.entries({ a: 10, b: 0, c: 3 })) {
      const taken = history.filter((op) => op.key === key && op.type === "ok");
      expect(taken.filter(({ value }) => value !== null)).toHaveLength(count);
      expect(taken.some(({ value }) => value === null)).toBe(true);
    }
    expect(history.every(({ f }) => f === "dequeue")).toBe(true);
  });

  test("gives up a queue that does not answer", () => {
    const asked = invocations(drained({ a: 5 }, "fail")).length;
    expect(asked).toBeGreaterThanOrEqual(20);
    expect(asked).toBeLessThan(25);
  });
});

describe.each(["mutex", "queue", "counter"] as const)("%s in the simulation", (workload) => {
  const judged = (run: Awaited<ReturnType<typeof simulatedRun>>): LinearizableVerdict =>
    run.checkers["linearizable"] as LinearizableVerdict;

  test.each([
    [1, "partition"],
    [2, "partition:primaries,kill"],
    [3, "packet,pause"],
  ])("kv-raft is linearizable, seed %i, %s", async (seed, nemesis) => {
    const run = await simulatedRun({ system: "kv-raft", workload, nemesis, seed });
    expect(run.valid, run.summary).toBe(true);
    expect(judged(run).ops).toBeGreaterThan(200);
  });

  test("kv-async is not, once its primary is cut off", async () => {
    const request = { system: "kv-async", workload, nemesis: "partition:primaries", seed: 1 };
    const run = await simulatedRun({ ...request, nemesisIntervalMs: 3_000, timeLimitMs: 9_000 });
    expect(judged(run).valid, run.summary).toBe(false);
  });
});

test.each(["lock", "fenced"])(
  "locks that do not expire keep stale writes out of what they guard (guard=%s)",
  async (guard) => {
    const workloadOpts = { guard, "pause-ms": "100" };
    const run = await simulatedRun({
      system: "kv-raft",
      workload: "lock",
      workloadOpts,
      nemesis: "partition",
      seed: 1,
    });
    expect(run.valid, run.summary).toBe(true);
  },
);

test.each(["queue", "counter"])("a write that is executed twice is found by the %s", async (workload) => {
  const request = { system: "kv-raft", systemOpts: { bug: "no-dedup" }, workload, nemesis: "packet", seed: 1 };
  const run = await simulatedRun({ ...request, timeLimitMs: 12_000 });
  expect(run.checkers["linearizable"]?.valid, run.summary).toBe(false);
});
