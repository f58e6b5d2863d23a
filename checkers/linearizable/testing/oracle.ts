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
  // What was tried in vain; without it some histories of 12 ops take a minute.
  const tried = new Set<string>();
  const tryAll = (state: unknown, left: readonly OracleCall[]): boolean => {
    if (left.every((call) => call.type === "info")) return true;
    const here = `${JSON.stringify(state)} ${left.map(({ begin }) => begin).join(" ")}`;
    if (tried.has(here)) return false;
    tried.add(here);
    // A call may come first if none that is left ended before it began.
    const firstEnd = Math.min(...left.map((call) => call.end));
    return left.some((call) => {
      if (call.begin > firstEnd) return false;
      const rest = left.filter((other) => other !== call);
      return step(state, call).some((next) => tryAll(next, rest));
    });
  };
  return tryAll(initial, calls);
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
