/** What each combinator promises, seen in the histories it makes. */
import { describe, expect, it } from "vitest";
import type { Generator } from "../core/generator.js";
import type { Op } from "../core/op.js";
import {
  any,
  clients,
  each,
  finalReads,
  limit,
  listen,
  mix,
  nemesis,
  perKey,
  phases,
  repeat,
  spaced,
  stagger,
  unfold,
  until,
} from "./index.js";
import { simulate } from "./simulate.js";

const quick = { afterNs: 1_000_000, type: "ok" } as const;
const play = (generator: Generator, concurrency = 3, seed = 1): Op[] =>
  simulate(generator, { seed, concurrency, complete: () => quick });
const invocations = (history: Op[]): Op[] => history.filter(({ type }) => type === "invoke");
const reads = repeat(() => ({ f: "read", value: null }));
const counter = unfold(0, (n) => [{ f: "write", value: n }, n + 1]);

describe("leaves", () => {
  it("unfold hands each state on once", () => {
    const values = invocations(play(clients(limit(50, counter)))).map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it("each gives its ops in order and ends", () => {
    const drafts = [1, 2, 3].map((value) => ({ f: "write", value }));
    expect(invocations(play(clients(each(drafts)))).map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it("is the same for the same seed, and differs for another", () => {
    const run = (seed: number): string =>
      JSON.stringify(
        play(
          clients(
            limit(
              40,
              stagger(
                2,
                mix([
                  [1, reads],
                  [1, counter],
                ]),
              ),
            ),
          ),
          4,
          seed,
        ),
      );
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });

  it("asked twice, answers the same", () => {
    const generator = clients(
      stagger(
        10,
        mix([
          [1, reads],
          [2, counter],
        ]),
      ),
    );
    const context = {
      nowNs: 5,
      seed: 9,
      step: 3,
      threads: [0, 1, "nemesis" as const],
      free: [0, 1, "nemesis" as const],
      process: () => 0,
      node: () => "n1",
    };
    const first = generator.next(context);
    const second = generator.next(context);
    expect(typeof first === "string" ? first : first.op).toEqual(typeof second === "string" ? second : second.op);
  });
});

describe("flow", () => {
  it("until ends at its time and not before, even with nothing to do", () => {
    const history = play(until(1e9, clients(stagger(10, reads))));
    const last = invocations(history).at(-1)?.time ?? 0;
    expect(last).toBeLessThan(1e9);
    expect(last).toBeGreaterThan(0.8e9);
  });

  it("stagger keeps the mean rate over all threads, and slips instead of bursting", () => {
    const ops = invocations(play(until(10e9, clients(stagger(10, reads))), 5));
    expect(ops.length).toBeGreaterThan(850);
    expect(ops.length).toBeLessThan(1150);
    const slow = simulate(until(4e9, clients(stagger(10, reads))), {
      seed: 1,
      concurrency: 1,
      complete: (op) => ({ afterNs: op.time < 2e9 ? 1.9e9 : 1e6, type: "ok" }),
    });
    const after = invocations(slow).filter(({ time }) => time > 2e9 && time < 2.1e9);
    expect(after.length).toBeLessThan(30);
  });

  it("spaced waits from the end of the op before", () => {
    const history = simulate(
      until(
        20e9,
        nemesis(spaced(1000, each(Array.from({ length: 5 }, (_, i) => ({ f: "cut", value: i }))), () => true, "x", 0)),
      ),
      {
        seed: 1,
        concurrency: 1,
        complete: () => ({ afterNs: 0.5e9, type: "info" }),
      },
    );
    const times = invocations(history).map(({ time }) => time);
    expect(times[0]).toBe(1e9);
    for (let i = 1; i < 5; i++) expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBe(1.5e9);
  });

  it("phases wait until everything before has ended", () => {
    const history = simulate(clients(phases(limit(3, reads), limit(3, counter))), {
      seed: 1,
      concurrency: 3,
      complete: (op) => ({ afterNs: op.f === "read" ? 5e6 * (1 + Number(op.process)) : 1, type: "ok" }),
    });
    const lastRead = Math.max(...history.filter(({ f }) => f === "read").map(({ index }) => index));
    const firstWrite = history.find(({ f }) => f === "write")?.index ?? -1;
    expect(firstWrite).toBeGreaterThan(lastRead);
  });

  it("mix keeps to its weights", () => {
    const ops = invocations(
      play(
        clients(
          limit(
            3000,
            mix([
              [1, reads],
              [2, counter],
            ]),
          ),
        ),
      ),
    );
    const share = ops.filter(({ f }) => f === "write").length / ops.length;
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.73);
  });
});

describe("threads", () => {
  it("clients and nemesis keep apart, and any takes the earlier", () => {
    const faults = nemesis(spaced(100, each([{ f: "cut", value: 1 }]), () => true, "n", 0));
    const history = play(until(1e9, any(clients(stagger(10, reads)), faults)));
    for (const op of history) expect(op.process === "nemesis").toBe(op.f === "cut");
    const times = invocations(history).map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("any starves nobody", () => {
    const ops = invocations(play(limit(1000, any(clients(reads), clients(counter)))));
    const writes = ops.filter(({ f }) => f === "write").length;
    expect(writes).toBeGreaterThan(400);
    expect(writes).toBeLessThan(600);
  });

  it("a process that ends info is replaced", () => {
    const history = simulate(clients(limit(4, reads)), {
      seed: 1,
      concurrency: 1,
      complete: () => ({ afterNs: 1, type: "info" }),
    });
    expect(invocations(history).map(({ process }) => process)).toEqual([0, 1, 2, 3]);
  });
});

describe("perKey", () => {
  const load = perKey({ groupSize: 2, key: (i) => `k${i}`, generator: () => limit(5, counter), count: 6 });

  it("gives each key its own generator, whole, and only one group at a time", () => {
    const history = play(clients(load), 4);
    const byKey = new Map<unknown, Op[]>();
    for (const op of invocations(history)) byKey.set(op.key, [...(byKey.get(op.key) ?? []), op]);
    expect([...byKey.keys()].sort()).toEqual(["k0", "k1", "k2", "k3", "k4", "k5"]);
    for (const ops of byKey.values()) {
      expect(ops.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
      const groups = new Set(ops.map(({ process }) => Math.floor(Number(process) / 2)));
      expect(groups.size).toBe(1);
    }
  });
});

describe("finalReads", () => {
  const nodes = ["n1", "n2", "n3"];
  const main = limit(
    4,
    unfold(0, (n) => [{ f: "write", key: n % 2, value: n }, n + 1]),
  );

  /** Main phase, then the listener as a phase of its own, as the runner does it. */
  function run(complete: (op: Op) => { afterNs: number; type: "ok" | "fail" | "info" }, concurrency: number): Op[] {
    const heard = listen(clients(main), finalReads(nodes));
    let listener: Generator = heard.listener;
    let acting: Generator = heard;
    const both: Generator = {
      next: (context) => {
        const next = acting.next(context);
        if (next === "pending") return next;
        if (next === "done") {
          const last = clients(listener).next(context);
          if (typeof last !== "string") listener = last.rest;
          return typeof last === "string" ? last : { op: last.op, rest: both };
        }
        acting = next.rest;
        return { op: next.op, rest: both };
      },
      update: (context, event) => {
        acting = acting.update(context, event);
        listener =
          listener === heard.listener && "listener" in acting
            ? (acting as typeof heard).listener
            : listener.update(context, event);
        return both;
      },
    };
    return simulate(both, { seed: 1, concurrency, nodes, complete });
  }

  it("reads every key from every node, also with fewer threads than nodes", () => {
    for (const concurrency of [1, 2, 3, 5]) {
      const history = run(() => quick, concurrency);
      const seen = history
        .filter(({ f, type }) => f === "read" && type === "ok")
        .map(({ key, node }) => `${key}@${node}`);
      expect([...new Set(seen)].sort()).toEqual(["0@n1", "0@n2", "0@n3", "1@n1", "1@n2", "1@n3"]);
    }
  });

  it("tries a failed read again, and gives up in the end", () => {
    const history = run((op) => ({ afterNs: 1e6, type: op.f === "read" && op.node === "n2" ? "fail" : "ok" }), 3);
    const tries = invocations(history).filter(({ f, node, key }) => f === "read" && node === "n2" && key === 0);
    expect(tries.length).toBe(8);
  });
});
