/** Generators that make ops: everything else wraps these. */
import type { Context, Emission, Generator, Next, When } from "../core/generator.js";
import type { Invocation, NodeId, Thread } from "../core/op.js";
import { type Rng, rng } from "../core/rng.js";

/** What a leaf makes: an op, optionally for a certain node (the interpreter moves the thread's client there). */
export type Draft = Invocation & { readonly node?: NodeId };

/** A free thread, chosen by the seed; undefined where none is free. */
export function pickThread(context: Context): Thread | undefined {
  const { free } = context;
  if (free.length === 0) return undefined;
  if (free.length === 1) return free[0];
  return free[rng(context.seed, "thread", context.step).below(free.length)];
}

/** The emission of a draft on a thread, as soon as possible. */
export function emit(draft: Draft, thread: Thread, context: Context): Emission {
  return emission(draft, thread, context.nowNs);
}

/** What `next` would say, by `when` where the generator has it. */
export function whenOf(generator: Generator, context: Context): When {
  if (generator.when !== undefined) return generator.when(context);
  const next = generator.next(context);
  return typeof next === "string" ? next : next.op.atNs;
}

/** The same op, due at another time. */
export function due(op: Emission, atNs: number): Emission {
  return op.atNs === atNs ? op : emission(op, op.thread, atNs);
}

/** Field by field: generators are asked several times for each op, and spreading an object costs more than all the rest. */
function emission({ f, key, value, node }: Draft, thread: Thread, atNs: number): Emission {
  if (node !== undefined)
    return key === undefined ? { f, value, node, thread, atNs } : { f, key, value, node, thread, atNs };
  return key === undefined ? { f, value, thread, atNs } : { f, key, value, thread, atNs };
}

/**
 * Endless ops out of a state: `step(state, random, thread)` gives the next op and the next state.
 * The state is a value: never mutate it.
 */
export function unfold<S>(state: S, step: Step<S>): Generator {
  return new Unfold(state, step);
}

type Step<S> = (state: S, random: Rng, context: Context) => readonly [Draft, S] | undefined;

class Unfold<S> implements Generator {
  constructor(
    private readonly state: S,
    private readonly step: Step<S>,
  ) {}

  next(context: Context): Next {
    const thread = pickThread(context);
    if (thread === undefined) return "pending";
    const made = this.step(this.state, rng(context.seed, "op", context.step), context);
    if (made === undefined) return "done";
    return { op: emit(made[0], thread, context), rest: new Unfold(made[1], this.step) };
  }

  update(): Generator {
    return this;
  }
}

/** Endless ops without memory. */
export function repeat(make: (random: Rng, context: Context) => Draft): Generator {
  return unfold(undefined, (_, random, context) => [make(random, context), undefined]);
}

/** These ops, each once, in order. */
export function each(drafts: readonly Draft[]): Generator {
  return unfold(0, (position) => {
    const draft = drafts[position];
    return draft === undefined ? undefined : [draft, position + 1];
  });
}

/** Nothing. */
export const nothing: Generator = {
  next: () => "done",
  when: () => "done",
  update() {
    return this;
  },
};
