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
  if (list.length <= 12) return `[${list.map(show).join(", ")}]`;
  return `[${list.slice(0, 6).map(show).join(", ")}, … ${list.length - 9} more …, ${list.slice(-3).map(show).join(", ")}]`;
}
