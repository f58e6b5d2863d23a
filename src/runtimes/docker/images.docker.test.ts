/** Building images in a real engine: once for each content, with the reason when it fails, and stoppable. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engineForTests } from "./beacon.fixture.js";
import type { DockerEngine } from "./engine.js";
import { ensureForeignImage, ensureImage, hasImage } from "./images.js";

const engine = (await engineForTests()) as DockerEngine;

describe.skipIf(engine === undefined)("images (needs Docker)", () => {
  const name = `test-${process.pid}`;
  const tags = new Set<string>();
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "cap-test-images-"));
    await mkdir(join(root, "docker", name), { recursive: true });
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
    for (const tag of tags) await engine.docker.getImage(tag).remove();
  });

  const ensure = async (dockerfile: string, signal = new AbortController().signal) => {
    await writeFile(join(root, "docker", name, "Dockerfile"), dockerfile);
    const lines: string[] = [];
    const tag = await ensureImage(engine, name, { progress: (line) => lines.push(line), signal, root });
    tags.add(tag);
    return { tag, lines };
  };

  it("are built once, with progress, and again only when their content changes", async () => {
    const first = await ensure("FROM debian:trixie-slim\nRUN echo one\n");
    expect(first.tag).toMatch(new RegExp(`^cap-test/${name}:[0-9a-f]{12}$`));
    expect(first.lines.length).toBeGreaterThan(1);
    expect(await hasImage(engine, first.tag)).toBe(true);
    const again = await ensure("FROM debian:trixie-slim\nRUN echo one\n");
    expect(again).toEqual({ tag: first.tag, lines: [] });
    const other = await ensure("FROM debian:trixie-slim\nRUN echo two\n");
    expect(other.tag).not.toBe(first.tag);
    expect(other.lines.length).toBeGreaterThan(1);
  });

  it("say why they could not be built, and are not there then", async () => {
    const broken = "FROM debian:trixie-slim\nRUN echo the reason is here && exit 7\n";
    await expect(ensure(broken)).rejects.toThrow(
      /Docker could not build image .*returned a non-zero code: 7.*the reason is here/s,
    );
    // A failed build must not pass for a cached one.
    await expect(ensure(broken)).rejects.toThrow("could not build image");
    await expect(ensure("NONSENSE\n")).rejects.toThrow(/could not build image.*NONSENSE/is);
  });

  it("stop building when the run is given up", async () => {
    const controller = new AbortController();
    const building = ensure("FROM debian:trixie-slim\nRUN sleep 600\n", controller.signal);
    setTimeout(() => controller.abort(new Error("Ctrl-C")), 500);
    await expect(building).rejects.toThrow("Ctrl-C");
  });

  it("of others are used when they are there, and named when they cannot be had", async () => {
    const options = { progress: () => {}, signal: new AbortController().signal };
    expect(await ensureForeignImage(engine, "debian:trixie-slim", options)).toBe("debian:trixie-slim");
    // Port 1 of this machine: no registry answers there.
    const nowhere = "127.0.0.1:1/nobody/nothing:1";
    await expect(ensureForeignImage(engine, nowhere, options)).rejects.toThrow(
      /could not pull image 127\.0\.0\.1:1\/nobody/,
    );
  });
});
