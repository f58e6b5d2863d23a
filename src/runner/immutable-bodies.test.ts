import { describe, expect, it } from "vitest";
import type { Program } from "../core/program.js";
import { registry } from "../registry.js";
import type { RunRequest } from "./plan.js";
import { historyDigest } from "./testing/histories.js";

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** Every body is frozen when it leaves and when it arrives: who changes one throws, and the run says so. */
function frozen(program: Program<unknown>): Program<unknown> {
  return {
    ...program,
    step: (state, event, nowMs) => {
      if (event.kind === "message" || event.kind === "request") freeze(event.body);
      const [next, effects] = program.step(state, event, nowMs);
      for (const effect of effects) if (effect.kind === "send" || effect.kind === "reply") freeze(effect.body);
      return [next, effects];
    },
  };
}

const copied = (program: Program<unknown>): Program<unknown> => ({ ...program, immutableBodies: false });

const common: RunRequest = {
  nemesis: "partition,kill,packet",
  nemesisIntervalMs: 500,
  timeLimitMs: 4_000,
  concurrency: "5",
  rate: 0,
  runtime: "simulation",
  seed: 5,
};

/** Small snapshots, so that logs are cut and machines sent. */
const RUNS: readonly RunRequest[] = [
  { ...common, system: "kv-raft", workload: "register", systemOpts: { "snapshot-entries": "50" } },
  { ...common, system: "kv-raft", workload: "set", systemOpts: { "snapshot-entries": "20", reads: "lease" }, seed: 6 },
];

describe("programs that promise never to change a body", () => {
  it("are all among those tried here", () => {
    const promising = registry.systems
      .filter(({ runtimes }) => runtimes.includes("simulation"))
      .filter((system) => system.create({}).program?.("n1", ["n1"]).immutableBodies === true);
    expect([...new Set(RUNS.map(({ system }) => system))].sort()).toEqual(promising.map(({ name }) => name).sort());
  });

  for (const request of RUNS) {
    it(`keep it: ${request.system}, ${request.workload}`, async () => {
      const [shared, kept, asOnTheWire] = [
        await historyDigest(request),
        await historyDigest(request, frozen),
        await historyDigest(request, copied),
      ];
      expect(shared).toContain(", whole, ");
      expect(kept).toBe(shared);
      expect(asOnTheWire).toBe(shared);
    });
  }

  it("would be found out", async () => {
    const vandal = (program: Program<unknown>): Program<unknown> => ({
      ...program,
      step: (state, event, nowMs) => {
        if (event.kind === "message") (event.body as { seen?: boolean }).seen = true;
        return program.step(state, event, nowMs);
      },
    });
    const found = await historyDigest({ ...common, timeLimitMs: 500 }, (program) => frozen(vandal(program))).catch(
      String,
    );
    expect(found).toMatch(/crashed by itself|did not|not extensible/);
  });
});
