/** The load of the set workload: adds of unique elements, and reads where they tell most. */
import type { Generator, GeneratorEvent, Next } from "../src/core/generator.js";
import type { Thread } from "../src/core/op.js";
import { rng } from "../src/core/rng.js";
import { emit, pickThread } from "../src/generators/leaves.js";

interface State {
  /** Elements are 0, 1, 2, … so that none is added twice: a set cannot tell two adds of one element apart. */
  readonly next: number;
  /** Threads whose last add was not acknowledged. */
  readonly refused: ReadonlySet<Thread>;
}

/**
 * About `addsPerRead` adds for each read, for ever: reads of a large set are dear. But a client whose add was not acknowledged
 * reads next, every other time: on the minority side of a cut an op may take its whole time-out, so that a client has only
 * a few tries, and without this a run could end without a single read there.
 */
export function setOps(addsPerRead: number): Generator {
  return build(addsPerRead, { next: 0, refused: new Set() });
}

function build(addsPerRead: number, state: State): Generator {
  return {
    next(context): Next {
      const thread = pickThread(context);
      if (thread === undefined) return "pending";
      const random = rng(context.seed, "set", context.step);
      const read = state.refused.has(thread) ? random.chance(1, 2) : random.below(addsPerRead + 1) === 0;
      const op = read ? { f: "read", value: null } : { f: "add", value: state.next };
      const rest = read ? state : { ...state, next: state.next + 1 };
      return { op: emit(op, thread, context), rest: build(addsPerRead, rest) };
    },
    update(_, event): Generator {
      const refused = hear(state.refused, event);
      return refused === state.refused ? this : build(addsPerRead, { ...state, refused });
    },
  };
}

function hear(refused: ReadonlySet<Thread>, { op, thread }: GeneratorEvent): ReadonlySet<Thread> {
  if (op.f !== "add" || op.type === "invoke" || refused.has(thread) === (op.type !== "ok")) return refused;
  const now = new Set(refused);
  if (op.type === "ok") now.delete(thread);
  else now.add(thread);
  return now;
}
