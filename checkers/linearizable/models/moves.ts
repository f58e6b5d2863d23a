/** What queues, stacks and lists have in common: values that go in and come out. */
import { valueKey } from "../../../src/history/index.js";
import type { Call, Origins, Place } from "../model.js";
import { show } from "../words.js";

/** A value that stands for all those that nobody took out: no call can tell them apart. */
const UNTAKEN = Symbol("untaken");

/**
 * Crashed enqueues of values that no answered dequeue returned may be dropped: in an order that has one, leave it out,
 * together with the crashed dequeue that may have taken it; what else was returned stays as it is, for nothing stands in its
 * way that did not before.
 */
export function simplifyTaken(calls: readonly Call[], puts: string): readonly (Call | undefined)[] {
  const taken = new Set<string>();
  for (const { f, output, type } of calls) if (f !== puts && type === "ok") taken.add(valueKey(output));
  return calls.map((call) => {
    if (call.f !== puts || taken.has(valueKey(call.input))) return call;
    return call.type === "info" ? undefined : { ...call, input: UNTAKEN, output: UNTAKEN };
  });
}

/** Values that go in and come out together, for `Model.together`. */
export function valueMoved(call: Call, puts: string): unknown {
  if (call.f === puts) return [call.input];
  return call.type === "ok" && call.output !== null ? [call.output] : undefined;
}

/** What is wrong with a put. */
export const nullInside = ({ f, input }: Call, puts: string): string | undefined =>
  f === puts && (input === null || input === undefined) ? `${puts} needs a value other than null` : undefined;

/** A value that is in an object, or not. */
export const placeOf = (value: unknown): Place => ({ id: valueKey(value), words: show(value) });

/** Where what comes out of a queue or stack comes from. */
export function originsOfMoved(puts: string, did: string): Origins<readonly unknown[]> {
  return {
    did,
    noun: puts,
    brings: ({ f, input }) => (f === puts ? [placeOf(input)] : []),
    sees: ({ f, output, type }) => (f !== puts && type === "ok" && output !== null ? [placeOf(output)] : []),
    holds: (state) => state.map(placeOf),
  };
}
