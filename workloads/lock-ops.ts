/** The load of the lock workload: take a lock, perhaps pause for too long, write to what it guards, give it back. */
import type { Context, Generator, GeneratorEvent, Next } from "../src/core/generator.js";
import type { Invocation, Thread } from "../src/core/op.js";
import { rng } from "../src/core/rng.js";
import { emit } from "../src/generators/leaves.js";

export interface LockLoad {
  readonly locks: number;
  /** How long every second holder pauses between taking the lock and writing; ms. */
  readonly pauseMs: number;
  /** The op that writes to the resource: "write" takes whatever comes, "fenced-write" looks at the token. */
  readonly write: "write" | "fenced-write";
}

interface Held {
  readonly lock: number;
  readonly token: number;
  /** Does nothing before; ns. */
  readonly untilNs: number;
  readonly written: boolean;
}

interface State {
  readonly held: ReadonlyMap<Thread, Held>;
  readonly count: number;
}

/** The resource that a lock guards. */
const resource = (lock: number): string => `guarded-${lock}`;

/**
 * Endless. Each process goes round: acquire, pause (every second time), one write of [token, number], release. It believes in
 * its lock until it has given it back, as a process that was paused by its garbage collector does.
 */
export function lockOps(load: LockLoad): Generator {
  return build(load, { held: new Map(), count: 0 });
}

function build(load: LockLoad, state: State): Generator {
  return {
    next(context): Next {
      const free = context.free.filter((thread) => (state.held.get(thread)?.untilNs ?? 0) <= context.nowNs);
      if (free.length === 0) return "pending";
      const random = rng(context.seed, "lock", context.step);
      const thread = random.pick(free);
      const held = state.held.get(thread);
      const owner = `p${context.process(thread)}`;
      const op: Invocation =
        held === undefined
          ? { f: "acquire", key: random.below(load.locks), value: owner }
          : held.written
            ? { f: "release", key: held.lock, value: owner }
            : { f: load.write, key: resource(held.lock), value: [held.token, state.count + 1] };
      return { op: emit(op, thread, context), rest: build(load, { ...state, count: state.count + 1 }) };
    },
    update(context, event): Generator {
      const held = hear(load, state, context, event);
      return held === state.held ? this : build(load, { ...state, held });
    },
  };
}

function hear(load: LockLoad, state: State, context: Context, { op, thread }: GeneratorEvent): State["held"] {
  const { f, type, key, value } = op;
  if (key === undefined || type === "invoke") return state.held;
  const mine = state.held.get(thread);
  const held = new Map(state.held);
  if (type === "info") held.delete(thread);
  else if (f === "acquire" && type === "ok" && typeof key === "number" && typeof value === "number") {
    const pauses = rng(context.seed, "pause", op.index).chance(1, 2);
    const untilNs = context.nowNs + (pauses ? load.pauseMs * 1e6 : 0);
    held.set(thread, { lock: key, token: value, untilNs, written: false });
    // Whatever became of the write, it is made once.
  } else if (f === load.write && mine !== undefined) held.set(thread, { ...mine, written: true });
  else if (f === "release" && (type === "ok" || op.error === "not held")) held.delete(thread);
  return held;
}
