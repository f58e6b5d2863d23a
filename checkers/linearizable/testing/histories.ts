/** Small random histories for tests: a simulated object answers, mostly truthfully, and calls overlap, crash and fail. */
import fc from "fast-check";
import type { Op } from "../../../src/core/op.js";

/** What a simulated object does with a call: its result and its next state. */
export interface Answer {
  readonly state: unknown;
  readonly output: unknown;
  /** fail: it did not happen. mismatch: a cas whose expectation was wrong. */
  readonly type: "ok" | "fail" | "mismatch";
}

export interface Simulated {
  readonly initial: unknown;
  /** A call to invoke, from three random numbers, the number of calls so far and who asks. */
  ask(
    random: readonly [number, number, number],
    count: number,
    process?: number,
  ): { readonly f: string; readonly value: unknown };
  /** What the object does. */
  act(state: unknown, f: string, value: unknown, process: number): Answer;
  /** A lie: a wrong result, from a random number. */
  lie(f: string, value: unknown, random: number): unknown;
}

interface Step {
  readonly process: number;
  readonly what: readonly [number, number, number];
  readonly ending: number;
  readonly lie: number;
  readonly key: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  process: fc.nat(3),
  what: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)),
  ending: fc.nat(99),
  lie: fc.nat(999),
  key: fc.nat(99),
});

export interface Shape {
  /** Invocations and completions together. */
  readonly minSteps?: number;
  readonly maxSteps?: number;
  /** Of 100 calls, so many crash. */
  readonly crashes?: number;
  /** Of 1000 completions, so many lie. */
  readonly lies?: number;
  /** Of 100 histories' calls, so many go to a second key. */
  readonly secondKey?: number;
}

/** Random histories of a simulated object. Crashed calls happen at once, later, or never. */
export function histories(simulated: Simulated, shape: Shape = {}): fc.Arbitrary<Op[]> {
  const { minSteps = 4, maxSteps = 24, crashes = 15, lies = 80, secondKey = 0 } = shape;
  return fc.array(step, { minLength: minSteps, maxLength: maxSteps, size: "max" }).map((steps) => {
    const out: Op[] = [];
    const open = new Map<number, { op: Op; answer: Answer | undefined }>();
    const states = new Map<number | undefined, unknown>();
    let retired = 0;
    const processes = [0, 1, 2, 3];
    let count = 0;
    const act = (op: Op): Answer => {
      const answer = simulated.act(
        states.get(op.key as number) ?? simulated.initial,
        op.f,
        op.value,
        op.process as number,
      );
      states.set(op.key as number, answer.state);
      return answer;
    };
    for (const { process: thread, what, ending, lie, key } of steps) {
      const process = processes[thread] as number;
      const base = { index: out.length, time: out.length * 1000, process };
      const held = open.get(process);
      if (held === undefined) {
        const asked = simulated.ask(what, count++, process);
        const keyed = secondKey === 0 ? {} : { key: key < secondKey ? 2 : 1 };
        const op: Op = { ...base, type: "invoke", f: asked.f, value: asked.value, ...keyed };
        out.push(op);
        // Half of the calls take effect at once, half when they end.
        open.set(process, { op, answer: ending % 2 === 0 ? act(op) : undefined });
        continue;
      }
      open.delete(process);
      const { op } = held;
      const keyed = op.key === undefined ? {} : { key: op.key };
      if (ending < crashes) {
        // Some happen now, after all; some never.
        if (held.answer === undefined && ending % 3 === 0) act(op);
        out.push({ ...base, type: "info", f: op.f, value: op.value, error: "timeout", ...keyed });
        processes[thread] = 4 + retired++;
        continue;
      }
      const { type: truth, output } = held.answer ?? act(op);
      // A cas lies about whether it happened.
      const flip = truth === "ok" ? "mismatch" : "ok";
      const type = op.f === "cas" && lie < lies ? flip : truth;
      const value = lie < lies ? simulated.lie(op.f, op.value, lie) : output;
      const done = { ...base, f: op.f, ...keyed };
      if (type === "ok") out.push({ ...done, type: "ok", value });
      else out.push({ ...done, type: "fail", value: op.value, error: type === "mismatch" ? "mismatch" : "busy" });
    }
    return out;
  });
}

/** A register with cas. `unique`: every write writes a new value. */
export function simulatedRegister(unique: boolean, cas = true): Simulated {
  const some = (random: number, count: number): number => (unique ? Math.max(0, count - (random % 5)) : random % 3);
  return {
    initial: null,
    ask: ([kind, a, b], count) => {
      const written = unique ? count + 1 : b % 3;
      if (kind < 40) return { f: "read", value: null };
      if (kind < 70 || !cas) return { f: "write", value: written };
      return { f: "cas", value: [a === 7 ? null : some(a, count), written] };
    },
    act: (state, f, value) => {
      if (f === "read") return { state, output: state, type: "ok" };
      if (f === "write") return { state: value, output: value, type: "ok" };
      const [from, to] = value as [unknown, unknown];
      if (state !== from) return { state, output: value, type: "mismatch" };
      return { state: to, output: value, type: "ok" };
    },
    lie: (f, value, random) => (f === "read" ? random % 6 || null : value),
  };
}
