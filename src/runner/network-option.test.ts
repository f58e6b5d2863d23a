import { describe, expect, it } from "vitest";
import { registry } from "../registry.js";
import { formatNetwork, networkOptions, parseNetwork } from "./network-option.js";
import { planRun, type RunRequest } from "./plan.js";
import { historyDigest } from "./testing/histories.js";

const ALL =
  "topology=ring,latency=zones,client-latency=lan,loss=0.5,duplicate=1,reorder=2,late=50,client-loss=0.25,client-duplicate=3,n1>n2=wan";

describe("--network", () => {
  it("reads names, percentages and single links, and writes them as it reads them", () => {
    const spec = parseNetwork(ALL);
    expect(networkOptions(spec, ["n1", "n2"])).toEqual({
      topology: "ring",
      latency: "zones",
      clientLatency: "lan",
      lossPer10k: 50,
      duplicatePer10k: 100,
      reorderPer10k: 200,
      revivePer10k: 5_000,
      clientLossPer10k: 25,
      clientDuplicatePer10k: 300,
      links: { "n1>n2": "wan" },
    });
    expect(parseNetwork(formatNetwork(spec))).toEqual(spec);
  });

  it("says what is wrong in a line", () => {
    const wrong: Readonly<Record<string, RegExp>> = {
      topolgy: /write NAME=VALUE/,
      "topolgy=ring": /knows no "topolgy". Did you mean topology\? There are/,
      "topology=tree": /one of mesh, star, ring, not "tree"/,
      "loss=101": /percentage/,
      "loss=much": /percentage/,
      "n1>n2=far": /n1>n2 is one of lan, zones, wan, near/,
      "loss=1,loss=2": /names loss twice/,
      "": /write NAME=VALUE/,
    };
    for (const [text, message] of Object.entries(wrong)) expect(() => parseNetwork(text), text).toThrow(message);
    expect(() => networkOptions(parseNetwork("n1>n9=wan"), ["n1", "n2"])).toThrow(
      /not between two of the nodes n1, n2/,
    );
  });

  const context = { registry, version: "0", now: new Date(0), dockerAnswers: async () => true };
  const request: RunRequest = { seed: 1, network: parseNetwork("latency=zones,client-loss=1"), timeLimitMs: 1_000 };

  it("means the simulation where the runtime is left open, is refused in Docker, and is part of the command that repeats", async () => {
    const { spec } = await planRun(request, context);
    expect(spec.runtime).toBe("simulation");
    expect(spec.repeat).toContain('--network "latency=zones,client-loss=1"');
    await expect(planRun({ ...request, runtime: "docker" }, context)).rejects.toThrow(
      /in Docker the nodes have a real one/,
    );
    await expect(planRun({ ...request, system: "etcd" }, context)).rejects.toThrow(/real one/);
  });

  it("changes the run", async () => {
    const run = { ...request, system: "kv-raft", workload: "register", runtime: "simulation" } as const;
    const topologies = ["mesh", "star", "ring"].map((topology) => historyDigest({ ...run, network: { topology } }));
    expect(new Set((await Promise.all(topologies)).map((digest) => digest.split(" ").at(-1))).size).toBe(3);
  });
});
