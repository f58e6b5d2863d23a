/** A failing run becomes a plan that repeats it, and the plan a small one that still fails, told as a story. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storyLines } from "../../../reports/story.js";
import type { Op } from "../../core/op.js";
import { themeOf } from "../../nemeses/swarm-themes.js";
import { registry } from "../../registry.js";
import { live } from "../live.js";
import { planRun, type RunRequest } from "../plan.js";
import { type PlanFile, parsePlanFile, requestOfPlan } from "../plan-file.js";
import { countFaults, cuts, START } from "./cuts.js";
import { planOfRun } from "./from-run.js";
import { fails, shrink } from "./shrink.js";

const context = { registry, version: "0", now: new Date(0), dockerAnswers: async () => false };
const nobody = new AbortController().signal;

async function record(request: RunRequest) {
  const plan = await planRun({ ...request, runtime: "simulation" }, context);
  const nothing = (): void => undefined;
  const lived = await live({
    ...{ plan, runId: "t", signal: nobody, leaveRunning: false, record: nothing, phase: nothing, line: nothing },
  });
  return { spec: plan.spec, ops: lived.ops, finalNs: lived.outcome.finalNs };
}

/** An event, to the microsecond; of a fault only that it was: a plan names the nodes. */
const line = ({ time, process, type, f, key, value, error, node }: Op): string =>
  process === "nemesis" ? `${time} ${type} ${f}` : JSON.stringify([time, process, type, f, key, value, error, node]);

/** Without the faults that were not applied: a plan leaves them out. */
function applied(ops: readonly Op[]): readonly Op[] {
  const end = (i: number): Op | undefined =>
    ops.slice(i).find(({ process, type }) => process === "nemesis" && type !== "invoke");
  return ops.filter(({ process }, i) => process !== "nemesis" || end(i)?.error === undefined);
}

/** The first seed of each theme of the swarm. */
const themed = ["wrong-clocks", "moving-cut", "forgetful-voters"].map((name) => {
  let seed = 1;
  while (themeOf(seed)?.name !== name) seed++;
  return seed;
});

describe("a plan made of a run", () => {
  it.each([
    ...[1, 2, 3, 8, 10, 12, ...themed].map((seed) => [{ system: "kv-raft", nemesis: "swarm", seed }] as const),
    [{ system: "kv-async", workload: "set", nemesis: "swarm", seed: 2 }],
    [{ system: "kv-quorum", nemesis: "partition,kill,clock,packet", nemesisIntervalMs: 600, seed: 4 }],
  ] as const)("repeats it event by event: %j", async (request) => {
    const run = await record({ ...request, timeLimitMs: 4_000 });
    const plan = parsePlanFile(JSON.parse(JSON.stringify(planOfRun(run))), "plan");
    expect(countFaults(plan)).toBeGreaterThan(0);
    const again = await record(requestOfPlan(plan));
    const main = (ops: readonly Op[]): string[] =>
      applied(ops)
        .filter(({ time }) => time < run.spec.timeLimitMs * 1e6)
        .map(line);
    expect(main(again.ops)).toEqual(main(run.ops));
  });
});

const arbitraryPlan: fc.Arbitrary<PlanFile> = fc
  .record({
    ops: fc.array(
      fc.record({
        atMs: fc.nat(3000),
        client: fc.nat(9),
        f: fc.constantFrom("read", "write"),
        key: fc.nat(3),
        value: fc.nat(),
      }),
      { maxLength: 12 },
    ),
    faults: fc.array(
      fc.record({
        atMs: fc.nat(3000),
        f: fc.constantFrom("kill", "start", "pause", "resume"),
        value: fc.constant(null),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ ops, faults }) => ({
    ...{ plan: 1 as const, system: "kv-raft", systemOpts: {}, workload: "register", workloadOpts: {}, nodes: 5 },
    ...{ concurrency: 10, timeLimitMs: 3000, opTimeoutMs: 1000, seed: 1, ops, faults },
  }));

/** What may never grow. */
const sizes = ({ ops = [], faults, timeLimitMs, concurrency, network = {} }: PlanFile): number[] => [
  ops.length,
  faults.length,
  timeLimitMs,
  concurrency,
  Object.keys(network).length,
];

describe("cuts", () => {
  it("property: only make a plan smaller, and going on with the first one always ends", () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        let [current, cursor] = [plan, START];
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThan(2_000);
          const [first] = cuts(current, cursor);
          if (first === undefined) break;
          const [before, after] = [sizes(current), sizes(first.plan)];
          expect(after.every((size, i) => size <= (before[i] as number))).toBe(true);
          current = first.plan;
          cursor = first.next;
        }
        // Everything was accepted, so nothing is left.
        expect(current.ops).toEqual([]);
        expect(current.faults).toEqual([]);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it("property: end also when nothing is accepted", () => {
    fc.assert(
      fc.property(arbitraryPlan, (plan) => {
        expect([...cuts(plan, START)].length).toBeLessThan(400);
      }),
      { numRuns: 30, seed: 2 },
    );
  });
});

describe("shrink", () => {
  it("cuts a random failing run of hundreds of ops down to a story", async () => {
    // Not one seed by name: which ones fail changes with every change of the swarm.
    const planOf = async (seed: number): Promise<PlanFile> => {
      const request = {
        system: "kv-raft",
        systemOpts: { bug: "local-reads" },
        nemesis: "swarm",
        timeLimitMs: 10_000,
        seed,
      };
      return planOfRun(await record(request));
    };
    let seed = 3;
    let whole = await planOf(seed);
    while (!(await fails(whole, "linearizable", context)) && seed < 40) whole = await planOf(++seed);
    expect(whole.ops?.length).toBeGreaterThan(300);
    const options = { plan: whole, checker: "linearizable", context, signal: nobody, progress: () => undefined };
    const { plan, runs } = await shrink({ ...options, maxRuns: 500 });
    expect(runs).toBeLessThanOrEqual(500);
    if (plan === undefined) throw new Error("the plan of the run did not fail again");
    expect(countFaults(plan)).toBeLessThanOrEqual(3);
    expect(plan.ops?.length).toBeLessThanOrEqual(6);
    expect(new Set(plan.ops?.map(({ client }) => client)).size).toBeLessThanOrEqual(3);
    expect(await fails(plan, "linearizable", context)).toBe(true);
    // What it shows is the bug: without it the plan shows nothing.
    expect(await fails({ ...plan, systemOpts: {} }, "linearizable", context)).toBe(false);
    const small = await record(requestOfPlan(plan));
    const verdict = { valid: false as const, summary: "not linearizable" };
    const story = storyLines({
      test: small.spec,
      results: { checkers: { linearizable: verdict }, finalNs: small.finalNs } as never,
      ops: small.ops,
    }).join("\n");
    expect(story).toMatch(/^kv-raft \(bug=local-reads\), register, 5 nodes, seed \d+: \d fault/);
    expect(story).toMatch(/\*\* n\d|\*\* cut/);
    expect(story).toMatch(/client \d at n\d writes \d+ to key \d+: acknowledged by n\d after/);
    expect(story).toMatch(/reads key \d+: (n\d answers|sees) /);
    expect(story).toMatch(/in the end {2}key \d+: /);
    expect(story).toMatch(/✗ linearizable: not linearizable/);
  });

  it("stays within its budget, and says so where the run does not fail", async () => {
    const run = await record({ nemesis: "none", timeLimitMs: 500, seed: 1 });
    const options = {
      plan: planOfRun(run),
      checker: "linearizable",
      context,
      signal: nobody,
      progress: () => undefined,
    };
    expect(await shrink({ ...options, maxRuns: 50 })).toEqual({ plan: undefined, runs: 1 });
    expect(await shrink({ ...options, maxRuns: 0 })).toEqual({ plan: undefined, runs: 0 });
  });
});

describe("plan files", () => {
  const good = {
    ...{ plan: 1, system: "kv-raft", workload: "register", nodes: 5, concurrency: 2, timeLimitMs: 100, seed: 1 },
    faults: [{ atMs: 1, f: "kill", value: { targets: ["n1"] } }],
    ops: [{ atMs: 1, client: 0, f: "read", key: 1, value: null }],
  };

  it.each([
    [{ plan: 2 }, /at plan/],
    [{ nodes: 0 }, /at nodes/],
    [{ faults: "none" }, /at faults/],
    [{ faults: [{ atMs: -1, f: "kill", value: null }] }, /at faults\[0\]\.atMs/],
    [{ faults: [{ atMs: 1, f: "kill", value: { tarjets: ["n1"] } }] }, /at faults\[0\]\.value/],
    [
      { faults: [{ atMs: 1, f: "start-partition", value: { grudge: { n1: "n2" } } }] },
      /faults\[0\]\.value\.grudge\.n1/,
    ],
    [{ ops: [{ atMs: 1, client: 2, f: "read", value: null }] }, /at ops\[0\]: client 2 of 2/],
    [{ more: 1 }, /more/],
  ])("refuses %j in one line", (change, message) => {
    expect(() => parsePlanFile({ ...good, ...change }, "p.json")).toThrow(message);
    expect(() => parsePlanFile({ ...good, ...change }, "p.json")).toThrow(/^p\.json: not a plan[^\n]*$/);
  });

  it.each([
    [{ faults: [{ atMs: 1, f: "explode", value: null }] }, /no nemesis answers to "explode"/],
    [{ faults: [{ atMs: 1, f: "kill", value: { targets: ["n9"] } }] }, /names node "n9"/],
    [{ ops: [{ atMs: 1, client: 0, f: "reed", value: null }] }, /an op "reed", which kv-raft does not have/],
    [{ system: "kv-rft" }, /Did you mean kv-raft/],
  ])("whose words nobody knows are refused: %j", async (change, message) => {
    await expect(planRun(requestOfPlan(parsePlanFile({ ...good, ...change }, "p.json")), context)).rejects.toThrow(
      message,
    );
  });
});
