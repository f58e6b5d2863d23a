/** The append-only list: append, and read, which returns the whole list. */
import { valueKey } from "../../../src/history/index.js";
import type { BuiltIn } from "../model.js";
import { show } from "../words.js";
import { listOf, listText } from "./lists.js";
import { placeOf } from "./moves.js";

export const listModel: BuiltIn<readonly unknown[]> = {
  name: "list",
  fs: ["append", "read"],
  readers: ["read"],
  init: (initial) => listOf(initial, "the initial value of a list"),
  step: (list, { f, input, output, type }) => {
    if (f === "append") return [...list, input];
    return type === "info" || valueKey(list) === valueKey(output ?? []) ? list : undefined;
  },
  key: valueKey,
  describe: listText,
  looks: ({ f }) => f === "read",
  blind: ({ f }) => f === "append",
  origins: {
    did: "appended",
    noun: "append",
    brings: ({ f, input }) => (f === "append" ? [placeOf(input)] : []),
    sees: ({ f, output }) => (f === "read" && Array.isArray(output) ? output.map(placeOf) : []),
    holds: (list) => list.map(placeOf),
  },
  malformed: ({ f, output, type }) =>
    f === "read" && type === "ok" && output !== null && !Array.isArray(output)
      ? `a list is read as a list, not ${show(output)}`
      : undefined,
  words: ({ f, input, output }) => (f === "append" ? `appended ${show(input)}` : `read ${show(output)}`),
  /** A crashed append that nobody saw can stand at the end. */
  simplify: (calls) => {
    const seen = new Set<string>();
    for (const { f, output } of calls) {
      if (f === "read" && Array.isArray(output)) for (const element of output) seen.add(valueKey(element));
    }
    return calls.map((call) =>
      call.f === "append" && call.type === "info" && !seen.has(valueKey(call.input)) ? undefined : call,
    );
  },
};
