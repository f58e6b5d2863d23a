/** Reads any history from disk: ours (JSON lines), Jepsen's (EDN), either gzipped, or the folder of a run. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../core/errors.js";
import {
  createEdnParser,
  createHistoryParser,
  type HistoryParser,
  looksLikeEdn,
  type ParsedHistory,
} from "../history/index.js";
import { linesOf, memoryBytes } from "./room.js";
import { unzipped } from "./unzipped.js";

/** Small enough to stay in the processor's cache between the disk and the scanner. */
const CHUNK_BYTES = 1 << 18;

/** A history and the file it came from (for a folder: its history.jsonl). */
export interface StoredHistory extends ParsedHistory {
  readonly path: string;
}

/** @throws UsageError with the file's name, and the line where a line is wrong. */
export async function readHistory(path: string): Promise<StoredHistory> {
  const file = historyPath(path);
  try {
    const reader = new FormatReader(file);
    for await (const chunk of chunksOf(file)) reader.push(chunk);
    return { ...reader.finish(), path: file };
  } catch (error) {
    // What typed arrays say where the machine has no room for them.
    if (error instanceof RangeError && /allocation|array length/i.test(error.message)) {
      throw new UsageError(`${path}: this history does not fit into memory.`, { cause: error });
    }
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      throw new UsageError(`${path}: its values are nested too deep for any history.`, { cause: error });
    }
    if (error instanceof UsageError) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    const { code } = error as NodeJS.ErrnoException;
    // No right to read it, or a folder of that name: whatever the system says of the file is no fault of ours.
    if (code !== undefined && "syscall" in (error as object)) {
      throw new UsageError(`${path}: cannot be read (${(error as Error).message}).`, { cause: error });
    }
    if (code?.startsWith("Z_")) throw new UsageError(`${path}: the gzip data is broken.`, { cause: error });
    throw error;
  }
}

function historyPath(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${path}: no such file.`);
  if (!stat.isDirectory()) return path;
  const inside = join(path, "history.jsonl");
  if (statSync(inside, { throwIfNoEntry: false }) === undefined) {
    throw new UsageError(`${path}: a folder without history.jsonl; give a run's folder or a history file.`);
  }
  return inside;
}

/** The file in chunks, unzipped where it is gzip. Plain files are read synchronously: it is three times as fast. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const fd = openSync(path, "r");
  try {
    const first = readChunk(fd);
    if (first[0] !== 0x1f || first[1] !== 0x8b) {
      // One buffer for all: whoever takes a chunk is done with it, or has copied it, when asking for the next.
      const buffer = new Uint8Array(CHUNK_BYTES);
      for (let chunk = first; chunk.length > 0; chunk = readChunk(fd, buffer)) yield chunk;
      return;
    }
    yield* unzipped(first, () => readChunk(fd));
  } finally {
    closeSync(fd);
  }
}

function readChunk(fd: number, buffer = new Uint8Array(CHUNK_BYTES)): Uint8Array {
  return buffer.subarray(0, readSync(fd, buffer));
}

/** Decides the format by the first bytes. */
class FormatReader {
  private parser: HistoryParser | undefined;

  constructor(private readonly file: string) {}

  push(chunk: Uint8Array): void {
    this.parser ??= looksLikeEdn(chunk)
      ? createEdnParser()
      : createHistoryParser(linesOf(statSync(this.file).size, chunk, memoryBytes()));
    this.parser.push(chunk);
  }

  finish(): ParsedHistory {
    return (this.parser ?? createHistoryParser()).finish();
  }
}
