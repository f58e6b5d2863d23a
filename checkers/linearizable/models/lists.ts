/** Lists as values: states and initial values of queues, stacks, sets and lists. */
import { UsageError } from "../../../src/core/errors.js";
import { show } from "../words.js";

/** A list; null stands for an empty one. @throws UsageError for anything else. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new UsageError(`${what} is a list, not ${show(value)}`);
}

/** A state for people: at most the first and last few elements. */
export function listText(list: readonly unknown[]): string {
  // A simplified state holds a symbol for each value that no call can tell from others.
  const texts = list.map((value) => (typeof value === "symbol" ? "(never taken)" : show(value)));
  if (texts.length <= 12) return `[${texts.join(", ")}]`;
  return `[${texts.slice(0, 6).join(", ")}, … ${texts.length - 9} more …, ${texts.slice(-3).join(", ")}]`;
}
