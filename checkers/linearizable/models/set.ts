/**
 * The set: add, remove, contains (answers true or false) and read (the whole set as a list). An add or remove that answers
 * true or false says whether it changed the set. Sets that nobody reads as a whole are judged element by element.
 */
import { valueKey } from "../../../src/history/index.js";
import type { BuiltIn, Call } from "../model.js";
import { show } from "../words.js";
import { listOf } from "./lists.js";
import { placeOf } from "./moves.js";

/** Element by its text, sorted by that text. */
export type Elements = readonly string[];

/** Texts of elements, each once, sorted; undefined where an element comes twice: no set is read so. */
function elementsOf(list: readonly unknown[]): Elements | undefined {
  const texts = list.map(valueKey).sort();
  return texts.some((text, i) => text === texts[i - 1]) ? undefined : texts;
}

/** What an add, remove or contains answered, where it did. */
export function answered({ f, input, output }: Call): boolean | undefined {
  if (typeof output !== "boolean") return undefined;
  // An echo of the element `true` tells nothing; contains has to answer.
  return f !== "contains" && output === input ? undefined : output;
}

const same = (a: Elements, b: Elements): boolean => a.length === b.length && a.every((text, i) => text === b[i]);

function step(set: Elements, call: Call): Elements | undefined {
  if (call.f === "read") {
    if (call.type === "info") return set;
    const seen = elementsOf(listOf(call.output, "what a set was read as"));
    return seen !== undefined && same(seen, set) ? set : undefined;
  }
  const text = valueKey(call.input);
  const held = set.includes(text);
  const said = answered(call);
  if (call.f === "contains") return said === undefined || said === held ? set : undefined;
  const adds = call.f === "add";
  const changes = adds !== held;
  if (said !== undefined && said !== changes) return undefined;
  if (!changes) return set;
  return adds ? [...set, text].sort() : set.filter((other) => other !== text);
}

/**
 * A crashed add of an element that nobody saw may be dropped; and one that nobody saw gone needs no crashed remove. An answer
 * of false to an add, or of true to a remove, saw the element; and the other way round.
 */
function simplify(calls: readonly Call[]): readonly (Call | undefined)[] {
  const seen = new Set<string>();
  for (const call of calls) {
    if (call.f === "read" && Array.isArray(call.output)) for (const element of call.output) seen.add(valueKey(element));
    const said = answered(call);
    if (said !== undefined && said === (call.f !== "add")) seen.add(valueKey(call.input));
  }
  return calls.map((call) =>
    call.type === "info" && call.f === "add" && !seen.has(valueKey(call.input)) ? undefined : call,
  );
}

export const setModel: BuiltIn<Elements> = {
  name: "set",
  fs: ["add", "remove", "contains", "read"],
  aliases: { delete: "remove", has: "contains" },
  readers: ["contains", "read"],
  init: (initial) => [...new Set(listOf(initial, "the initial value of a set").map(valueKey))].sort(),
  step,
  key: (set) => set.join(" "),
  describe: (set) => (set.length > 12 ? `a set of ${set.length} elements` : `{${set.join(", ")}}`),
  looks: ({ f }) => f === "contains" || f === "read",
  blind: (call) => call.f !== "read" && answered(call) === undefined,
  origins: {
    did: "added",
    noun: "add",
    brings: ({ f, input }) => (f === "add" ? [placeOf(input)] : []),
    sees: (call) => {
      if (call.f === "read") return Array.isArray(call.output) ? call.output.map(placeOf) : [];
      // An add that was told it changed nothing met the element as well.
      return answered(call) === (call.f !== "add") ? [placeOf(call.input)] : [];
    },
    holds: (set) => set.map((text) => ({ id: text, words: text })),
  },
  touches: ({ f, input }) => (f === "read" ? undefined : [input]),
  malformed: ({ f, output, type }) => {
    if (type !== "ok") return undefined;
    if (f === "read" && output !== null && !Array.isArray(output))
      return `a set is read as a list, not ${show(output)}`;
    return f === "contains" && typeof output !== "boolean"
      ? `contains answers true or false, not ${show(output)}`
      : undefined;
  },
  words: (call) => {
    const said = answered(call);
    const element = show(call.input);
    if (call.f === "read") return `read the set as ${show(call.output)}`;
    if (call.f === "contains")
      return said === true ? `found ${element} in the set` : `did not find ${element} in the set`;
    if (call.f === "add")
      return `added ${element}${said === undefined ? "" : said ? " (as a new one)" : " (and was told it was there)"}`;
    return `removed ${element}${said === undefined ? "" : said ? " (and was told it was there)" : " (and was told it was not there)"}`;
  },
  simplify,
};
