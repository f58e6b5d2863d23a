/**
 * Linearizability by its definition, for tests: try every order. Knows nothing of the checker's methods, and takes time
 * exponential in the number of ops.
 */
import type { Op } from "../../../src/core/op.js";

/** One call, as the oracle sees it. */
export interface OracleCall {
  readonly f: string;
  readonly input: unknown;
  /** Meaningful where type is ok. */
  readonly output: unknown;
  readonly type: "ok" | "info" | "mismatch";
  readonly begin: number;
  readonly end: number;
}

/** All states a call may lead to; none where it cannot happen. States are JSON. */
export type OracleStep = (state: unknown, call: OracleCall) => readonly unknown[];

/** The calls of a history that may have happened. */
export function oracleCalls(ops: readonly Op[]): OracleCall[] {
  const calls: OracleCall[] = [];
  ops.forEach((op, begin) => {
    if (op.type !== "invoke" || op.process === "nemesis") return;
    const end = ops.findIndex((other, i) => i > begin && other.process === op.process && other.type !== "invoke");
    const done = ops[end];
    const base = { f: op.f, input: op.value, output: undefined, begin, end: Number.POSITIVE_INFINITY };
    if (done === undefined || done.type === "info") calls.push({ ...base, type: "info" });
    else if (done.type === "ok") calls.push({ ...base, type: "ok", output: done.value, end });
    else if (done.error === "mismatch") calls.push({ ...base, type: "mismatch", end });
  });
  return calls;
}

/** Is there an order? */
export function oracle(ops: readonly Op[], initial: unknown, step: OracleStep): boolean {
  const keys = new Set(ops.map((op) => op.key));
  return [...keys].every((key) => orderOfKey(oracleCalls(ops.filter((op) => op.key === key)), initial, step));
}

function orderOfKey(calls: readonly OracleCall[], initial: unknown, step: OracleStep): boolean {
  // Sets of calls are bits of a number.
  if (calls.length > 30) throw new RangeError(`${calls.length} calls of one key are too many to try all orders`);
  const bits = (of: readonly OracleCall[]): number => of.reduce((set, call) => set | (1 << calls.indexOf(call)), 0);
  const mustHappen = bits(calls.filter((call) => call.type !== "info"));
  // What was tried in vain; without it some histories of 12 ops take a minute.
  const tried = new Set<string>();
  const tryAll = (state: unknown, left: number): boolean => {
    if ((left & mustHappen) === 0) return true;
    const here = `${left} ${JSON.stringify(state)}`;
    if (tried.has(here)) return false;
    tried.add(here);
    const isLeft = (i: number): boolean => (left & (1 << i)) !== 0;
    // A call may come first if none that is left ended before it began.
    let firstEnd = Number.POSITIVE_INFINITY;
    for (const [i, call] of calls.entries()) if (isLeft(i)) firstEnd = Math.min(firstEnd, call.end);
    return calls.some((call, i) => {
      if (!isLeft(i) || call.begin > firstEnd) return false;
      return step(state, call).some((next) => tryAll(next, left & ~(1 << i)));
    });
  };
  return tryAll(initial, bits(calls));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Registers. `nilReads` as in the options. */
export function registerStep(nilReads: "observed" | "any" = "observed"): OracleStep {
  return (state, { f, input, output, type }) => {
    if (f === "write") return [input];
    if (f === "read") {
      if (type === "info" || (nilReads === "any" && output === null)) return [state];
      return same(state, output) ? [state] : [];
    }
    const [from, to] = input as [unknown, unknown];
    if (type === "mismatch") return same(state, from) ? [] : [state];
    return same(state, from) ? [to] : [];
  };
}
