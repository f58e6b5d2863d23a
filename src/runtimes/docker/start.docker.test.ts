/** Starting and ending clusters: what exists in Docker while they run, and that nothing does afterwards. */
import { afterEach, describe, expect, it } from "vitest";
import { RequestError } from "../../core/runtime.js";
import { beaconSpecs, engineForTests, receivedBy, startBeacons, testRunId } from "./beacon.fixture.js";
import type { DockerCluster } from "./cluster.js";
import type { DockerEngine } from "./engine.js";
import { LABEL } from "./owner.js";
import { removeRun } from "./sweep.js";

const engine = (await engineForTests()) as DockerEngine;

describe.skipIf(engine === undefined)("start and stop (needs Docker)", () => {
  const clusters: DockerCluster[] = [];
  const start = async (...args: Parameters<typeof startBeacons> extends [unknown, ...infer R] ? R : never) => {
    const cluster = await startBeacons(engine, ...args);
    clusters.push(cluster);
    return cluster;
  };
  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await cluster.stop();
  });

  const left = async (runId: string) => {
    const filters = { label: [`${LABEL.run}=${runId}`] };
    const containers = await engine.docker.listContainers({ all: true, filters });
    const networks = await engine.docker.listNetworks({ filters });
    return [...containers.flatMap((one) => one.Names), ...networks.map((one) => one.Name)];
  };

  it("gives away no more than it must: 127.0.0.1, NET_ADMIN on net containers, no privileges, no volumes", async () => {
    const cluster = await start(2);
    const filters = { label: [`${LABEL.run}=${cluster.runId}`] };
    const containers = await engine.docker.listContainers({ all: true, filters });
    expect(containers).toHaveLength(4);
    for (const { Id } of containers) {
      const { HostConfig, Config, Mounts, NetworkSettings } = await engine.docker.getContainer(Id).inspect();
      expect(HostConfig.Privileged).toBe(false);
      const isNet = Config.Labels[LABEL.role] === "net";
      expect(((HostConfig.CapAdd ?? []) as string[]).map((cap) => cap.replace(/^CAP_/, ""))).toEqual(
        isNet ? ["NET_ADMIN"] : [],
      );
      expect(Mounts).toEqual([]);
      if (!isNet) continue;
      const published = Object.values(NetworkSettings.Ports).flatMap((bindings) => bindings ?? []);
      expect(published.map((one) => one.HostIp)).toEqual(["127.0.0.1"]);
    }
    expect(cluster.address("n1")).toMatch(/^198\.1[89]\.\d+\.11$/);
    expect(cluster.endpoint("n1", 7000).host).toBe("127.0.0.1");
    expect(() => cluster.endpoint("n1", 7001)).toThrow("port 7001 of n1 is not published");
    expect([...cluster.capabilities].sort()).toEqual(["kill", "partition", "pause"]);
    // A frozen and a cut node must go as well.
    await cluster.signal("n1", "pause");
    await cluster.cut(new Map([["n1", new Set(["n2"])]]));
    await cluster.stop();
    await cluster.stop();
    expect(await left(cluster.runId)).toEqual([]);
    await expect(cluster.request("n1", "counts", AbortSignal.timeout(100))).rejects.toBeInstanceOf(RequestError);
  });

  it("runs two clusters at once, each cut by itself", async () => {
    const [a, b] = await Promise.all([start(2), start(2)]);
    expect(a.address("n1")).not.toBe(b.address("n1"));
    expect((await a.cut(new Map([["n1", new Set(["n2"])]]))).proved).toBe(true);
    expect(b.connected("n1", "n2")).toBe(true);
    expect((await b.heal()).proved).toBe(true);
    expect(Object.keys(await receivedBy(b, "n1"))).toEqual(["n2"]);
    await a.stop();
    expect(await left(a.runId)).toEqual([]);
    expect(await left(b.runId)).not.toEqual([]);
  });

  it("leaves nothing when it fails half-way: an image without the command", async () => {
    const runId = testRunId();
    const specs = (layout: Parameters<ReturnType<typeof beaconSpecs>>[0]) =>
      beaconSpecs(["n1", "n2"])(layout).map((spec) =>
        spec.node === "n1" || spec.container === undefined
          ? spec
          : { ...spec, container: { ...spec.container, command: ["/no/such/program"] } },
      );
    await expect(start(2, { runId, specs })).rejects.toThrow(
      /n2 ended as soon as it was started \(exit code 127\).*\/no\/such\/program/s,
    );
    expect(await left(runId)).toEqual([]);
  });

  it.each([0, 100, 400, 900])("leaves nothing when it is aborted after %i ms", async (afterMs) => {
    const runId = testRunId();
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("Ctrl-C")), afterMs);
    const result = await start(3, { runId, signal: controller.signal }).then(
      () => "started",
      (error: Error) => error.message,
    );
    // A fast machine may have started it already; then stop() is what cleans up.
    expect(["Ctrl-C", "started"]).toContain(result);
    if (result === "Ctrl-C") expect(await left(runId)).toEqual([]);
  });

  it("says what is wrong with names, images and systems that cannot run", async () => {
    await expect(start(1, { runId: "No Such Name" })).rejects.toThrow('"No Such Name" cannot name a run');
    await expect(start(1, { nodes: ["n1", "n1"] })).rejects.toThrow("two nodes have the same name");
    await expect(start(1, { nodes: ["n1;reboot"] })).rejects.toThrow('"n1;reboot" cannot be a node');
    await expect(start(1, { specs: () => [] })).rejects.toThrow("does not run on Docker");
    await expect(start(1, { image: "-v" })).rejects.toThrow('"-v" is not the name of an image');
    const specs = () => [{ node: "n1", container: { image: "nope", command: [], ports: [] } }];
    await expect(start(1, { specs })).rejects.toThrow(/pull image nope/);
  });

  it("uses another image where one is named", async () => {
    const { hashOf, contextOf } = await import("./context.js");
    const image = `cap-test/net:${hashOf(await contextOf("net"))}`;
    const specs: ReturnType<typeof beaconSpecs> = (layout) =>
      beaconSpecs(["n1"])(layout).map((spec) => ({
        ...spec,
        ...(spec.container === undefined ? {} : { container: { ...spec.container, image: "not-there" } }),
      }));
    const cluster = await start(1, { image, specs });
    expect(await receivedBy(cluster, "n1")).toEqual({});
  });

  it("removes a run by its id, and finds nothing the second time", async () => {
    const cluster = await start(1, { leaveRunning: true });
    cluster.detach();
    expect(await removeRun(engine, cluster.runId)).toEqual({ containers: 2, networks: 1, volumes: 0 });
    expect(await removeRun(engine, cluster.runId)).toEqual({ containers: 0, networks: 0, volumes: 0 });
  });
});
