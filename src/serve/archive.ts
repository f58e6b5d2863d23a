/** A run's folder as one .tar.gz, streamed: a history of a gigabyte must not stand in memory. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { pack } from "tar-stream";

/** The archive's files lie under `name/`. Links are left out. A file that grows meanwhile is cut at the size it had. */
export function archiveOf(folder: string, name: string): Readable {
  const tar = pack();
  const gzip = createGzip();
  tar.on("error", (error) => gzip.destroy(error));
  addFolder(tar, folder, name).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return tar.pipe(gzip);
}

async function addFolder(tar: ReturnType<typeof pack>, folder: string, name: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await addFolder(tar, path, `${name}/${entry.name}`);
    else if (entry.isFile()) await addFile(tar, path, `${name}/${entry.name}`);
  }
}

async function addFile(tar: ReturnType<typeof pack>, path: string, name: string): Promise<void> {
  const { size, mtime } = await stat(path);
  const header = tar.entry({ name, size, mtime, mode: 0o644 });
  if (size === 0) {
    header.end(undefined);
    return;
  }
  await pipeline(createReadStream(path, { end: size - 1 }), header);
}
