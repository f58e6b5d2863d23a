/** Leftovers: what kill -9 leaves is removed, what lives is spared. With real processes and real containers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineForTests, eventually, testRunId } from "./beacon.fixture.js";
import { packageRoot } from "./context.js";
import type { DockerEngine } from "./engine.js";
import { ensureImage } from "./images.js";
import { LABEL, labelsOf, ownerOf } from "./owner.js";
import { removeRun, sweep } from "./sweep.js";

const engine = (await engineForTests()) as DockerEngine;

/** A process that starts a cluster and then just lives. */
const CHILD = `
  import { startBeacons } from "./beacon.fixture.js";
  import { connectDocker } from "./engine.js";
  await startBeacons(await connectDocker(), 1, { runId: process.argv[2], leaveRunning: process.argv[3] === "keep" });
  console.log("up");
  setInterval(() => {}, 1000);
`;

describe.skipIf(engine === undefined)("the sweep (needs Docker)", () => {
  const script = join(packageRoot(), "node_modules", ".cache", `cap-test-child-${process.pid}.mjs`);
  const children: ChildProcess[] = [];
  const runIds: string[] = [];

  beforeAll(() =>
    build({
      stdin: { contents: CHILD, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      outfile: script,
    }),
  );
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    for (const runId of runIds) await removeRun(engine, runId);
    await rm(script, { force: true });
  });

  const spawnRun = (keep = ""): { runId: string; child: ChildProcess; up: Promise<unknown> } => {
    const runId = testRunId();
    const child = spawn(process.execPath, [script, runId, keep], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    runIds.push(runId);
    return { runId, child, up: once(child.stdout as NodeJS.ReadableStream, "data") };
  };

  const killed = async (child: ChildProcess): Promise<void> => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };

  const left = async (runId: string): Promise<number> => {
    const filters = { label: [`${LABEL.run}=${runId}`] };
    const containers = await engine.docker.listContainers({ all: true, filters });
    return containers.length + (await engine.docker.listNetworks({ filters })).length;
  };

  it("spares runs whose process lives, removes those whose process was killed, keeps --leave-running for clean", async () => {
    const [dying, living, kept] = [spawnRun(), spawnRun(), spawnRun("keep")];
    await Promise.all([dying.up, living.up, kept.up]);
    const first = await sweep(engine, "dead");
    for (const { runId } of [dying, living, kept]) expect(first.spared).toContainEqual({ runId, why: "alive" });

    await killed(dying.child);
    await killed(kept.child);
    const second = await sweep(engine, "dead");
    expect(await left(dying.runId)).toBe(0);
    expect(await left(living.runId)).toBe(3);
    expect(await left(kept.runId)).toBe(3);
    expect(second.spared).toContainEqual({ runId: kept.runId, why: "kept" });

    // Narrowed to this test's run: others on this machine may have runs that they want to keep.
    expect(await sweep(engine, "dead-and-kept", living.runId)).toMatchObject({ containers: 0, networks: 0 });
    expect(await left(living.runId)).toBe(3);
    const third = await sweep(engine, "dead-and-kept", kept.runId);
    expect(third).toEqual({ containers: 2, networks: 1, volumes: 0, spared: [] });
    expect(await left(kept.runId)).toBe(0);
  });

  it("removes what a process killed in the middle of its start left", async () => {
    const { runId, child } = spawnRun();
    await eventually("the network of a run that is starting", async () => (await left(runId)) > 0);
    await killed(child);
    await sweep(engine, "dead", runId);
    // What Docker had been asked for and had not begun yet comes later; the next command's sweep finds it.
    await eventually("nothing left", async () => {
      await sweep(engine, "dead", runId);
      return (await left(runId)) === 0;
    });
  });

  it("removes the anonymous volumes that an image made, with their container", async () => {
    const runId = testRunId();
    runIds.push(runId);
    const gone = spawn("sleep", ["600"]);
    const owner = await ownerOf(gone.pid);
    await killed(gone);
    const image = await ensureImage(engine, "net", { progress: () => {}, signal: new AbortController().signal });
    const labels = labelsOf(owner, runId, false);
    const container = await engine.docker.createContainer({ Image: image, Labels: labels, Volumes: { "/data": {} } });
    const volume = (await container.inspect()).Mounts[0]?.Name as string;
    expect(await sweep(engine, "dead", runId)).toEqual({ containers: 1, networks: 0, volumes: 1, spared: [] });
    await expect(engine.docker.getVolume(volume).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it("does not touch a run of another machine, nor containers that are nobody's", async () => {
    const runId = testRunId();
    runIds.push(runId);
    const image = await ensureImage(engine, "net", { progress: () => {}, signal: new AbortController().signal });
    const labels = labelsOf({ ...(await ownerOf()), host: "elsewhere/0" }, runId, false);
    const theirs = await engine.docker.createContainer({ Image: image, Labels: labels });
    const nobodys = await engine.docker.createContainer({ Image: image });
    try {
      expect(await sweep(engine, "dead-and-kept", runId)).toMatchObject({
        containers: 0,
        spared: [{ runId, why: "elsewhere" }],
      });
      await sweep(engine, "dead");
      expect((await theirs.inspect()).State.Status).toBe("created");
      expect((await nobodys.inspect()).State.Status).toBe("created");
    } finally {
      await nobodys.remove();
    }
  });
});
