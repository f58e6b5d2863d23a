/** The counter: increments and decrements by any whole number, and reads. */
import { UsageError } from "../../../src/core/errors.js";
import type { BuiltIn } from "../model.js";
import { show } from "../words.js";

/** By how much an op changes the counter: an increment without a value is by 1. */
export function deltaOf(f: string, input: unknown): number {
  const by = input === null || input === undefined ? 1 : Number(input);
  return f === "decrement" ? -by : by;
}

/**
 * The value after an increment, where its completion tells it: a number that the invocation did not have. (An echo of the
 * invocation tells nothing.)
 */
export function valueAfter(input: unknown, output: unknown): number | undefined {
  return typeof output === "number" && output !== input ? output : undefined;
}

export const isCount = (value: unknown): boolean => Number.isSafeInteger(value);

export const counterModel: BuiltIn<number> = {
  name: "counter",
  fs: ["increment", "decrement", "read"],
  aliases: { inc: "increment", incr: "increment", add: "increment", dec: "decrement", decr: "decrement" },
  readers: ["read"],
  init: (initial) => {
    if (initial === null || initial === undefined) return 0;
    if (isCount(initial)) return initial as number;
    throw new UsageError(`the initial value of a counter is a whole number, not ${show(initial)}`);
  },
  step: (count, { f, input, output }) => {
    if (f === "read") return output === undefined || output === count ? count : undefined;
    const next = count + deltaOf(f, input);
    const told = valueAfter(input, output);
    return told === undefined || told === next ? next : undefined;
  },
  key: String,
  looks: ({ f, input, output }) => f === "read" || (deltaOf(f, input) === 0 && valueAfter(input, output) === undefined),
  blind: ({ f, input, output }) => f !== "read" && valueAfter(input, output) === undefined,
  malformed: ({ f, input, output, type }) => {
    if (f === "read")
      return type !== "ok" || isCount(output) ? undefined : `a counter is read as a whole number, not ${show(output)}`;
    return input === null || input === undefined || isCount(input)
      ? undefined
      : `${f} takes a whole number, not ${show(input)}`;
  },
  words: ({ f, input, output }) => {
    if (f === "read") return `read ${show(output)}`;
    const told = valueAfter(input, output);
    return `${f === "decrement" ? "decremented" : "incremented"} by ${show(input ?? 1)}${told === undefined ? "" : ` to ${told}`}`;
  },
};
