/** The Redis Cluster driver on six real nodes: forming, redirects, and the acknowledged writes that a cut loses. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Completion, Invocation, NodeId } from "../../core/op.js";
import type { System } from "../../core/system.js";
import { engineForTests } from "../../runtimes/docker/beacon.fixture.js";
import type { DockerCluster, DockerEngine } from "../../runtimes/docker/index.js";
import { eventually, isolating, patient, recovered, soon, startSystem, withClient } from "../testing/docker-system.js";
import { redisKey } from "./commands.js";
import { connectTo, tell, viewOf } from "./nodes.js";
import { redisClusterDefinition } from "./redis-cluster.js";
import { slotOf } from "./slots.js";

const engine = await engineForTests();

describe.skipIf(engine === undefined)("redis-cluster (needs Docker)", () => {
  const system = redisClusterDefinition.create({});
  const waiting = redisClusterDefinition.create({ wait: "1" });
  let cluster: DockerCluster;
  beforeAll(async () => {
    cluster = await startSystem(engine as DockerEngine, redisClusterDefinition);
  });
  afterAll(() => cluster?.stop());

  const run = (node: NodeId, op: Invocation, deadline = patient(), by: System = system): Promise<Completion> =>
    withClient(by, cluster, node, (client) => client.invoke(op, deadline));
  const read = (key?: string | number): Invocation => ({
    f: "read",
    ...(key === undefined ? {} : { key }),
    value: null,
  });
  const ownerOf = async (key: string | number): Promise<NodeId> =>
    (await system.primaries?.(cluster, [key], patient()))?.[0] as NodeId;

  test("three primaries own the slots, each with a replica in sync", async () => {
    expect(await system.recovered?.(cluster, patient())).toBe(true);
    expect([...((await system.primaries?.(cluster, [], patient())) ?? [])].sort()).toEqual(["n1", "n2", "n3"]);
    const ids = new Map<string | undefined, NodeId>();
    for (const node of cluster.nodes) ids.set((await viewOf(cluster, node, patient()))?.myself.id, node);
    const primaryOf = async (node: NodeId) => ids.get((await viewOf(cluster, node, patient()))?.myself.primary);
    expect(await Promise.all(["n4", "n5", "n6"].map(primaryOf))).toEqual(["n1", "n2", "n3"]);
  });

  test("slots are computed as the server does", async () => {
    const connection = await connectTo(cluster, "n1", patient());
    for (const key of [1, 2, 12345, "a", "{b}c", "x{}y", "é"]) {
      const name = redisKey(key);
      expect(Number(await tell(connection, ["CLUSTER", "KEYSLOT", name], patient()))).toBe(slotOf(name));
    }
    connection.close();
  });

  test("registers and sets, from every node; who answered is told", async () => {
    for (const key of [1, 2, 3, 4]) {
      const owner = await ownerOf(key);
      for (const node of cluster.nodes) {
        const via = node === owner ? {} : { via: owner };
        expect(await run(node, { f: "write", key, value: [key, node] })).toEqual({ type: "ok", ...via });
        expect(await run(node, read(key))).toEqual({ type: "ok", value: [key, node], ...via });
      }
    }
    for (const [i, node] of cluster.nodes.entries()) await run(node, { f: "add", key: "bag", value: i });
    for (const node of cluster.nodes) {
      expect(new Set((await run(node, read("bag"))).value as number[])).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    }
    expect(await run("n1", read())).toMatchObject({ type: "ok", value: [] });
  });

  test("of many compare-and-sets from one value, one wins", async () => {
    expect(await run("n1", { f: "cas", key: "race", value: [null, 0] })).toMatchObject({ type: "ok" });
    const racers = Array.from({ length: 18 }, (_, i) => i + 1);
    const ended = await Promise.all(
      racers.map((i) => run(`n${(i % 6) + 1}`, { f: "cas", key: "race", value: [0, i] })),
    );
    const winners = racers.filter((_, i) => ended[i]?.type === "ok");
    expect(winners).toHaveLength(1);
    expect(await run("n1", read("race"))).toMatchObject({ type: "ok", value: winners[0] });
    expect(ended.filter(({ error }) => error === "mismatch")).toHaveLength(racers.length - 1);
  });

  test("an isolated primary acknowledges writes that are lost when it is replaced", async () => {
    const owner = await ownerOf("set");
    const foreign = await keyNotOwnedBy(owner);
    const other = cluster.nodes.find((node) => node !== owner) as NodeId;
    await run(owner, { f: "add", key: "set", value: "before" });
    await withClient(waiting, cluster, owner, (client) =>
      client.invoke({ f: "add", key: "set", value: "safe" }, patient()),
    );

    const acknowledged = new Set<number>();
    const adding = addUntilDown(owner, acknowledged);
    expect((await cluster.cut(isolating(cluster, owner))).proved).toBe(true);
    // Its own slots it serves on; a slot of the other side is a redirect into the cut, or the cluster is down already.
    const refused = await run(owner, { f: "write", key: foreign, value: 1 }, soon());
    expect(refused.type).toBe("fail");
    expect(refused.error).toMatch(/redirect across the cut|CLUSTERDOWN/);
    // With WAIT nothing counts as acknowledged that only the isolated node holds.
    expect((await run(owner, { f: "add", key: "set", value: "alone" }, soon(), waiting)).type).not.toBe("ok");
    await adding;
    await eventually("the majority accepts a write", async () => {
      return (await run(other, { f: "add", key: "set", value: "after" }, soon())).type === "ok";
    });
    expect(await ownerOf("set")).not.toBe(owner);
    expect(await system.recovered?.(cluster, patient())).toBe(false);
    expect((await cluster.heal()).proved).toBe(true);
    await recovered(system, cluster);

    for (const node of cluster.nodes) {
      const elements = new Set((await run(node, read("set"))).value as unknown[]);
      expect([...elements].filter((element) => typeof element === "string").sort()).toEqual([
        "after",
        "before",
        "safe",
      ]);
      const lost = [...acknowledged].filter((element) => !elements.has(element));
      expect(lost.length).toBeGreaterThan(0);
      // The last ones, since they never left the node; those before the cut were replicated.
      expect(lost).toEqual([...acknowledged].slice(-lost.length));
    }
  });

  /** Adds 0, 1, 2, … to the set through one node until it says that the cluster is down. */
  async function addUntilDown(node: NodeId, acknowledged: Set<number>): Promise<void> {
    await withClient(system, cluster, node, async (client) => {
      for (let value = 0; ; value++) {
        const { type, error } = await client.invoke({ f: "add", key: "set", value }, patient());
        if (type === "ok") acknowledged.add(value);
        else if (error?.startsWith("CLUSTERDOWN") === true) return;
        else throw new Error(`an add ended ${type}: ${String(error)}`);
      }
    });
  }

  async function keyNotOwnedBy(node: NodeId): Promise<number> {
    for (let key = 100; ; key++) if ((await ownerOf(key)) !== node) return key;
  }

  test("a killed node: nothing is sent to it, and it comes back with its data", async () => {
    const owner = await ownerOf("kept");
    await run(owner, { f: "write", key: "kept", value: 1 });
    await withClient(system, cluster, owner, async (client) => {
      await cluster.signal(owner, "kill");
      await eventually("the client sees that its connection is gone", async () => client.closed === true);
      expect((await client.invoke({ f: "write", key: "kept", value: 2 }, soon())).type).toBe("fail");
    });
    await expect(system.open(cluster, owner, soon())).rejects.toThrow(new RegExp(`${owner} did not answer a PING`));
    expect(await system.recovered?.(cluster, patient())).toBe(false);
    await cluster.signal(owner, "start");
    await recovered(system, cluster);
    expect(await run(owner, read("kept"))).toMatchObject({ type: "ok", value: 1 });
  });

  test("a paused node: deadlines end what waits for it, writes as info, reads as fail", async () => {
    const owner = await ownerOf("paused");
    const writer = await system.open(cluster, owner, patient());
    const reader = await system.open(cluster, owner, patient());
    await cluster.signal(owner, "pause");
    const write: Invocation = { f: "write", key: "paused", value: 1 };
    expect(await writer.invoke(write, soon())).toEqual({ type: "info", error: "timeout" });
    expect(await reader.invoke(read("paused"), soon())).toEqual({ type: "fail", error: "timeout" });
    await expect(system.open(cluster, owner, soon())).rejects.toThrow(/timeout/);
    await cluster.signal(owner, "resume");
    await writer.close();
    await reader.close();
    await recovered(system, cluster);
  });
});
