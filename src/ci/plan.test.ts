/** Contracts are understood before any is run: a misspelt name is found at once, in one line that names the contract. */
import { describe, expect, it } from "vitest";
import { extend } from "../config/extend.js";
import { type CheckedContract, configSchema } from "../config/schema.js";
import { registry } from "../registry.js";
import { planContracts } from "./plan.js";

function plan(contracts: readonly Partial<CheckedContract>[], defaults: Partial<CheckedContract> = {}, seed = 0) {
  const config = configSchema.parse({ defaults, contracts });
  return planContracts({
    extended: extend({ file: "c.yaml", config, lineOf: () => undefined }),
    version: "0",
    now: new Date(0),
    seed,
    dockerAnswers: () => Promise.resolve(false),
  });
}

describe("planContracts", () => {
  it.each<[Partial<CheckedContract>, RegExp]>([
    [{ system: "etc" }, /^c.yaml: contract "a": unknown system "etc". Did you mean etcd\?/],
    [{ systemOpts: { bog: "none" } }, /contract "a": unknown option of kv-raft "bog". Did you mean bug\?/],
    [{ nemesis: "partitoin" }, /unknown nemesis "partitoin". Did you mean partition\?/],
    [{ nodes: 99 }, /--nodes 99: kv-raft runs on/],
    [{ expect: { linearisable: true } }, /expect.linearisable: .*did you mean linearizable\?/],
    [{ expect: { p99: "< 3" } }, /expect.p99: this run has no such checker or number/],
    [{ workload: "set", expect: { linearizable: true } }, /expect.linearizable: this run has no such checker/],
  ])("refuses %j", async (contract, expected) => {
    await expect(plan([{ name: "a", runtime: "simulation", ...contract }])).rejects.toThrow(expected);
  });

  it("knows every number by name that the verdicts of a real run have", async () => {
    const names = ["lostFraction", "p99Ms", "p99FaultMs", "recoveryMs", "failoverMs", "minorityYield", "opsPerSecond"];
    const expected = Object.fromEntries(names.map((name) => [name, ">= 0"]));
    const [contract] = await plan([{ name: "a", runtime: "simulation", expect: expected }]);
    expect(contract?.expectations.map(({ kind }) => kind)).toEqual(names.map(() => "number"));
  });

  it("gives every bundled workload a shape to expect from", async () => {
    for (const { name, needs } of registry.workloads) {
      const system = registry.systems.find(
        ({ ops, runtimes }) => runtimes.includes("simulation") && needs.every((f) => ops.includes(f)),
      );
      if (system === undefined) continue;
      const own = { name, workload: name, system: system.name, runtime: "simulation" } as const;
      await expect(plan([{ ...own, expect: { nosuch: "< 3" } }])).rejects.toThrow(/There are: .*harness/);
    }
  });

  it("has a seed for each contract that depends on its name alone", async () => {
    const simulated = { runtime: "simulation" } as const;
    const both = await plan([{ name: "a" }, { name: "b" }, { name: "c", seed: 7 }], simulated);
    const reversed = await plan([{ name: "b" }, { name: "a" }], simulated);
    expect(both[0]?.seed).toBe(reversed[1]?.seed);
    expect(both[0]?.seed).not.toBe(both[1]?.seed);
    expect(both[2]?.seed).toBe(7);
    expect((await plan([{ name: "a" }], simulated, 1))[0]?.seed).not.toBe(both[0]?.seed);
  });

  it("takes defaults where a contract says nothing, and knows what needs Docker", async () => {
    const [etcd, raft] = await plan([{ name: "a" }, { name: "b", system: "kv-raft", repeat: 2 }], {
      system: "etcd",
      nemesis: "kill",
      repeat: 3,
    });
    expect(etcd).toMatchObject({ system: "etcd", nemesis: "kill", repeat: 3, needsDocker: true });
    expect(raft).toMatchObject({ system: "kv-raft", nemesis: "kill", repeat: 2, needsDocker: false });
  });
});
