/** Kill, start, pause, resume on real containers: seen in the container's state and in what the node does. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineForTests, eventually, receivedBy, startBeacons } from "./beacon.fixture.js";
import type { DockerCluster } from "./cluster.js";
import type { DockerEngine } from "./engine.js";

const engine = await engineForTests();

describe.skipIf(engine === undefined)("signals, exec and logs (needs Docker)", () => {
  let cluster: DockerCluster;
  beforeAll(async () => {
    cluster = await startBeacons(engine as DockerEngine, 2);
    await receivedBy(cluster, "n1");
    await receivedBy(cluster, "n2");
  });
  afterAll(() => cluster?.stop());

  const soon = () => AbortSignal.timeout(2000);

  it("kills, and the port that still accepts proves nothing: requests fail unsent", async () => {
    const evidence = await cluster.signal("n2", "kill");
    expect(evidence).toMatchObject({ proved: true, facts: ["n2 is down (exit code 137)"] });
    await expect(cluster.request("n2", "counts", soon())).rejects.toMatchObject({ name: "RequestError", sent: false });
    expect(await cluster.state("n2")).toMatchObject({ running: false, exitCode: 137 });
  });

  it("says so when there was nothing left to kill", async () => {
    const evidence = await cluster.signal("n2", "kill");
    expect(evidence.proved).toBe(true);
    expect(evidence.facts[0]).toContain("nothing to do for kill");
  });

  it("starts again with the same address, port and file system", async () => {
    const before = cluster.endpoint("n2", 7000);
    await cluster.signal("n2", "start");
    expect((await cluster.exec("n2", ["touch", "/kept"])).exitCode).toBe(0);
    await cluster.signal("n2", "kill");
    expect((await cluster.signal("n2", "start")).proved).toBe(true);
    expect((await cluster.exec("n2", ["ls", "/kept"])).stdout).toBe("/kept\n");
    expect(cluster.endpoint("n2", 7000)).toEqual(before);
    const first = (await receivedBy(cluster, "n2")).n1?.fresh ?? 0;
    await eventually(
      "datagrams at the same address",
      async () => ((await receivedBy(cluster, "n2")).n1?.fresh ?? 0) > first,
    );
  });

  it("pauses: accepts connections, answers nothing; resumes where it stopped", async () => {
    const before = (await receivedBy(cluster, "n1")).n2?.fresh ?? 0;
    expect(await cluster.signal("n1", "pause")).toMatchObject({ proved: true, facts: ["n1 is frozen"] });
    expect((await cluster.state("n1")).paused).toBe(true);
    await expect(cluster.request("n1", "counts", soon())).rejects.toMatchObject({ name: "RequestError" });
    // A paused node is not cut: its kernel answers, and cuts and heals of others go on.
    expect((await cluster.heal()).proved).toBe(true);
    expect(await cluster.signal("n1", "resume")).toMatchObject({ proved: true, facts: ["n1 runs again"] });
    expect((await receivedBy(cluster, "n1")).n2?.fresh).toBeGreaterThanOrEqual(before);
  });

  it("kills a paused node", async () => {
    await cluster.signal("n1", "pause");
    expect((await cluster.signal("n1", "kill")).proved).toBe(true);
    expect(await cluster.state("n1")).toMatchObject({ running: false, paused: false });
    expect((await cluster.signal("n1", "start")).proved).toBe(true);
  });

  it("says that a node had ended by itself before it was killed", async () => {
    await receivedBy(cluster, "n2");
    await expect(cluster.request("n2", "exit", soon())).rejects.toMatchObject({ name: "RequestError", sent: true });
    await eventually("n2 ended by itself", async () => !(await cluster.state("n2")).running);
    const kill = await cluster.signal("n2", "kill");
    expect(kill.facts[0]).toBe("nothing to do for kill: n2 is down (exit code 3) already");
    await cluster.signal("n2", "start");
  });

  it("runs programs in the node's own container: output, exit code, no shell", async () => {
    const result = await cluster.exec("n1", [
      "perl",
      "-e",
      'print "out $ARGV[0]"; print STDERR "err"; exit 7',
      "$(id);",
    ]);
    expect(result).toEqual({ exitCode: 7, stdout: "out $(id);", stderr: "err" });
    await expect(cluster.exec("n1", ["sleep", "60"], AbortSignal.timeout(300))).rejects.toThrow("did not end in time");
  });

  it("collects what a node printed over all its starts, both streams", async () => {
    const log = await cluster.log("n2");
    expect(log.match(/n2 starts\n/g)?.length).toBeGreaterThanOrEqual(2);
    expect(log).toContain("n2 may complain\n");
  });
});
