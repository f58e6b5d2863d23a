/** Cuts in real network namespaces: packets must stop, one way where one way was asked, and flow again after healing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";
import { engineForTests, eventually, inNet, type Received, receivedBy, startBeacons } from "./beacon.fixture.js";
import type { DockerCluster } from "./cluster.js";
import type { DockerEngine } from "./engine.js";

const engine = await engineForTests();

const grudge = (entries: Record<NodeId, readonly NodeId[]>): Grudge =>
  new Map(Object.entries(entries).map(([node, refused]) => [node, new Set(refused)]));

describe.skipIf(engine === undefined)("cut and heal (needs Docker)", () => {
  let cluster: DockerCluster;
  beforeAll(async () => {
    cluster = await startBeacons(engine as DockerEngine, 3);
    await allFlow();
  });
  afterAll(() => cluster?.stop());

  const links = ["n1", "n2", "n3"].flatMap((to) =>
    ["n1", "n2", "n3"].flatMap((from) => (from === to ? [] : [{ from, to }])),
  );

  const counts = async (): Promise<Map<string, Received>> => {
    const out = new Map<string, Received>();
    for (const { from, to } of links) {
      const received = (await receivedBy(cluster, to))[from];
      out.set(`${from}->${to}`, received ?? { fresh: 0, established: 0 });
    }
    return out;
  };

  /** Waits until datagrams and lines arrive, anew, over exactly the given links; then looks that the others carry none. */
  const flowsOnly = async (open: readonly string[], established: readonly string[]): Promise<void> => {
    // Twice: what had arrived when the cut began is read by the node before it answers the second time.
    await counts();
    const before = await counts();
    const grew = (now: Map<string, Received>, kind: keyof Received, by = 1) =>
      [...now].filter(([link, value]) => value[kind] >= (before.get(link)?.[kind] ?? 0) + by).map(([link]) => link);
    await eventually(`traffic over ${open.join(", ")}`, async () => {
      const now = await counts();
      return (
        open.every((link) => grew(now, "fresh", 5).includes(link)) &&
        established.every((link) => grew(now, "established", 5).includes(link))
      );
    });
    const after = await counts();
    expect(grew(after, "fresh").sort()).toEqual([...open].sort());
    expect(grew(after, "established").sort()).toEqual([...established].sort());
  };

  const all = links.map(({ from, to }) => `${from}->${to}`);
  const allFlow = () => flowsOnly(all, all);

  it("stops packets both ways, those of established connections too, and proves it", async () => {
    const evidence = await cluster.cut(grudge({ n1: ["n2", "n3"], n2: ["n1"], n3: ["n1"] }));
    expect(evidence.facts.join("\n")).toContain("n1 dropped");
    expect(evidence).toMatchObject({ proved: true });
    expect(evidence.beganNs).toBeLessThan(evidence.completeNs);
    expect(cluster.connected("n1", "n2")).toBe(false);
    expect(cluster.connected("n2", "n3")).toBe(true);
    expect(cluster.connected("n1", "n1")).toBe(true);
    await flowsOnly(["n2->n3", "n3->n2"], ["n2->n3", "n3->n2"]);
  });

  it("lets everything flow again after healing, over the old connections as well", async () => {
    const evidence = await cluster.heal();
    expect(evidence.facts).toContain("all 3 nodes answer each other (6 directions asked)");
    expect(evidence.proved).toBe(true);
    expect(cluster.connected("n1", "n2")).toBe(true);
    await allFlow();
  });

  it("cuts one way: what n1 refuses does not arrive, what it sends does", async () => {
    const evidence = await cluster.cut(grudge({ n1: ["n2"] }));
    expect(evidence.proved).toBe(true);
    expect(evidence.facts.filter((fact) => fact.includes("dropped"))).toHaveLength(1);
    expect(evidence.facts.find((fact) => fact.includes("dropped"))).toMatch(/^n1 dropped \d+ packets? from n2$/);
    expect(cluster.connected("n1", "n2")).toBe(false);
    expect(cluster.connected("n2", "n1")).toBe(false);
    // Datagrams need no answer: they pass one way. A TCP connection needs the acknowledgements, which n1 drops.
    const before = await counts();
    await eventually("datagrams from n1 to n2", async () => {
      const now = await counts();
      return (now.get("n1->n2")?.fresh ?? 0) > (before.get("n1->n2")?.fresh ?? 0) + 20;
    });
    const after = await counts();
    expect(after.get("n2->n1")?.fresh).toBe(before.get("n2->n1")?.fresh);
    expect(after.get("n2->n1")?.established).toBe(before.get("n2->n1")?.established);
  });

  it("replaces one grudge by another in one step", async () => {
    const evidence = await cluster.cut(grudge({ n2: ["n3"], n3: ["n2"] }));
    expect(evidence.proved).toBe(true);
    expect(cluster.connected("n1", "n2")).toBe(true);
    expect(cluster.connected("n2", "n3")).toBe(false);
    const open = all.filter((link) => link !== "n2->n3" && link !== "n3->n2");
    await flowsOnly(open, open);
    await cluster.heal();
  });

  it("keeps a node cut while its process is killed and started", async () => {
    await cluster.cut(grudge({ n1: ["n2", "n3"], n2: ["n1"], n3: ["n1"] }));
    expect((await cluster.signal("n1", "kill")).proved).toBe(true);
    expect((await cluster.signal("n1", "start")).proved).toBe(true);
    expect(await receivedBy(cluster, "n1")).toEqual({
      n2: { fresh: 0, established: 0 },
      n3: { fresh: 0, established: 0 },
    });
    const heal = await cluster.heal();
    expect(heal.proved).toBe(true);
    await allFlow();
  });

  it("cuts and heals again after its root shell was killed", async () => {
    // The brackets keep this very command from matching itself.
    const script = "for p in /proc/[0-9]*; do grep -qs 'agent[.]sh' $p/cmdline && kill -9 $(basename $p); done; true";
    inNet(cluster, "n2", "bash", "-c", script);
    expect((await cluster.cut(grudge({ n2: ["n1"] }))).proved).toBe(true);
    expect((await cluster.heal()).proved).toBe(true);
  });

  it("does not call a cut proved that lets packets through", async () => {
    // Somebody unhooks our chain on n3: rules are set, and nothing is dropped there.
    inNet(cluster, "n3", "iptables", "-D", "INPUT", "-j", "CAP_TEST");
    try {
      const evidence = await cluster.cut(grudge({ n3: ["n1"] }));
      expect(evidence.proved).toBe(false);
      expect(evidence.facts.join("\n")).toContain("n3 has dropped no packet from n1");
    } finally {
      inNet(cluster, "n3", "iptables", "-I", "INPUT", "1", "-j", "CAP_TEST");
      expect((await cluster.heal()).proved).toBe(true);
    }
  });

  it("refuses a grudge that names nobody, and an act on nobody", async () => {
    await expect(cluster.cut(grudge({ n9: ["n1"] }))).rejects.toThrow('the grudge names "n9"');
    await expect(cluster.cut(grudge({ n1: ["n1"] }))).rejects.toThrow("refuse itself");
    expect(() => cluster.address("n9")).toThrow('no node "n9"');
    await allFlow();
  });
});
