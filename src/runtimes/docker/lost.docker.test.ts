/**
 * The engine goes away, or hangs, in the middle of a run: every call must end in a clear error, none may hang. The engine is
 * real; between it and the client sits a relay that can be cut or frozen, so that nobody else's engine is stopped.
 */
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { EnvironmentError } from "../../core/errors.js";
import { engineForTests, receivedBy, startBeacons } from "./beacon.fixture.js";
import type { DockerCluster } from "./cluster.js";
import { inspectDocker } from "./doctor.js";
import { connectDocker, type DockerEngine } from "./engine.js";
import { removeRun } from "./sweep.js";

const direct = (await engineForTests()) as DockerEngine;

/** Between the client and the engine's socket. */
class Relay {
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  private readonly server: Server;
  readonly path = join(tmpdir(), `cap-test-relay-${process.pid}-${Math.trunc(performance.now())}.sock`);

  constructor() {
    // allowHalfOpen, as a hijacked stream ends one direction first.
    this.server = createServer({ allowHalfOpen: true }, (client) => {
      const upstream = createConnection({ path: socketPathOf(direct), allowHalfOpen: true });
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => this.sockets.delete(socket));
      }
      if (this.frozen) return;
      client.pipe(upstream);
      upstream.pipe(client);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.path, resolve));
  }

  /** From now on nothing passes, and nobody is told. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Everything is closed, and nobody listens. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

function socketPathOf(engine: DockerEngine): string {
  return (engine.docker.modem as { socketPath?: string }).socketPath ?? "/var/run/docker.sock";
}

describe.skipIf(direct === undefined)("an engine that goes away (needs Docker)", () => {
  const runIds: string[] = [];
  const before = process.env.DOCKER_HOST;
  let relay: Relay;
  beforeEach(async () => {
    relay = new Relay();
    await relay.listen();
    process.env.DOCKER_HOST = `unix://${relay.path}`;
  });
  const restore = (): void => {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  };
  afterEach(async () => {
    await relay.stop();
    restore();
  });
  afterAll(async () => {
    for (const runId of runIds) await removeRun(direct, runId);
  });

  /** A cluster behind the relay, and the promise of what its watch says. */
  const start = async (): Promise<{ cluster: DockerCluster; lost: Promise<EnvironmentError> }> => {
    const engine = await connectDocker(10_000);
    let tell: (error: EnvironmentError) => void = () => {};
    const lost = new Promise<EnvironmentError>((resolve) => {
      tell = resolve;
    });
    const cluster = await startBeacons(engine, 2, { onLost: (error) => tell(error) });
    runIds.push(cluster.runId);
    await receivedBy(cluster, "n1");
    return { cluster, lost };
  };

  it.each(["stop", "freeze"] as const)("turns into clear errors: %s", async (how) => {
    const { cluster } = await start();
    expect((await cluster.heal()).proved).toBe(true);
    await relay[how]();
    const [n1, n2] = ["n1", "n2"];
    const results: PromiseSettledResult<unknown>[] = await Promise.allSettled([
      cluster.cut(new Map([[n1, new Set([n2])]])),
      cluster.signal(n1, "kill"),
      cluster.exec(n1, ["true"]),
      cluster.log(n2),
    ]);
    // By itself: it closes the root shells, which would end the others for another reason.
    results.push(...(await Promise.allSettled([cluster.stop()])));
    for (const result of results) {
      expect(result.status).toBe("rejected");
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(EnvironmentError);
      expect(reason.message).toMatch(/engine stopped answering|root shell in the network of n\d is gone/);
    }
  });

  it("is noticed by the watch while nobody asks anything", async () => {
    const { lost } = await start();
    await relay.stop();
    expect((await lost).message).toContain("the Docker engine stopped answering");
  });

  it("says what to do when there is none at all", async () => {
    await relay.stop();
    await expect(connectDocker()).rejects.toThrow(/no Docker engine answers .*Start Docker/);
    const findings = await inspectDocker();
    expect(findings).toMatchObject([{ name: "docker", ok: false }]);
    expect(findings[0]?.advice).toContain("systemctl start docker");
  });
});

describe.skipIf(direct === undefined)("the doctor (needs Docker)", () => {
  it("finds the engine, memory, images and kernel features, with advice for each that is missing", async () => {
    const findings = await inspectDocker();
    const named = (name: string) => findings.find((finding) => finding.name === name);
    expect(named("docker")).toMatchObject({ ok: true, detail: `engine ${direct.version}, API ${direct.apiVersion}` });
    expect(named("memory")?.detail).toMatch(/^\d+\.\d GiB, \d+ processors/);
    expect(named("image net")?.detail).toMatch(/^cap-test\/net:[0-9a-f]{12}$/);
    expect(named("kernel iptables")?.ok).toBe(true);
    for (const finding of findings) expect(finding.ok || finding.advice !== undefined).toBe(true);
  });
});
