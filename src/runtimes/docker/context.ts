/** What an image is built from: the files of its folder under docker/, and the hash of them that names the image. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { pack } from "tar-stream";
import { EnvironmentError, messageOf } from "../../core/errors.js";

export interface ContextFile {
  readonly name: string;
  readonly content: Buffer;
  readonly executable?: boolean;
}

/** The package's own folder: the one above this file that holds docker/. Works from src/ and from dist/. */
export function packageRoot(): string {
  let at = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(at, "docker", "net", "Dockerfile"))) {
    const up = dirname(at);
    if (up === at) throw new EnvironmentError("the folder docker/ of cap-test is missing: install the package again.");
    at = up;
  }
  return at;
}

/**
 * The files of docker/NAME, sorted by name. TypeScript stays out: it is built, and what it is built to (dist/docker/NAME)
 * goes in. Throws EnvironmentError for an unknown name or a bundle that was not built.
 */
export async function contextOf(name: string, root: string = packageRoot()): Promise<readonly ContextFile[]> {
  const files: ContextFile[] = [];
  for (const folder of [join(root, "docker", name), join(root, "dist", "docker", name)]) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const wanted = folder.startsWith(join(root, "dist")) ? entry.name.endsWith(".mjs") : !entry.name.endsWith(".ts");
      if (!entry.isFile() || !wanted) continue;
      files.push({ name: entry.name, content: await readFile(join(folder, entry.name)) });
    }
  }
  const dockerfile = files.find((file) => file.name === "Dockerfile");
  if (dockerfile === undefined)
    throw new EnvironmentError(`there is no image "${name}": docker/${name}/Dockerfile is missing.`);
  for (const source of copiedBy(dockerfile.content.toString("utf8"))) {
    if (files.some((file) => file.name === source)) continue;
    throw new EnvironmentError(`image "${name}" needs ${source}, which is not built yet: run \`npm run build\` first.`);
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** More than this in a folder is no service's source but its dependencies, data or history. */
const OWN_BYTES_MAX = 64 * 1024 * 1024;

/**
 * All files of a user's own folder with a Dockerfile, sorted by name; node_modules and hidden folders stay out.
 * @throws EnvironmentError where there is no Dockerfile, or far too much.
 */
export async function ownContextOf(folder: string): Promise<readonly ContextFile[]> {
  const files: ContextFile[] = [];
  let bytes = 0;
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
      const at = join(path, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) await visit(at);
      if (!entry.isFile()) continue;
      const content = await readFile(at);
      bytes += content.length;
      if (bytes > OWN_BYTES_MAX) {
        throw new EnvironmentError(`${folder} holds more than 64 MB: give the image a folder of its own.`);
      }
      files.push({ name: relative(folder, at), content, executable: ((await stat(at)).mode & 0o111) !== 0 });
    }
  };
  await visit(folder);
  if (!files.some((file) => file.name === "Dockerfile")) {
    throw new EnvironmentError(`there is no image to build in ${folder}: its Dockerfile is missing.`);
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Is it the name of a folder under docker/? */
export const isBundled = (name: string, root: string = packageRoot()): boolean =>
  /^[a-z][a-z0-9-]*$/.test(name) && existsSync(join(root, "docker", name, "Dockerfile"));

/** The sources that a Dockerfile's COPY lines name. */
export function copiedBy(dockerfile: string): readonly string[] {
  return dockerfile
    .split("\n")
    .filter((line) => line.startsWith("COPY "))
    .flatMap((line) => line.split(/\s+/).slice(1, -1))
    .filter((word) => !word.startsWith("--"));
}

/** 12 hex digits of SHA-256 over names and contents. Lengths go in too: ("ab", "c") must not hash like ("a", "bc"). */
export function hashOf(files: readonly ContextFile[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    const mode = file.executable === true ? "x" : "";
    hash.update(`${Buffer.byteLength(file.name)}:${file.name}:${file.content.length}:${mode}`);
    hash.update(file.content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The files as the tar stream that Docker's build call takes. */
export function tarOf(files: readonly ContextFile[]): Readable {
  const tar = pack();
  // A fixed time keeps the engine's layer cache valid from one build to the next.
  for (const file of files)
    tar.entry({ name: file.name, mode: file.executable === true ? 0o755 : 0o644, mtime: new Date(0) }, file.content);
  tar.finalize();
  tar.on("error", (error) => tar.destroy(new Error(`packing the build context failed: ${messageOf(error)}`)));
  return tar as unknown as Readable;
}
