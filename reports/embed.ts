/** Packs data into text that may stand inside a page: JSON, gzip, base64. Web standards only, so it runs anywhere. */

/** Resolves with base64 of the gzipped JSON. Base64 holds no "<", so nothing in it can end the script element around it. */
export async function embed(data: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(data));
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return base64(new Uint8Array(await new Response(stream as unknown as ReadableStream).arrayBuffer()));
}

/** In slices: one call with a megabyte of arguments would overflow the stack. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
