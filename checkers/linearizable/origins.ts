/**
 * Values from nowhere: seen by a call, and brought by none. That is a violation whatever the order, and plainer than what a
 * search would say of it.
 */
import { FAIL, INVOKE, NEMESIS } from "../../src/history/index.js";
import { callOf, callText } from "./call-words.js";
import type { Calls, Part } from "./calls.js";
import type { Violation } from "./family.js";
import type { BuiltIn, Place } from "./model.js";

/** The first call of a part that saw a value which no call brought and which was not there from the start. */
export function valueFromNowhere<S>(
  calls: Calls,
  part: Part,
  model: BuiltIn<S>,
  initial: unknown,
): Violation | undefined {
  const { origins } = model;
  if (origins === undefined) return undefined;
  const there = new Set(origins.holds(model.init(initial)).map(({ id }) => id));
  for (const call of part.calls) for (const { id } of origins.brings(callOf(calls, call, model))) there.add(id);
  for (const call of part.calls) {
    const place = origins.sees(callOf(calls, call, model)).find(({ id }) => !there.has(id));
    if (place !== undefined) return fromNowhere(calls, call, place, model);
  }
  return undefined;
}

/** `call` saw `place`, which no call brought. */
export function fromNowhere<S>(calls: Calls, call: number, place: Place, model: BuiltIn<S>): Violation {
  const failed = (): number[] => failedBringers(calls, call, place, model);
  const { did, noun } = model.origins ?? { did: "brought", noun: "call" };
  return {
    text: () => `${callText(calls, call, model)}, but ${nowhereText(place.words, did, noun, failed().length > 0)}`,
    calls: [call],
    failed,
    ofWhole: true,
  };
}

/** "nobody ever wrote 3", or, where somebody tried, "every write of 3 failed, so it must never be seen". */
export function nowhereText(value: string, did: string, noun: string, failed: boolean): string {
  return failed ? `every ${noun} of ${value} failed, so it must never be seen` : `nobody ever ${did} ${value}`;
}

/** Positions of the failed invocations in the key of `call` that would have brought `place`. */
function failedBringers<S>(calls: Calls, call: number, place: Place, model: BuiltIn<S>): number[] {
  const { history } = calls;
  const { types, pairs, keys, processes } = history;
  const key = calls.keys[call] as number;
  const out: number[] = [];
  for (let i = 0; i < history.length; i++) {
    if (types[i] !== INVOKE || keys[i] !== key || processes[i] === NEMESIS) continue;
    if (types[pairs[i] as number] !== FAIL) continue;
    const name = history.string(history.fs[i] as number);
    const f = model.aliases?.[name] ?? name;
    const input = history.value(history.values[i] as number);
    const tried = { f, input, output: undefined, type: "info", process: processes[i] as number } as const;
    if (model.origins?.brings(tried).some(({ id }) => id === place.id) === true) out.push(i);
  }
  return out;
}
