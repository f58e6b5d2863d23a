import { describe, expect, it } from "vitest";
import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";
import type { NetworkOptions, Simulation } from "./index.js";
import { messages, NODES, puppets, tell } from "./testing.js";

const still: Partial<NetworkOptions> = { lossPer10k: 0, duplicatePer10k: 0, reorderPer10k: 0, revivePer10k: 0 };
const grudge = (entries: Record<NodeId, readonly NodeId[]>): Grudge =>
  new Map(Object.entries(entries).map(([node, refuses]) => [node, new Set(refuses)]));

async function count(simulation: Simulation, from: NodeId, to: NodeId, packets: number): Promise<readonly unknown[]> {
  const before = (await messages(simulation, to)).length;
  for (let i = 0; i < packets; i++) await tell(simulation, from, { kind: "send", to, body: i });
  await simulation.clock.sleep(1_000);
  return (await messages(simulation, to)).slice(before);
}

describe("the simulated network", () => {
  it("cuts one way when one side bears a grudge, proves it, and heals", async () => {
    const simulation = puppets({ seed: 1, network: still });
    const { cluster } = simulation;
    await simulation.drive(async () => {
      const cut = await cluster.cut(grudge({ n1: ["n2"] }));
      expect(cut.proved).toBe(true);
      expect(cut.facts.join()).toMatch(/n1 dropped \d+ packets from n2/);
      expect(cut.completeNs).toBeGreaterThan(cut.beganNs);
      expect(cluster.connected("n1", "n2")).toBe(false);
      expect(cluster.connected("n1", "n3")).toBe(true);
      expect(await count(simulation, "n2", "n1", 3)).toEqual([]);
      expect(await count(simulation, "n1", "n2", 3)).toEqual([0, 1, 2]);
      const heal = await cluster.heal();
      expect(heal.proved).toBe(true);
      expect(await count(simulation, "n2", "n1", 3)).toEqual([0, 1, 2]);
    });
  });

  it("proves a cut and a heal of killed and paused nodes: their hosts still answer", async () => {
    const simulation = puppets({ seed: 2 });
    const { cluster } = simulation;
    await simulation.drive(async () => {
      await cluster.signal("n1", "kill");
      await cluster.signal("n2", "pause");
      expect((await cluster.cut(grudge({ n1: ["n2", "n3"], n2: ["n1"] }))).proved).toBe(true);
      expect((await cluster.heal()).proved).toBe(true);
    });
  });

  it("replaces the grudge, and does not take an old cut's drops as proof of the new one", async () => {
    const simulation = puppets({ seed: 3, network: { ...still, lossPer10k: 10_000 } });
    const { cluster } = simulation;
    await simulation.drive(async () => {
      // Everything is lost before it reaches anybody's door: no drop can be counted, so nothing is proved.
      const cut = await cluster.cut(grudge({ n1: ["n2"] }));
      expect(cut.proved).toBe(false);
      expect(cut.facts.join()).toMatch(/no packet from n2 was dropped/);
      expect((await cluster.heal()).proved).toBe(false);
    });
  });

  it("lets some dropped packets arrive after the heal, as TCP would", async () => {
    const simulation = puppets({ seed: 4, network: { ...still, revivePer10k: 5_000 } });
    await simulation.drive(async () => {
      await simulation.cluster.cut(grudge({ n1: ["n2"] }));
      expect(await count(simulation, "n2", "n1", 20)).toEqual([]);
      await simulation.cluster.heal();
      await simulation.clock.sleep(1_000);
      const late = await messages(simulation, "n1");
      expect(late.length).toBeGreaterThan(0);
      expect(late.length).toBeLessThan(20);
    });
  });

  it("loses, doubles and reorders when disturbed, and stops when told", async () => {
    const simulation = puppets({ seed: 5, network: still });
    const { cluster } = simulation;
    await simulation.drive(async () => {
      await cluster.disturb?.({ lossPer10k: 3_000, duplicatePer10k: 3_000, reorderPer10k: 5_000, delayMs: 5 });
      // Requests are disturbed as well: only what nodes send each other is counted here.
      const sends = Array.from({ length: 60 }, (_, body) => ({ kind: "send", to: "n2", body }) as const);
      const aborted = new AbortController();
      const request = cluster.request("n1", { do: sends }, aborted.signal).catch(() => undefined);
      await simulation.clock.sleep(1_000);
      aborted.abort("enough");
      await request;
      await cluster.disturb?.(undefined);
      const bodies = (await messages(simulation, "n2")) as number[];
      expect(new Set(bodies).size).toBeLessThan(60);
      expect(new Set(bodies).size).toBeLessThan(bodies.length);
      expect(bodies.some((body, i) => body < (bodies[i - 1] ?? 0))).toBe(true);
      expect(await count(simulation, "n3", "n4", 30)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    });
  });

  it("lets packets stray: late by up to a second, long after those sent after them", async () => {
    const simulation = puppets({ seed: 8, network: still });
    const { cluster } = simulation;
    await simulation.drive(async () => {
      const packet = { lossPer10k: 0, duplicatePer10k: 0, reorderPer10k: 0, strayPer10k: 5_000, delayMs: 0 };
      const evidence = await cluster.disturb?.(packet);
      expect(evidence?.facts.join()).toMatch(/5000 stray/);
      const sends = Array.from({ length: 40 }, (_, body) => ({ kind: "send", to: "n2", body }) as const);
      await tell(simulation, "n1", ...sends);
      await simulation.clock.sleep(20);
      const soon = (await messages(simulation, "n2")) as number[];
      expect(soon.length).toBeGreaterThan(5);
      expect(soon.length).toBeLessThan(35);
      await simulation.clock.sleep(1_100);
      const all = (await messages(simulation, "n2")) as number[];
      expect(all.length).toBe(40);
      expect(new Set(all).size).toBe(40);
    });
  });

  it("forwards over the hub of a star and along a ring, and cuts what leads over a cut link", async () => {
    const reached = async (topology: "star" | "ring", cut: Record<NodeId, readonly NodeId[]>): Promise<string[]> => {
      const simulation = puppets({ seed: 6, network: { ...still, topology } });
      return simulation.drive(async () => {
        const evidence = await simulation.cluster.cut(grudge(cut));
        expect(evidence.proved).toBe(true);
        const open = NODES.flatMap((a) =>
          NODES.filter((b) => a < b && simulation.cluster.connected(a, b)).map((b) => a + b),
        );
        for (const pair of open) expect(await count(simulation, pair.slice(0, 2), pair.slice(2), 1)).toEqual([0]);
        return open;
      });
    };
    expect(await reached("star", { n1: ["n2"] })).toEqual(["n1n3", "n1n4", "n1n5", "n3n4", "n3n5", "n4n5"]);
    // Without n1-n2 the ring is a line, and nothing is routed the long way round: n1-n3 and n2-n5 led over the cut link.
    expect(await reached("ring", { n1: ["n2"] })).toEqual(["n1n4", "n1n5", "n2n3", "n2n4", "n3n4", "n3n5", "n4n5"]);
  });

  it("gives slow links to those who ask for them", async () => {
    const simulation = puppets({ seed: 7, trace: true, network: { ...still, links: { "n1>n2": "wan" } } });
    await simulation.drive(async () => {
      await count(simulation, "n1", "n2", 5);
      await count(simulation, "n2", "n1", 5);
    });
    const took = (from: NodeId): number[] =>
      simulation.trace().flatMap((e) => (e.kind === "message" && e.from === from ? [e.endNs - e.sentNs] : []));
    expect(Math.min(...took("n1"))).toBeGreaterThanOrEqual(40e6);
    expect(Math.max(...took("n2"))).toBeLessThanOrEqual(5e6);
  });
});
