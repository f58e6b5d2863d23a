/** What values of a history mean: when two are the same, and what a read of a set returned. */

/**
 * A key for Maps and Sets: equal exactly where two JSON values are equal. Scalars stand for themselves (1 and "1" differ, a
 * missing value is null), lists and objects become a text no scalar string of a history can equal by accident.
 */
export function identityOf(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value !== "object" || value === null) return value;
  return `\u0000${canonical(value)}`;
}

/** JSON with sorted object keys: {a: 1, b: 2} and {b: 2, a: 1} are one value. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`).join(",")}}`;
}

/** The elements a read of a set returned; a set nobody has added to may read as null. Throws on anything else. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new TypeError(`a read of a set returned ${JSON.stringify(value)?.slice(0, 80)}, which is no list of elements`);
}
