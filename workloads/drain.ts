/**
 * The final phase of queues: take until nothing is left. Only an answer "empty" in the end shows that elements are lost; else
 * they might still be in the queue.
 */
import type { Generator, GeneratorEvent, Next } from "../src/core/generator.js";
import type { Key, Thread } from "../src/core/op.js";
import { emit, pickThread } from "../src/generators/leaves.js";

interface State {
  /** Queues not known to be empty, with the dequeues in a row that failed. */
  readonly open: ReadonlyMap<Key, number>;
  /** The queue a thread takes from; undefined until the phase begins. */
  readonly running: ReadonlyMap<Thread, Key> | undefined;
}

/** A queue that gives no answer so many times in a row is given up. */
const ATTEMPTS = 20;

/** Listens from the start of the run; asked for ops, it dequeues from each queue until that is empty. */
export function drain(): Generator {
  return build({ open: new Map(), running: undefined });
}

function build(state: State): Generator {
  return {
    next(context): Next {
      const running = state.running ?? new Map<Thread, Key>();
      // Queues in turn: the one that fewest threads take from.
      const load = (key: Key): number => [...running.values()].filter((other) => other === key).length;
      const [key] = [...state.open.keys()].sort((a, b) => load(a) - load(b));
      if (key === undefined) return running.size === 0 ? "done" : "pending";
      const thread = pickThread(context);
      if (thread === undefined) return "pending";
      const op = emit({ f: "dequeue", key, value: null }, thread, context);
      return { op, rest: build({ ...state, running: new Map(running).set(thread, key) }) };
    },
    update(_, event): Generator {
      const updated = hear(state, event);
      return updated === state ? this : build(updated);
    },
  };
}

function hear(state: State, { op, thread }: GeneratorEvent): State {
  const { key } = op;
  if (thread === "nemesis" || key === undefined) return state;
  if (state.running === undefined) {
    return state.open.has(key) ? state : { ...state, open: new Map(state.open).set(key, 0) };
  }
  if (op.type === "invoke" || !state.running.has(thread)) return state;
  const running = new Map(state.running);
  running.delete(thread);
  const failed = state.open.get(key);
  if (failed === undefined) return { ...state, running };
  const open = new Map(state.open);
  if (op.type === "ok" && op.value === null) open.delete(key);
  else if (op.type !== "ok" && failed + 1 >= ATTEMPTS) open.delete(key);
  else open.set(key, op.type === "ok" ? 0 : failed + 1);
  return { open, running };
}
