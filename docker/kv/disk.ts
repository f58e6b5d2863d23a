/**
 * The node's log: one file of lines, appended and synced, replaced as a whole by rename. What a crash tears off the last
 * line is dropped when the file is opened.
 */
import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const sync = promisify(fdatasync);

export class DiskLog {
  private readonly path: string;
  private fd = -1;

  constructor(private readonly dir: string) {
    this.path = join(dir, "log.jsonl");
  }

  /** Opens the log and returns its whole lines. A torn last line is cut off, on disk too: the next append starts afresh. */
  async open(): Promise<string[]> {
    await mkdir(this.dir, { recursive: true });
    // A replacement that was under way when the process died never took effect.
    rmSync(`${this.path}.new`, { force: true });
    this.fd = openSync(this.path, "a+");
    const bytes = readFileSync(this.path);
    // 10 is the line break; in UTF-8 that byte is never part of another character.
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) ftruncateSync(this.fd, whole);
    fsyncSync(this.fd);
    await this.syncDir();
    const text = bytes.subarray(0, whole).toString("utf8");
    return text === "" ? [] : text.slice(0, -1).split("\n");
  }

  /** Writes lines behind the others: in the page cache when it returns, durable after `sync`. */
  append(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const bytes = Buffer.from(`${lines.join("\n")}\n`, "utf8");
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
  }

  /** Resolves when everything appended so far is durable. */
  async sync(): Promise<void> {
    await sync(this.fd);
  }

  /** Replaces all lines, atomically: a crash leaves the old file or the new one, and the new one when this has resolved. */
  async replace(lines: readonly string[]): Promise<void> {
    const fresh = `${this.path}.new`;
    const file = await open(fresh, "w");
    try {
      await file.writeFile(lines.map((line) => `${line}\n`).join(""), "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, this.path);
    await this.syncDir();
    closeSync(this.fd);
    this.fd = openSync(this.path, "a");
  }

  /** The name of a file lies in its folder: without this a crash may forget that the file exists, or was renamed. */
  private async syncDir(): Promise<void> {
    const dir = await open(this.dir, "r");
    try {
      await dir.sync();
    } finally {
      await dir.close();
    }
  }
}
