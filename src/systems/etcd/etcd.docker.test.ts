/** The etcd driver on five real nodes: its ops, and what a cut, a kill and a pause do to them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Completion, Invocation, NodeId } from "../../core/op.js";
import type { System } from "../../core/system.js";
import { engineForTests } from "../../runtimes/docker/beacon.fixture.js";
import type { DockerCluster, DockerEngine } from "../../runtimes/docker/index.js";
import { eventually, isolating, patient, recovered, soon, startSystem, withClient } from "../testing/docker-system.js";
import { EtcdClient } from "./client.js";
import { etcdDefinition } from "./etcd.js";
import { openGateway } from "./health.js";

const engine = await engineForTests();

describe.skipIf(engine === undefined)("etcd (needs Docker)", () => {
  const system = etcdDefinition.create({});
  const serializable = etcdDefinition.create({ serializable: "true" });
  let cluster: DockerCluster;
  beforeAll(async () => {
    cluster = await startSystem(engine as DockerEngine, etcdDefinition);
  });
  afterAll(() => cluster?.stop());

  const run = (node: NodeId, op: Invocation, deadline = patient(), by: System = system): Promise<Completion> =>
    withClient(by, cluster, node, (client) => client.invoke(op, deadline));
  const read = (key?: string): Invocation => ({ f: "read", ...(key === undefined ? {} : { key }), value: null });
  const leader = async (): Promise<NodeId> => {
    const [first] = (await system.primaries?.(cluster, [], patient())) ?? [];
    if (first === undefined) throw new Error("no leader");
    return first;
  };

  test("registers", async () => {
    const node = "n1";
    expect(await run(node, read("reg"))).toEqual({ type: "ok", value: null });
    expect(await run(node, { f: "cas", key: "reg", value: [null, 1] })).toEqual({ type: "ok" });
    expect(await run("n2", { f: "cas", key: "reg", value: [7, 8] })).toEqual({ type: "fail", error: "mismatch" });
    expect(await run("n3", { f: "cas", key: "reg", value: [1, 2] })).toEqual({ type: "ok" });
    expect(await run("n4", { f: "write", key: "reg", value: { a: ["é"] } })).toEqual({ type: "ok" });
    for (const each of cluster.nodes) expect(await run(each, read("reg"))).toEqual({ type: "ok", value: { a: ["é"] } });
  });

  test("of many compare-and-sets from one value, one wins", async () => {
    await run("n1", { f: "write", key: "race", value: 0 });
    const racers = Array.from({ length: 15 }, (_, i) => i + 1);
    const ended = await Promise.all(
      racers.map((i) => run(`n${(i % 5) + 1}`, { f: "cas", key: "race", value: [0, i] })),
    );
    const winners = racers.filter((_, i) => ended[i]?.type === "ok");
    expect(winners).toHaveLength(1);
    expect(await run("n1", read("race"))).toEqual({ type: "ok", value: winners[0] });
    expect(new Set(ended.map(({ error }) => error ?? "won"))).toSatisfy((words: Set<string>) =>
      [...words].every((word) => ["won", "mismatch", "conflict"].includes(word)),
    );
  });

  test("sets come back whole, whatever the size of a page", async () => {
    const elements = [0, 1, 2, 10, 11, -5, "2", "a/b"];
    for (const value of elements) expect(await run("n2", { f: "add", key: "bag", value })).toEqual({ type: "ok" });
    for (const pageSize of [1, 3, 8, 100]) {
      const gateway = await openGateway(cluster, "n5", patient());
      const client = new EtcdClient(gateway, { serializable: false, lockTtlSeconds: 0, pageSize });
      const { type, value } = await client.invoke(read("bag"), patient());
      await client.close();
      expect(type).toBe("ok");
      expect(value).toHaveLength(elements.length);
      expect(new Set(value as unknown[])).toEqual(new Set(elements));
    }
    expect(await run("n1", read())).toEqual({ type: "ok", value: [] });
    expect(await run("n1", { f: "add", value: 4 })).toEqual({ type: "ok" });
    expect(await run("n3", read())).toEqual({ type: "ok", value: [4] });
  });

  test("transactions append in one order that all see", async () => {
    const ended = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((i) => run(`n${(i % 5) + 1}`, { f: "txn", value: [["append", "list", i]] })),
    );
    const appended = [1, 2, 3, 4, 5, 6].filter((_, i) => ended[i]?.type === "ok");
    const lists = await Promise.all(
      cluster.nodes.map(async (node) => {
        const { value } = await run(node, { f: "txn", value: [["r", "list", null]] });
        return (value as [string, string, number[]][])[0]?.[2];
      }),
    );
    expect([...(lists[0] ?? [])].sort()).toEqual(appended);
    for (const list of lists) expect(list).toEqual(lists[0]);
  });

  test("a leader cut off from the others serves nobody, but for serializable reads, which are stale", async () => {
    await run("n1", { f: "write", key: "cut", value: "old" });
    const old = await leader();
    const other = cluster.nodes.find((node) => node !== old) as NodeId;
    // Connected before the cut: a handshake needs no majority, but this shows that old connections help nobody.
    await withClient(system, cluster, old, async (atOld) => {
      expect(await run(old, read("cut"), patient(), serializable)).toEqual({ type: "ok", value: "old" });
      expect((await cluster.cut(isolating(cluster, old))).proved).toBe(true);
      await eventually("the majority accepts a write", async () => {
        return (await run(other, { f: "write", key: "cut", value: "new" }, soon())).type === "ok";
      });
      expect(await run(old, read("cut"), patient(), serializable)).toEqual({ type: "ok", value: "old" });
      expect((await run(old, read("cut"), soon())).type).toBe("fail");
      expect((await run(old, { f: "cas", key: "cut", value: ["zzz", 1] }, soon(), serializable)).error).not.toBe(
        "mismatch",
      );
      expect((await atOld.invoke({ f: "write", key: "cut", value: "lost" }, soon())).type).toBe("info");
    });
    expect(await system.recovered?.(cluster, patient())).toBe(false);
    expect(await leader()).not.toBe(old);
    expect((await cluster.heal()).proved).toBe(true);
    await recovered(system, cluster);
    for (const node of cluster.nodes) expect(await run(node, read("cut"))).toEqual({ type: "ok", value: "new" });
  });

  test("a killed node: nothing is sent to it, and it comes back with its data", async () => {
    await run("n1", { f: "write", key: "kept", value: 1 });
    await withClient(system, cluster, "n2", async (client) => {
      await cluster.signal("n2", "kill");
      await eventually("the client sees that its connection is gone", async () => client.closed === true);
      expect((await client.invoke({ f: "write", key: "kept", value: 2 }, soon())).type).toBe("fail");
    });
    await expect(system.open(cluster, "n2", soon())).rejects.toThrow(/n2 did not answer a status request/);
    expect(await system.recovered?.(cluster, patient())).toBe(false);
    await cluster.signal("n2", "start");
    await recovered(system, cluster);
    expect(await run("n2", read("kept"))).toEqual({ type: "ok", value: 1 });
  });

  test("a paused node: deadlines end what waits for it, writes as info, reads as fail", async () => {
    const writer = await system.open(cluster, "n3", patient());
    const reader = await system.open(cluster, "n3", patient());
    await cluster.signal("n3", "pause");
    expect(await writer.invoke({ f: "write", key: "paused", value: 1 }, soon())).toEqual({
      type: "info",
      error: "timeout",
    });
    expect(await reader.invoke(read("paused"), soon())).toEqual({ type: "fail", error: "timeout" });
    await expect(system.open(cluster, "n3", soon())).rejects.toThrow(/timeout/);
    await cluster.signal("n3", "resume");
    await writer.close();
    await reader.close();
    await recovered(system, cluster);
  });
});
