/**
 * Queues and stacks as their values see them: each goes in once and comes out at most once. Both near-linear methods begin
 * here; they apply where no value goes in twice.
 */
import { type ColumnarHistory, NULL_VALUE, type ValueTable } from "../../../src/history/index.js";
import { did } from "../call-words.js";
import { type Calls, DONE, MAYBE, NEVER, type Part } from "../calls.js";
import type { Violation } from "../family.js";
import type { BuiltIn } from "../model.js";
import { fromNowhere } from "../origins.js";
import { at, show, timeOf, who } from "../words.js";
import { placeOf } from "./moves.js";

export const PUT = 0;
export const TAKE = 1;

/** A value on its way. Positions; NEVER where it does not end, or does not begin. */
export interface Transit {
  readonly value: number;
  /** -1: it was there from the start. */
  readonly put: number;
  readonly putInv: number;
  readonly putRet: number;
  /** -1: no answered call took it. */
  take: number;
  takeInv: number;
  takeRet: number;
}

export interface Transits {
  /** In order of invocation of the puts. Without those whose put crashed and that nobody took: no order needs them. */
  readonly transits: readonly Transit[];
  /** Answered takes that found nothing, in order of invocation. */
  readonly empties: readonly number[];
  /** Takes that crashed, likewise. */
  readonly crashed: readonly number[];
}

/** The words for what goes in and out: "enqueued" and "dequeued". */
export interface TransitWords {
  readonly put: string;
  readonly take: string;
  /** "enqueue", for "began to …". */
  readonly toPut: string;
  readonly toTake: string;
  readonly object: string;
  readonly model: BuiltIn<readonly unknown[]>;
}

/** "no": some value goes in twice (or is null), so that the method does not apply. */
export function transitsOf(
  calls: Calls,
  part: Part,
  initial: readonly unknown[],
  words: TransitWords,
): Transits | Violation | "no" {
  const { history, inv, ret, status, fs } = calls;
  const idOf = identities(history);
  const byValue = new Map<number, Transit>();
  for (const [i, value] of initial.entries()) {
    const id = idOf(history.tables.values.intern(value));
    if (byValue.has(id) || id === NULL_VALUE) return "no";
    const before = i - initial.length;
    byValue.set(id, untaken(id, -1, before, before));
  }
  for (const call of part.calls) {
    if (fs[call] !== PUT) continue;
    const id = idOf(calls.inputs[call] as number);
    if (byValue.has(id) || id === NULL_VALUE) return "no";
    byValue.set(id, untaken(id, call, inv[call] as number, ret[call] as number));
  }
  const empties: number[] = [];
  const crashed: number[] = [];
  for (const call of part.calls) {
    if (fs[call] !== TAKE) continue;
    const id = status[call] === DONE ? idOf(calls.outputs[call] as number) : NULL_VALUE;
    if (status[call] === MAYBE) crashed.push(call);
    else if (id === NULL_VALUE) empties.push(call);
    else {
      const transit = byValue.get(id);
      if (transit === undefined) return fromNowhere(calls, call, placeOf(history.value(id)), words.model);
      if (transit.take !== -1) return takenTwice(calls, transit, call, words);
      if ((ret[call] as number) < transit.putInv) return tooEarly(calls, transit, call, words);
      transit.take = call;
      transit.takeInv = inv[call] as number;
      transit.takeRet = ret[call] as number;
    }
  }
  const transits = [...byValue.values()].filter(({ putRet, take }) => putRet !== NEVER || take !== -1);
  return { transits, empties, crashed };
}

const untaken = (value: number, put: number, putInv: number, putRet: number): Transit => ({
  value,
  put,
  putInv,
  putRet,
  take: -1,
  takeInv: NEVER,
  takeRet: NEVER,
});

const CANONICAL = new WeakMap<ValueTable, Int32Array>();

/** Value id -> the id of all equal values. */
export function identities(history: ColumnarHistory): (id: number) => number {
  const { values } = history.tables;
  if (!values.hasCompounds) return (id) => id;
  // Asked for again for every smaller part of a violation.
  const known = CANONICAL.get(values);
  const canonical = known?.length === values.size ? known : values.canonical();
  CANONICAL.set(values, canonical);
  return (id) => canonical[id] ?? id;
}

const valueText = (calls: Calls, value: number): string => show(calls.history.value(value));

/** The calls of values, where they are calls. */
export function callsOfTransits(transits: readonly Transit[]): number[] {
  return transits.flatMap(({ put, take }) => [put, take]).filter((call) => call !== -1);
}

export const tookText = (calls: Calls, { value, take }: Transit, words: TransitWords): string =>
  did(calls, take, `${words.take} ${valueText(calls, value)}`);

export const putText = (calls: Calls, { value, put }: Transit, words: TransitWords): string =>
  put === -1
    ? `${valueText(calls, value)} was there from the start`
    : did(calls, put, `${words.put} ${valueText(calls, value)}`);

/**
 * "nobody dequeued" it. The calls may be part of a history in whose whole somebody did so, but only later: then "nobody had
 * begun to dequeue" it. `beside`: a call with the same key.
 */
export function untakenText(
  calls: Calls,
  transits: readonly Transit[],
  beside: number,
  { take, toTake }: TransitWords,
): string {
  const idOf = identities(calls.history);
  const values = new Set(transits.map(({ value }) => value));
  for (let call = 0; call < calls.count; call++) {
    if (calls.fs[call] !== TAKE || calls.status[call] !== DONE || calls.keys[call] !== calls.keys[beside]) continue;
    if (values.has(idOf(calls.outputs[call] as number))) return `nobody had begun to ${toTake}`;
  }
  return `nobody ${take}`;
}

function takenTwice(calls: Calls, transit: Transit, again: number, words: TransitWords): Violation {
  const first = transit.take;
  return {
    text: () =>
      `${did(calls, again, `${words.take} ${valueText(calls, transit.value)}`)}, but ${who(calls, first)} ${words.take} it too${at(calls, calls.ret[first] as number)}, and it was ${words.put} once`,
    calls: [...callsOfTransits([transit]), again],
  };
}

function tooEarly(calls: Calls, transit: Transit, take: number, words: TransitWords): Violation {
  const began = timeOf(calls, transit.putInv);
  return {
    text: () =>
      `${did(calls, take, `${words.take} ${valueText(calls, transit.value)}`)}, before ${who(calls, transit.put)} began to ${words.toPut} it${began === "" ? "" : ` (${began})`}`,
    calls: [transit.put, take],
  };
}
