/** Running a program in a node's own container, and reading what the node printed. */
import type { Readable } from "node:stream";
import { CapTestError, EnvironmentError, messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { ExecResult } from "../../core/runtime.js";
import type { DockerEngine } from "./engine.js";

/** Lines and bytes of a log that are kept: its end is what explains a failure. */
const LOG_LINES = 20_000;
const LOG_BYTES = 8 * 1024 * 1024;
/** A program without an abort signal of its own may take this long. */
const EXEC_TIMEOUT_MS = 120_000;

/** Docker's stream without a terminal: frames of 8 header bytes (stream, 0, 0, 0, length) and the payload. */
export function demuxFrames(raw: Buffer): { stdout: Buffer; stderr: Buffer } {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    (raw[at] === 2 ? err : out).push(raw.subarray(at + 8, end));
    at = end;
  }
  return { stdout: Buffer.concat(out), stderr: Buffer.concat(err) };
}

/** Both streams of a framed log in the order they were written. */
export function interleave(raw: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= raw.length; ) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8");
}

/**
 * Runs `command` (no shell in between) and waits for its end. A paused or dead container refuses: EnvironmentError.
 * Aborting stops the waiting, not the program, which Docker cannot stop.
 */
export async function execIn(
  engine: DockerEngine,
  containerId: string,
  node: NodeId,
  command: readonly string[],
  signal?: AbortSignal,
): Promise<ExecResult> {
  const what = `run ${command[0] ?? "nothing"} on ${node}`;
  const exec = await engine.call(what, (abortSignal) =>
    engine.docker
      .getContainer(containerId)
      .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: false, abortSignal }),
  );
  const stream = await engine.call(what, () => exec.start({ hijack: true, stdin: false }));
  const { stdout, stderr } = demuxFrames(await readAll(stream, what, signal));
  // Only after the stream's end: before that there is no exit code.
  const info = await engine.call(what, (abortSignal) => exec.inspect({ abortSignal }));
  return { exitCode: info.ExitCode ?? -1, stdout: stdout.toString("utf8"), stderr: stderr.toString("utf8") };
}

async function readAll(stream: Readable, what: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const limit = AbortSignal.timeout(EXEC_TIMEOUT_MS);
  const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  const give = (): void => void stream.destroy(new CapTestError(`could not ${what}: it did not end in time.`));
  either.addEventListener("abort", give, { once: true });
  try {
    if (either.aborted) give();
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof CapTestError) throw error;
    throw new EnvironmentError(`the Docker engine stopped answering: it could not ${what} (${messageOf(error)}).`, {
      cause: error,
    });
  } finally {
    either.removeEventListener("abort", give);
  }
}

/**
 * The end of what the container printed since it was made, over all its starts. With `zeroMs` (the run's beginning by the
 * wall clock) each line begins with milliseconds since then, as the simulation's do.
 */
export async function logOf(engine: DockerEngine, containerId: string, node: NodeId, zeroMs?: number): Promise<string> {
  const timestamps = zeroMs !== undefined;
  const raw = await engine.call(`read the log of ${node}`, (abortSignal) =>
    engine.docker
      .getContainer(containerId)
      .logs({ stdout: true, stderr: true, tail: LOG_LINES, follow: false, timestamps, abortSignal }),
  );
  const text = zeroMs === undefined ? interleave(raw) : sinceZero(interleave(raw), zeroMs);
  return text.length <= LOG_BYTES ? text : `… (cut)\n${text.slice(-LOG_BYTES)}`;
}

/** Docker's time stamps as milliseconds since the run began: `2026-11-22T10:15:01.234567891Z text` -> `1234.568 text`. */
export function sinceZero(text: string, zeroMs: number): string {
  return text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z /gm, (_, second: string, fraction = "") => {
    // Date.parse knows milliseconds only; the rest of the fraction is added by hand.
    const ms = Date.parse(`${second}Z`) - zeroMs + Number(`0.${fraction || "0"}`) * 1000;
    return `${ms.toFixed(3)} `;
  });
}
