/** Values and ops cut to what a sentence or a results file can bear. */
import type { Op } from "../src/core/op.js";

/** Lists longer than this are not repeated in a witness. */
const LONGEST_LIST = 50;

/** A value in a sentence: never more than 60 characters of it. */
export function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** An op for a witness: a read of 10,000 elements says what it must by its length. */
export function shortened(op: Op): Op {
  if (!Array.isArray(op.value) || op.value.length <= LONGEST_LIST) return op;
  return { ...op, value: `[${op.value.length} elements]` };
}
