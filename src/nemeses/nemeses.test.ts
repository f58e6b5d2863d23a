/** Nemeses against a cluster that notes what is asked of it: what is applied, what is recorded, what is healed. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../core/errors.js";
import { type FaultRecord, faultWindows } from "../core/fault.js";
import type { Nemesis, NemesisContext } from "../core/nemesis.js";
import type { Invocation, Op } from "../core/op.js";
import type { Cluster, Evidence, Grudge } from "../core/runtime.js";
import type { System } from "../core/system.js";
import { any, clients, repeat, stagger, until } from "../generators/index.js";
import { simulate } from "../generators/simulate.js";
import { faultSchedule, nemesisDefinitions, parseNemesis } from "./parse.js";
import { partitionNemesis } from "./partition.js";
import { killNemesis, pauseNemesis } from "./process.js";
import { type SwarmContext, swarmConditions, swarmNemesis } from "./swarm.js";
import { themeOf } from "./swarm-themes.js";

const READ = { f: "read", value: null };
const nodes = ["n1", "n2", "n3", "n4", "n5"];
const evidence = (facts: string[], proved = true): Evidence => ({ beganNs: 1, completeNs: 2, proved, facts });

function setUp(
  overrides: Partial<System> = {},
  startProved = true,
): { context: NemesisContext; calls: string[]; grudges: Grudge[] } {
  const calls: string[] = [];
  const grudges: Grudge[] = [];
  const cluster = {
    nodes,
    clock: { nowNs: () => 1, sleep: async () => undefined },
    cut: async (grudge: Grudge) => {
      grudges.push(grudge);
      return evidence(["dropped"]);
    },
    heal: async () => {
      calls.push("heal");
      return evidence(["healed"]);
    },
    signal: async (node: string, act: string) => {
      calls.push(`${act} ${node}`);
      return evidence([`${node} ${act}`], act !== "start" || startProved);
    },
  } as unknown as Cluster;
  const system = { name: "fake", ops: [], primaries: async () => ["n4"], ...overrides } as unknown as System;
  const signal = new AbortController().signal;
  return { context: { cluster, system, seed: 1, hurt: new Map(), recentKeys: () => [7], signal }, calls, grudges };
}

const recordOf = async (nemesis: Nemesis, op: Invocation, context: NemesisContext): Promise<FaultRecord> =>
  (await nemesis.invoke(op, context)).value as FaultRecord;

/** The ops a nemesis would be asked for in two minutes. */
const schedule = (nemesis: Nemesis): Op[] =>
  simulate(until(120e9, faultSchedule([nemesis], 5000)), {
    seed: 3,
    concurrency: 1,
    complete: () => ({ afterNs: 3e8, type: "info" }),
  }).filter(({ type }) => type === "invoke");

describe("partition", () => {
  it("begins and ends in turn, about an interval apart", () => {
    const ops = schedule(partitionNemesis([], 5));
    expect(ops.length).toBeGreaterThan(15);
    for (const [i, { f }] of ops.entries()) expect(f).toBe(i % 2 === 0 ? "start-partition" : "stop-partition");
    for (let i = 1; i < ops.length; i++) {
      const apartMs = ((ops[i]?.time ?? 0) - (ops[i - 1]?.time ?? 0)) / 1e6;
      expect(apartMs).toBeGreaterThan(4000);
      expect(apartMs).toBeLessThan(6500);
    }
  });

  it("comes at the same times and in the same kinds whatever is tested, so that systems can be compared", () => {
    const faultsBeside = (load: number, proofNs: number): unknown[] =>
      simulate(
        until(
          60e9,
          any(
            faultSchedule([partitionNemesis([], 5)], 5000),
            clients(
              stagger(
                load,
                repeat(() => READ),
              ),
            ),
          ),
        ),
        { seed: 3, concurrency: 3, complete: ({ f }) => ({ afterNs: f === "read" ? 1e6 : proofNs, type: "info" }) },
      )
        .filter(({ type, process }) => type === "invoke" && process === "nemesis")
        .map(({ time, f, value }) => [time, f, value]);
    const quiet = faultsBeside(500, 1e8);
    expect(quiet.length).toBeGreaterThan(8);
    expect(faultsBeside(20, 9e8)).toEqual(quiet);
  });

  it("lasts as long as it is told to, whatever the interval", () => {
    const history = simulate(until(60e9, killNemesis(["one"]).generator(500, 20)), {
      seed: 3,
      concurrency: 1,
      complete: () => ({ afterNs: 2e6, type: "info" }),
    }).filter(({ type }) => type === "invoke");
    expect(history.length).toBeGreaterThan(150);
    for (const [i, { f, time }] of history.entries()) {
      const apartMs = (time - (history[i - 1]?.time ?? 0)) / 1e6;
      expect(apartMs).toBeGreaterThan(f === "start" ? 11 : 390);
      expect(apartMs).toBeLessThan(f === "start" ? 30 : 610);
    }
  });

  it("lasts half its interval at least, however long it took to prove", () => {
    const history = simulate(until(60e9, faultSchedule([partitionNemesis([], 5)], 2000)), {
      seed: 3,
      concurrency: 1,
      complete: ({ f }) => ({ afterNs: f === "start-partition" ? 10e9 : 1e8, type: "info" }),
    });
    const proved = history.filter(({ f, type }) => f === "start-partition" && type !== "invoke");
    const healed = history.filter(({ f, type }) => f === "stop-partition" && type === "invoke");
    expect(healed.length).toBeGreaterThan(2);
    for (const [i, { time }] of healed.entries()) expect(time - (proved[i]?.time ?? 0)).toBeGreaterThanOrEqual(0.8e9);
  });

  it("without a kind, mixes all of them, one-way ones too", () => {
    const wanted = Array.from({ length: 8 }, (_, seed) =>
      simulate(until(120e9, faultSchedule([partitionNemesis([], 5)], 2000)), {
        seed,
        concurrency: 1,
        complete: () => ({ afterNs: 1e8, type: "info" }),
      }),
    ).flat();
    const plans = wanted
      .filter(({ f, type }) => f === "start-partition" && type === "invoke")
      .map(({ value }) => value as { shape: string; oneWay: boolean });
    expect(new Set(plans.map(({ shape }) => shape)).size).toBe(6);
    expect(new Set(plans.map(({ oneWay }) => oneWay)).size).toBe(2);
  });

  it.each([true, false])("without a kind, begins with a cut that has a minority side (leaders: %s)", (leaders) => {
    for (let seed = 0; seed < 20; seed++) {
      const [first] = simulate(until(10e9, faultSchedule([partitionNemesis([], 5, { leaders })], 2000)), {
        seed,
        concurrency: 1,
        complete: () => ({ afterNs: 1e8, type: "info" }),
      }).filter(({ f }) => f === "start-partition");
      const { shape, oneWay } = (first as Op).value as { shape: string; oneWay: boolean };
      expect(leaders ? ["primaries"] : ["one", "halves", "majority-minority"]).toContain(shape);
      expect(oneWay).toBe(false);
    }
  });

  it("isolates the leader of the keys under test, and records who refuses whom with the proof", async () => {
    let asked: readonly unknown[] = [];
    const { context, grudges } = setUp({
      primaries: async (_, keys) => {
        asked = keys;
        return ["n4", "n1"];
      },
    });
    const nemesis = partitionNemesis(["primaries"], 5);
    const record = await recordOf(
      nemesis,
      { f: "start-partition", value: { shape: "primaries", oneWay: false, pick: 1 } },
      context,
    );
    expect(asked).toEqual([7]);
    expect(record).toMatchObject({
      kind: "partition",
      phase: "begin",
      targets: ["n4"],
      proved: true,
      facts: ["dropped"],
    });
    expect(record.grudge).toMatchObject({ n4: ["n1", "n2", "n3", "n5"], n1: ["n4"] });
    expect(grudges.length).toBe(1);
  });

  it("cuts nothing, and says so, when there is no leader", async () => {
    const { context, grudges } = setUp({ primaries: async () => [] });
    const plan = { shape: "primaries", oneWay: false, pick: 1 };
    const completion = await partitionNemesis([], 5).invoke({ f: "start-partition", value: plan }, context);
    expect(completion.error).toMatch(/no current leader/);
    expect(grudges).toEqual([]);
  });

  it("names what kinds there are when it does not know one", () => {
    expect(() => partitionNemesis(["half"], 5)).toThrow(UsageError);
    expect(() => partitionNemesis(["bridge"], 2)).toThrow(/more nodes/);
    expect(partitionNemesis(["halves-one-way"], 5).fs).toContain("start-partition");
  });
});

describe("kill and pause", () => {
  it("start again exactly what was killed", async () => {
    const { context, calls } = setUp();
    const nemesis = killNemesis(["majority"]);
    const record = await recordOf(nemesis, { f: "kill", value: { shape: "majority", pick: 5 } }, context);
    expect(record.targets.length).toBe(3);
    await nemesis.invoke({ f: "start", value: null }, context);
    expect(calls.filter((call) => call.startsWith("start")).sort()).toEqual(
      record.targets.map((n) => `start ${n}`).sort(),
    );
    calls.length = 0;
    await nemesis.invoke({ f: "start", value: null }, context);
    expect(calls).toEqual([]);
  });

  it("try again a node that was not shown to be back", async () => {
    const { context, calls } = setUp({}, false);
    const nemesis = killNemesis(["one"]);
    await nemesis.invoke({ f: "kill", value: { shape: "one", pick: 5 } }, context);
    await nemesis.invoke({ f: "start", value: null }, context);
    await nemesis.invoke({ f: "start", value: null }, context);
    expect(calls.filter((call) => call.startsWith("start")).length).toBe(2);
  });

  it("keep off nodes that another fault holds", async () => {
    const { context } = setUp();
    const killed = await recordOf(killNemesis([]), { f: "kill", value: { shape: "majority", pick: 5 } }, context);
    const paused = await recordOf(pauseNemesis([]), { f: "pause", value: { shape: "all", pick: 5 } }, context);
    expect([...killed.targets, ...paused.targets].sort()).toEqual(nodes);
    const again = await pauseNemesis([]).invoke({ f: "pause", value: { shape: "one", pick: 5 } }, context);
    expect(again.error).toMatch(/no node was left/);
    await killNemesis([]).invoke({ f: "start", value: null }, context);
    expect([...context.hurt.keys()].sort()).toEqual([...paused.targets].sort());
  });

  it("pause the leader where asked", async () => {
    const { context, calls } = setUp();
    await pauseNemesis(["primaries"]).invoke({ f: "pause", value: { shape: "primaries", pick: 1 } }, context);
    expect(calls).toEqual(["pause n4"]);
  });

  it("refuse kinds they do not know", () => {
    expect(() => killNemesis(["leader"])).toThrow(UsageError);
  });
});

describe("a rhythm", () => {
  it("of bursts: so many faults in quick succession, and a longer rest before each burst", () => {
    const rhythm = { burst: { faults: 3, restMs: 6_000 } };
    const ops = simulate(until(60e9, killNemesis(["one"]).generator(200, 50, rhythm)), {
      seed: 3,
      concurrency: 1,
      complete: () => ({ afterNs: 1e6, type: "info" }),
    }).filter(({ type }) => type === "invoke");
    expect(ops.length).toBeGreaterThan(24);
    for (const [i, { f, time }] of ops.entries()) {
      expect(f).toBe(i % 2 === 0 ? "kill" : "start");
      const gapMs = (time - (ops[i - 1]?.time ?? 0)) / 1e6;
      const meanMs = i % 2 === 1 ? 50 : i % 6 === 0 ? 6_000 : 200;
      expect(gapMs).toBeGreaterThan(0.79 * meanMs);
      expect(gapMs).toBeLessThan(1.21 * meanMs);
    }
  });
});

describe("a fault that moves on", () => {
  it("begins again so many times, each time for as long, before it ends", () => {
    const nemesis = partitionNemesis(["primaries"], 5);
    const ops = simulate(until(60e9, nemesis.generator(4_000, 1_000, { moves: 2 })), {
      seed: 3,
      concurrency: 1,
      complete: () => ({ afterNs: 1e6, type: "info" }),
    }).filter(({ type }) => type === "invoke");
    expect(ops.length).toBeGreaterThan(16);
    for (const [i, { f, time }] of ops.entries()) {
      expect(f).toBe(i % 4 === 3 ? "stop-partition" : "start-partition");
      const gapMs = (time - (ops[i - 1]?.time ?? 0)) / 1e6;
      const meanMs = i % 4 === 0 ? 4_000 : 1_000;
      expect(gapMs).toBeGreaterThan(0.79 * meanMs);
      expect(gapMs).toBeLessThan(1.21 * meanMs);
    }
    expect(new Set(ops.filter(({ f }) => f === "start-partition").map(({ value }) => JSON.stringify(value))).size).toBe(
      ops.filter(({ f }) => f === "start-partition").length,
    );
  });
});

describe("a swarm's theme", () => {
  const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1);
  const all = { runtime: "simulation", leaders: true } as const;
  const familiesOf = (seed: number, about: Omit<SwarmContext, "seed"> = all, kinds: string[] = []): string =>
    swarmNemesis(kinds, 5, { seed, ...about })
      .fs.filter((f) => !/^(stop-|start$|resume$|reset-)/.test(f))
      .sort()
      .join(" ");
  const FAULTS: Readonly<Record<string, string>> = {
    "wrong-clocks": "skew-clock start-partition",
    "moving-cut": "start-partition",
    "forgetful-voters": "kill start-partition",
  };

  it("comes in one run of four, and brings its faults alone", () => {
    const names = SEEDS.flatMap((seed) => themeOf(seed)?.name ?? []);
    expect(names.length).toBeGreaterThan(50);
    expect(names.length).toBeLessThan(100);
    for (const name of Object.keys(FAULTS)) expect(names.filter((one) => one === name).length).toBeGreaterThan(8);
    for (const seed of SEEDS) {
      const theme = themeOf(seed);
      if (theme !== undefined) expect(familiesOf(seed)).toBe(FAULTS[theme.name]);
    }
  });

  it("is not played where a family is not allowed, nobody leads, or time is real: the run is an ordinary one then", () => {
    for (const seed of SEEDS) {
      const name = themeOf(seed)?.name;
      if (name === undefined) continue;
      expect(familiesOf(seed, all, ["kill", "pause"])).not.toContain("start-partition");
      const plans = (about: Omit<SwarmContext, "seed">): Op[] =>
        simulate(until(20e9, swarmNemesis([], 5, { seed, ...about }).generator(5_000)), {
          seed,
          concurrency: 1,
          complete: () => ({ afterNs: 5e6, type: "info" }),
        }).filter(({ type }) => type === "invoke");
      expect(plans({ ...all, runtime: "docker" })).not.toEqual(plans(all));
      const leaderless = plans({ ...all, leaders: false });
      expect(JSON.stringify(leaderless)).not.toContain("primaries");
      if (name === "forgetful-voters") expect(leaderless).toEqual(plans(all));
    }
  });
});

describe("a swarm", () => {
  const about = (seed: number) => ({ seed, runtime: "simulation", leaders: true }) as const;
  const plansOf = (seed: number): Op[] =>
    simulate(until(10e9, swarmNemesis([], 5, about(seed)).generator(5_000)), {
      seed,
      concurrency: 1,
      complete: () => ({ afterNs: 5e6, type: "info" }),
    }).filter(({ type }) => type === "invoke");

  it("is the same for the same seed, and another one for others", () => {
    const [first, again, other] = [plansOf(7), plansOf(7), plansOf(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("restarts nodes within an election, again and again, in some of its runs, but never a majority of them so", () => {
    let bouncing = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const plans = plansOf(seed);
      const kills = plans.flatMap(({ f, value, time }, i) => {
        const start = plans.slice(i).find((one) => one.f === "start");
        const { shape } = (value ?? {}) as { shape?: string };
        return f === "kill" && start !== undefined ? [{ shape, downMs: (start.time - time) / 1e6 }] : [];
      });
      if (kills.length < 30 || !kills.every(({ downMs }) => downMs < 40)) continue;
      bouncing++;
      for (const { shape } of kills) expect(["one", "minority", "primaries"]).toContain(shape);
    }
    expect(bouncing).toBeGreaterThan(5);
    expect(bouncing).toBeLessThan(30);
  });

  it("puts one node far away in some runs: what it sends, what it hears, or both", () => {
    const directions = new Set<string>();
    let ordinary = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { network } = swarmConditions(seed, nodes);
      expect(swarmConditions(seed, nodes).network).toEqual(network);
      const links = Object.keys(network).filter((field) => field.includes(">"));
      if (links.length === 0) ordinary++;
      const far = nodes.filter((node) => links.every((link) => link.split(">").includes(node)));
      if (links.length > 0) expect(far.length).toBe(1);
      const out = links.filter((link) => link.startsWith(`${far[0]}>`)).length;
      if (links.length > 0) directions.add(`${out} of ${links.length}`);
    }
    expect(ordinary).toBeGreaterThan(15);
    expect([...directions].sort()).toEqual(["0 of 4", "4 of 4", "4 of 8"]);
  });
});

describe("the option", () => {
  it("splits names and kinds", () => {
    expect(parseNemesis("partition:halves+bridge,kill")).toEqual([
      { name: "partition", kinds: ["halves", "bridge"] },
      { name: "kill", kinds: [] },
    ]);
    expect(parseNemesis("none")).toEqual([]);
    expect(() => parseNemesis("kill,kill:one")).toThrow(/twice/);
  });

  it("every kind that is listed can be made", () => {
    const about = { seed: 1, runtime: "simulation", leaders: true } as const;
    for (const { kinds, create } of nemesisDefinitions)
      for (const kind of kinds) expect(create([kind], 5, about)).toBeDefined();
  });

  it("combined faults keep their own schedules, and become windows", async () => {
    const { context } = setUp();
    const nemeses = [partitionNemesis([], 5), killNemesis([])];
    const history = simulate(until(60e9, faultSchedule(nemeses, 5000)), {
      seed: 3,
      concurrency: 1,
      complete: () => ({ afterNs: 1e8, type: "info" }),
    });
    const completions: Op[] = [];
    for (const op of history) {
      if (op.type === "invoke") continue;
      const nemesis = nemeses.find(({ fs }) => fs.includes(op.f)) as Nemesis;
      completions.push({ ...op, value: (await nemesis.invoke(op, context)).value });
    }
    const windows = faultWindows(completions);
    expect(new Set(windows.map(({ kind }) => kind))).toEqual(new Set(["partition", "kill"]));
    expect(windows.filter(({ kind }) => kind === "partition").length).toBeGreaterThan(3);
    expect(windows.every(({ proved }) => proved)).toBe(true);
  });
});
