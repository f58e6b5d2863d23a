/** The folder of a run: where it is, what is in it, and the history file that is on disk as it happens. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { EnvironmentError, messageOf } from "../core/errors.js";
import type { Op } from "../core/op.js";
import { formatOp } from "../history/index.js";

/** One run's folder: DIR/<system>-<workload>-<nemesis>/<UTC time>/. */
export interface RunFolder {
  readonly path: string;
  file(name: string): string;
  write(name: string, content: string): void;
}

/**
 * Makes the folder of a new run, and points DIR/latest to it (not to a comparison's, which holds no history). Two runs in
 * one second get different names.
 */
export function createRunFolder(dir: string, name: string, startedAt: Date, isLatest = true): RunFolder {
  const base = join(resolve(dir), safeName(name));
  const time = startedAt
    .toISOString()
    .replaceAll(":", "")
    .replace(/\.\d+Z$/, "Z");
  try {
    mkdirSync(base, { recursive: true });
    for (let i = 1; ; i++) {
      const path = join(base, i === 1 ? time : `${time}-${i}`);
      if (!tryMkdir(path)) continue;
      if (isLatest) pointLatest(resolve(dir), path);
      return folderAt(path);
    }
  } catch (error) {
    throw new EnvironmentError(
      `cannot make the run's folder in ${dir}: ${messageOf(error)}. Choose another with --dir.`,
    );
  }
}

/** The folder of a stored run. */
export function folderAt(path: string): RunFolder {
  return {
    path,
    file: (name) => join(path, name),
    write: (name, content) => {
      const target = join(path, name);
      mkdirSync(join(target, ".."), { recursive: true });
      // Whole or not at all: a reader never sees half a results.json.
      const temporary = `${target}.${process.pid}.tmp`;
      try {
        writeFileSync(temporary, content);
        renameSync(temporary, target);
      } catch (error) {
        rmSync(temporary, { force: true });
        throw new EnvironmentError(`cannot write ${target}: ${messageOf(error)}`);
      }
    },
  };
}

/** Writes a file the user named. @throws EnvironmentError where it cannot be written. */
export function writeTextFile(path: string, content: string): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new EnvironmentError(`cannot write ${path}: ${messageOf(error)}.`);
  }
}

const safeName = (name: string): string => name.replaceAll(/[^A-Za-z0-9.,+=-]+/g, "_").slice(0, 120);

function tryMkdir(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function pointLatest(dir: string, path: string): void {
  const link = join(dir, "latest");
  const temporary = `${link}.${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    symlinkSync(relative(dir, path), temporary);
    renameSync(temporary, link);
  } catch {
    // A convenience only: a file system without links, or a folder named "latest", must not stop a run.
    rmSync(temporary, { force: true });
  }
}

/** Lines waiting longer than this many bytes are written at once. */
const FLUSH_BYTES = 64 * 1024;

/**
 * history.jsonl, appended as it happens. Lines of one turn of the event loop are written together at its end, with a
 * synchronous write: after `kill -9` the file misses at most the events of the turn that was under way. A simulated run
 * (`everyTurn` false) can be repeated, so it is written in larger pieces.
 */
export class HistoryFile {
  private readonly fd: number;
  private lines: string[] = [];
  private bytes = 0;
  private scheduled = false;
  private failed: unknown;

  constructor(
    private readonly path: string,
    private readonly everyTurn = true,
  ) {
    this.fd = openSync(path, "wx");
  }

  /** Adds one event. Throws where an earlier write failed (a full disk): the run must end. */
  append(op: Op): void {
    if (this.failed !== undefined) throw this.failed;
    const line = formatOp(op);
    this.lines.push(line);
    this.bytes += line.length;
    if (this.bytes >= FLUSH_BYTES) this.flush();
    else if (this.everyTurn && !this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flushQuietly();
      });
    }
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.fd);
    }
  }

  private flushQuietly(): void {
    try {
      this.flush();
    } catch {
      // Kept in `failed`: the next append, or close, reports it.
    }
  }

  private flush(): void {
    if (this.failed !== undefined) throw this.failed;
    if (this.lines.length === 0) return;
    const data = Buffer.from(`${this.lines.join("\n")}\n`);
    this.lines = [];
    this.bytes = 0;
    try {
      for (let at = 0; at < data.length; ) at += writeSync(this.fd, data, at);
    } catch (error) {
      this.failed = new EnvironmentError(
        `cannot write ${this.path}: ${messageOf(error)}. What was written before is kept; free some space or use --dir.`,
      );
      throw this.failed;
    }
  }
}
