/** The registry workload in the simulation: sound nodes pass under everything, planted bugs of two systems are found. */
import { describe, expect, test } from "vitest";
import type { RegistryVerdict } from "../checkers/service-registry.js";
import { simulatedRun } from "./testing/simulated-run.js";

/** More by hand: REGISTRY_SEEDS=300. */
const SEEDS = Number(process.env["REGISTRY_SEEDS"] ?? 2);
const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);

describe.each(["kv-gossip", "kv-quorum", "kv-raft"])("%s", (system) => {
  test("is sound under a swarm of faults", async () => {
    for (const seed of seeds) {
      const run = await simulatedRun({ system, workload: "registry", nemesis: "swarm", seed, timeLimitMs: 3_000 });
      const verdict = run.checkers["registry"] as RegistryVerdict;
      expect(verdict.valid, `seed ${seed}: ${verdict.summary}`).not.toBe(false);
      if (system === "kv-gossip") expect(verdict.leased).toBeGreaterThan(0);
    }
  });
});

test.each([
  ["kv-gossip", "never-expires", "neverExpired"],
  ["kv-gossip", "comes-back", "cameBack"],
  ["kv-quorum", "resurrected-deletes", "cameBack"],
] as const)("%s with the planted bug %s is found out", async (system, bug, field) => {
  const request = { system, workload: "registry", nemesis: "partition", seed: 1, timeLimitMs: 3_000 };
  const run = await simulatedRun({ ...request, systemOpts: { bug } });
  const verdict = run.checkers["registry"] as RegistryVerdict;
  expect(verdict.valid).toBe(false);
  expect(verdict[field]).toBeGreaterThan(0);
  const sound = await simulatedRun(request);
  expect(sound.checkers["registry"]?.valid).toBe(true);
});
