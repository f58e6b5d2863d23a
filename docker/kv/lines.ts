/** Cuts a stream of text into lines of JSON. */

/** A line longer than this is nonsense, or an attack on memory. */
const LINE_LIMIT = 256 * 1024 * 1024;

export class LineSplitter {
  private parts: string[] = [];
  private length = 0;

  /** Returns the lines that `chunk` completes, without their line breaks. Throws when one grows past all bounds. */
  push(chunk: string): readonly string[] {
    const first = chunk.indexOf("\n");
    if (first < 0) {
      this.parts.push(chunk);
      this.length += chunk.length;
      if (this.length > LINE_LIMIT) throw new RangeError("a line without an end");
      return [];
    }
    // Joined once per line: adding each chunk to one growing string would copy a long line again and again.
    this.parts.push(chunk.slice(0, first));
    const lines = [this.parts.join("")];
    let at = first + 1;
    for (let end = chunk.indexOf("\n", at); end >= 0; end = chunk.indexOf("\n", at)) {
      lines.push(chunk.slice(at, end));
      at = end + 1;
    }
    this.parts = at < chunk.length ? [chunk.slice(at)] : [];
    this.length = chunk.length - at;
    return lines;
  }
}

/** The JSON objects that a chunk completes; undefined when the sender talks nonsense. */
export function parsedLines(lines: LineSplitter, chunk: string): readonly Record<string, unknown>[] | undefined {
  try {
    return lines.push(chunk).map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== "object" || value === null) throw new TypeError("not an object");
      return value as Record<string, unknown>;
    });
  } catch {
    return undefined;
  }
}
