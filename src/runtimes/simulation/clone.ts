/**
 * Copies a body as a wire would. In Docker a body is written as JSON and parsed again, so the receiver can never share
 * memory with the sender; here a recursive copy does the same at a fraction of the cost of JSON. What JSON would change
 * silently (a Map turns into {}, NaN into null) is refused instead: the same program would behave differently in Docker.
 */

/** A deep copy of plain JSON data. Throws TypeError on anything that JSON does not carry unchanged. */
export function cloneJson(value: unknown): unknown {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`a message body holds ${value}, which JSON cannot carry`);
    return value;
  }
  if (typeof value !== "object") throw new TypeError(`a message body holds a ${typeof value}, which JSON cannot carry`);
  if (Array.isArray(value)) {
    const length = value.length;
    const out: unknown[] = new Array(length);
    for (let i = 0; i < length; i++) out[i] = cloneJson(value[i]);
    return out;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("a message body holds a class instance, a Map or the like, which JSON cannot carry");
  }
  const source = value as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const key in source) {
    const field = source[key];
    // JSON leaves such fields out as well.
    if (field !== undefined) out[key] = cloneJson(field);
  }
  return out;
}
