/** A user's own system, workload and checker: good ones count, broken ones are a clear line and unknown, never a green. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, runCli, scratch } from "../cli/testing/cli.js";
import type { CiResults, ContractResult } from "../core/contract.js";

const folder = scratch();
afterAll(() => folder.remove());

/** One simulated node that holds registers; each system but the first has a driver with one mistake. */
const CONFIG = `
import { defineConfig, finalReads, unfold } from "cap-test";
import { linearizableChecker, statsChecker } from "cap-test/checkers";

const program = () => ({
  init: () => ({}),
  step: (state, event) => {
    if (event.kind !== "request") return [state, []];
    const { f, key, value } = event.body;
    const next = f === "write" ? { ...state, [key]: value } : state;
    return [next, [{ kind: "reply", id: event.id, body: next[key] ?? null }]];
  },
});

const system = (name, { answer = (_, completion) => completion, open } = {}) => ({
  name, summary: name, promises: "nothing", defaultNodes: 1, minNodes: 1,
  runtimes: ["simulation"], ops: ["read", "write"], options: [],
  create: () => ({
    program,
    open: open ?? (async (cluster, node) => ({
      invoke: async (op, signal) => answer(op, { type: "ok", value: await cluster.request(node, op, signal) }),
      close: async () => {},
    })),
  }),
});

const workload = (name, generator, checkers = [linearizableChecker({ model: "register" }), statsChecker()]) => ({
  name, summary: name, needs: ["read", "write"], options: [],
  create: ({ nodes }) => ({ generator, final: finalReads(nodes), checkers, model: "register" }),
});
const ops = unfold(1, (n, random) => (random.below(2) === 0 ? [{ f: "read", key: 1, value: null }, n] : [{ f: "write", key: 1, value: n }, n + 1]));

const systems = [
  system("fine"),
  system("no-type", { answer: (op, { value }) => (op.f === "read" ? { value } : { type: "ok" }) }),
  system("nothing", { answer: (op, completion) => (op.f === "read" ? completion : undefined) }),
  system("no-value", { answer: (op, completion) => (op.f === "read" ? { type: "ok" } : completion) }),
  system("throws", { answer: () => { throw new Error("no luck"); } }),
  system("no-client", { open: async () => undefined }),
];
const workloads = [
  workload("own", ops),
  workload("generator-throws", { next: () => { throw new Error("no idea"); }, update() { return this; } }),
  workload("generator-nothing", { next: () => undefined, update() { return this; } }),
  workload("checker-nothing", ops, [{ name: "vague", check: () => undefined }]),
  workload("checker-throws", ops, [{ name: "shaky", check: (history) => { if (history.length > 0) throw new Error("ouch"); return { valid: true, summary: "" }; } }]),
];
const names = [...systems.map(({ name }) => [name, "own"]), ...workloads.slice(1).map(({ name }) => ["fine", name])];

export default defineConfig({
  systems,
  workloads,
  checkers: [{ name: "counted", check: (history) => ({ valid: true, summary: "counted", events: history.length }) }],
  defaults: { timeLimit: 1, rate: 100, concurrency: 2, nemesis: "none" },
  contracts: names.map(([system, workload]) => ({
    name: system === "fine" && workload !== "own" ? workload : system,
    system,
    workload,
    expect: workload.startsWith("checker") ? { valid: true } : { linearizable: true, events: "> 10" },
  })),
});
`;

let ended: Ended;
const contracts = new Map<string, ContractResult>();

beforeAll(async () => {
  writeFileSync(join(folder.path, "cap-test.config.mjs"), CONFIG);
  ended = await runCli(["ci", "--json"], folder.path, { CI: "", GITHUB_ACTIONS: "" });
  if (!ended.stdout.startsWith("{")) throw new Error(ended.stderr);
  for (const contract of (JSON.parse(ended.stdout) as CiResults).contracts) contracts.set(contract.name, contract);
}, 300_000);

describe("plug-ins", () => {
  it("that work are judged like the bundled ones, by a checker of one's own too", () => {
    const fine = contracts.get("fine");
    expect(fine?.why).toMatch(/linearizable is valid/);
    expect(fine).toMatchObject({ outcome: "passed", observed: { linearizable: true } });
    expect(fine?.observed["events"]).toBeGreaterThan(10);
    expect(fine?.attempts[0]?.repeat).toContain("--config cap-test.config.mjs");
  });

  it.each([
    ["no-type", /the client ended read with type undefined \(\d+ of \d+ ops\): fix the driver/],
    ["nothing", /the client answered write with undefined/],
    ["no-value", /the client ended read ok without a value/],
    ["throws", /linearizable must be valid, but nothing was proved/],
    ["no-client", /plugins: open\(\) returned undefined, which is no client/],
    ["generator-throws", /workload generator-throws: the generator threw: no idea/],
    ["generator-nothing", /the generator returned undefined, not "done", "pending"/],
    ["checker-nothing", /the checker vague returned no verdict/],
    ["checker-throws", /the checker shaky failed: ouch/],
  ])("%s is unknown, in one clear line", (name, why) => {
    const contract = contracts.get(name);
    expect(contract?.outcome).toBe("unknown");
    expect(`${contract?.why} ${contract?.error ?? ""}`).toMatch(why);
    expect(contract?.why).not.toContain("\n");
  });

  it("make the whole unknown: a broken environment's exit code, and no stack trace", () => {
    expect(ended.code).toBe(255);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });
});
