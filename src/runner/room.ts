/** How much room a history takes: told by its first bytes, so that there is one allocation, and no surprise at the end. */
import { totalmem } from "node:os";
import { UsageError } from "../core/errors.js";

/** What a line takes in memory at the very least: its columns. */
const BYTES_PER_LINE = 41;
const NEWLINE = 0x0a;

/** What this process may have at most: the machine's memory, or less where its container is limited. */
export function memoryBytes(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/**
 * About how many lines a file of `sizeBytes` has, by a chunk of its beginning; 0 where that cannot be told.
 * @throws UsageError where so many lines cannot fit into `memory` bytes: better said now than by the kernel's killer later.
 */
export function linesOf(sizeBytes: number, chunk: Uint8Array, memory: number): number {
  let newlines = 0;
  for (const byte of chunk) if (byte === NEWLINE) newlines++;
  // Unzipped already, or a line longer than the chunk.
  if (sizeBytes < chunk.length || newlines === 0) return 0;
  const lines = Math.ceil((sizeBytes / chunk.length) * newlines);
  const need = lines * BYTES_PER_LINE;
  if (need <= memory) return lines;
  const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const ops = Math.round(lines / 2e6);
  throw new UsageError(
    `about ${ops} million ops need more than ${gb(need)} of memory, and there are ${gb(memory)}: check a part of the history.`,
  );
}
