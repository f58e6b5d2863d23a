/** Gzip data as it is unzipped. Data that is cut off ends where it is cut off, in the beginning of a line. */
import { createGunzip } from "node:zlib";

/** No line is whole that ends so, in JSON lines or EDN: it tells the reader that something is missing. */
const CUT = new Uint8Array([0x7b]);

/** What is unzipped at once, without a turn of the event loop in between. */
const CHUNK_BYTES = 1 << 20;

/** `first`: the first bytes; `more` reads some more, none at the end. @throws the errors of zlib. */
export async function* unzipped(first: Uint8Array, more: () => Uint8Array): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const ready: Uint8Array[] = [];
  let ended = false;
  let failure: NodeJS.ErrnoException | undefined;
  let wake = (): void => {};
  // Not `for await`: a stream that fails keeps back what it had ready.
  gunzip.on("data", (chunk: Uint8Array) => ready.push(chunk));
  gunzip.on("end", () => {
    ended = true;
    wake();
  });
  gunzip.on("error", (error) => {
    failure = error;
    wake();
  });
  const write = (chunk: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      gunzip.write(chunk, () => resolve());
    });
  // One chunk is unzipped, on another thread, while what came of the one before is read.
  let chunk = first;
  let writing = write(chunk);
  while (failure === undefined && chunk.length > 0) {
    await writing;
    const unzippedSoFar = ready.splice(0);
    chunk = more();
    if (chunk.length > 0) writing = write(chunk);
    yield* unzippedSoFar;
  }
  if (failure === undefined) gunzip.end();
  if (!ended && failure === undefined) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  yield* ready.splice(0);
  if (failure === undefined) return;
  if (failure.code !== "Z_BUF_ERROR") throw failure;
  yield CUT;
}
