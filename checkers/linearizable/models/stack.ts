/** The LIFO stack: push, and pop, which returns the youngest element or null where there is none. */
import { valueKey } from "../../../src/history/index.js";
import type { BuiltIn } from "../model.js";
import { show } from "../words.js";
import { listOf, listText } from "./lists.js";
import { nullInside, originsOfMoved, simplifyTaken, valueMoved } from "./moves.js";

export const stackModel: BuiltIn<readonly unknown[]> = {
  name: "stack",
  fs: ["push", "pop"],
  init: (initial) => listOf(initial, "the initial value of a stack"),
  step: (stack, { f, input, output, type }) => {
    if (f === "push") return [...stack, input];
    if (type === "info") return stack.length === 0 ? stack : stack.slice(0, -1);
    if (output === null) return stack.length === 0 ? stack : undefined;
    // What is not there is no value: only null has the same key.
    return valueKey(stack.at(-1)) === valueKey(output) ? stack.slice(0, -1) : undefined;
  },
  key: valueKey,
  describe: (stack) =>
    stack.length === 0
      ? "empty"
      : stack.length === 1
        ? listText(stack)
        : `${listText(stack)} (${show(stack.at(-1))} on top)`,
  looks: ({ f, output, type }) => f === "pop" && type === "ok" && output === null,
  blind: ({ f }) => f === "push",
  together: (call) => valueMoved(call, "push"),
  origins: originsOfMoved("push", "pushed"),
  malformed: (call) => nullInside(call, "push"),
  words: ({ f, input, output, type }) => {
    if (f === "push") return `pushed ${show(input)}`;
    if (type === "info") return "began to pop";
    return output === null ? "found the stack empty" : `popped ${show(output)}`;
  },
  simplify: (calls) => simplifyTaken(calls, "push"),
};
