import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { contextOf, copiedBy, hashOf, isBundled, ownContextOf, packageRoot, tarOf } from "./context.js";

const file = (name: string, text: string) => ({ name, content: Buffer.from(text) });

describe("the hash that names an image", () => {
  it("changes with any name or byte, and only then", () => {
    const files = [file("Dockerfile", "FROM x"), file("a", "b")];
    expect(hashOf(files)).toMatch(/^[0-9a-f]{12}$/);
    expect(hashOf(files)).toBe(hashOf([file("Dockerfile", "FROM x"), file("a", "b")]));
    expect(hashOf([file("Dockerfile", "FROM x"), file("a", "c")])).not.toBe(hashOf(files));
    expect(hashOf([file("Dockerfile", "FROM x"), file("c", "b")])).not.toBe(hashOf(files));
  });

  it("tells where a name ends and the content begins", () => {
    expect(hashOf([file("ab", "c")])).not.toBe(hashOf([file("a", "bc")]));
    expect(hashOf([file("a", "1:b:1:c")])).not.toBe(hashOf([file("a", ""), file("b", "c")]));
  });
});

describe("the build context", () => {
  let root = "";
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("holds the folder's files without TypeScript, and the built script beside them", async () => {
    root = await mkdtemp(join(tmpdir(), "cap-test-context-"));
    await mkdir(join(root, "docker/kv"), { recursive: true });
    await mkdir(join(root, "dist/docker/kv"), { recursive: true });
    await writeFile(join(root, "docker/kv/Dockerfile"), "FROM x\nCOPY entry.mjs /kv/entry.mjs\n");
    await writeFile(join(root, "docker/kv/entry.ts"), "source");
    await expect(contextOf("kv", root)).rejects.toThrow("needs entry.mjs, which is not built yet: run `npm run build`");
    await writeFile(join(root, "dist/docker/kv/entry.mjs"), "built");
    await writeFile(join(root, "dist/docker/kv/entry.js"), "what tsc leaves");
    expect((await contextOf("kv", root)).map((one) => one.name)).toEqual(["Dockerfile", "entry.mjs"]);
    await expect(contextOf("nope", root)).rejects.toThrow('there is no image "nope"');
  });

  it("of a folder of one's own holds what is below it, but no dependencies and nothing hidden", async () => {
    root = await mkdtemp(join(tmpdir(), "cap-test-context-"));
    for (const folder of ["src", "node_modules/x", ".git"]) await mkdir(join(root, folder), { recursive: true });
    await expect(ownContextOf(root)).rejects.toThrow("its Dockerfile is missing");
    for (const name of ["Dockerfile", "src/main.ts", "node_modules/x/index.js", ".git/HEAD"]) {
      await writeFile(join(root, name), name);
    }
    await writeFile(join(root, "run.sh"), "#!/bin/sh", { mode: 0o755 });
    const files = await ownContextOf(root);
    expect(files.map((one) => [one.name, one.executable])).toEqual([
      ["Dockerfile", false],
      ["run.sh", true],
      ["src/main.ts", false],
    ]);
    expect(hashOf(files)).not.toBe(hashOf(files.map(({ name, content }) => ({ name, content }))));
  });

  it("knows bundled names from other images and paths", () => {
    expect(isBundled("etcd")).toBe(true);
    for (const name of ["redis", "etcd:3.5", "quay.io/coreos/etcd", "/etcd", "../docker/etcd", ""]) {
      expect(isBundled(name), name).toBe(false);
    }
  });

  it("is there for the images of this package", async () => {
    for (const name of ["net", "etcd", "redis-cluster"]) {
      expect((await contextOf(name, packageRoot())).map((one) => one.name)).toContain("Dockerfile");
    }
  });

  it("packs into a tar with each file under its name", async () => {
    const tar = await buffer(tarOf([file("Dockerfile", "FROM x"), file("agent.sh", "echo")]));
    expect(tar.length % 512).toBe(0);
    expect(tar.subarray(0, 10).toString()).toBe("Dockerfile");
    expect(tar.subarray(512, 518).toString()).toBe("FROM x");
    expect(tar.subarray(1024, 1032).toString()).toBe("agent.sh");
  });
});

it("reads what a Dockerfile copies", () => {
  expect(copiedBy("FROM x\nCOPY a.sh b.sh /opt/\nRUN COPY\nCOPY --chown=1 c /c\n")).toEqual(["a.sh", "b.sh", "c"]);
});
