/** The load of the mutex workload: clients take locks, hold them for a while and give them back. */
import type { Context, Generator, GeneratorEvent, Next } from "../src/core/generator.js";
import type { Process, Thread } from "../src/core/op.js";
import { rng } from "../src/core/rng.js";
import { emit } from "../src/generators/leaves.js";

export interface MutexLoad {
  /** Locks in use at a time. */
  readonly locks: number;
  /** How long a lock is held, at least; ms. */
  readonly holdMs: number;
}

interface Held {
  readonly key: number;
  /** Not given back before; ns. */
  readonly untilNs: number;
}

interface State {
  readonly live: readonly { readonly key: number; readonly refused: number }[];
  readonly nextKey: number;
  /** What each thread's process holds as far as it knows, and what it has asked for. */
  readonly held: ReadonlyMap<Thread, Held>;
}

/**
 * So many refusals in a row retire a lock nobody here holds: it belongs to a process that crashed (whose acquire or release
 * got no answer), and would be refused for ever.
 */
const REFUSALS = 20;

/**
 * Endless. A process that holds a lock releases it, any other tries to acquire one. Owners are texts ("p3"): a number would
 * look like a fencing token to the checker.
 */
export function mutexOps(load: MutexLoad): Generator {
  const live = Array.from({ length: load.locks }, (_, key) => ({ key, refused: 0 }));
  return build(load, { live, nextKey: load.locks, held: new Map() });
}

function build(load: MutexLoad, state: State): Generator {
  return {
    next(context): Next {
      const free = context.free.filter((thread) => (state.held.get(thread)?.untilNs ?? 0) <= context.nowNs);
      if (free.length === 0) return "pending";
      const random = rng(context.seed, "mutex", context.step);
      const thread = random.pick(free);
      const held = state.held.get(thread);
      const f = held === undefined ? "acquire" : "release";
      const key = held?.key ?? random.pick(state.live).key;
      return { op: emit({ f, key, value: ownerOf(context.process(thread)) }, thread, context), rest: this };
    },
    update(context, event): Generator {
      const updated = hear(load, state, context, event);
      return updated === state ? this : build(load, updated);
    },
  };
}

const ownerOf = (process: Process): string => `p${process}`;

function hear(load: MutexLoad, state: State, context: Context, { op, thread }: GeneratorEvent): State {
  const { f, type, key } = op;
  if (typeof key !== "number" || type === "invoke") return state;
  const held = new Map(state.held);
  // Its process is over, and the next one has nothing to give back.
  if (type === "info") held.delete(thread);
  else if (f === "acquire" && type === "ok") held.set(thread, { key, untilNs: context.nowNs + load.holdMs * 1e6 });
  // A release that failed for another reason, say for want of a connection, is tried again.
  else if (f === "release" && (type === "ok" || op.error === "not held")) held.delete(thread);
  if (type === "ok") return { ...withRefusals(state, key, () => 0), held };
  const orphaned = op.error === "held" && ![...held.values()].some((one) => one.key === key);
  return { ...(orphaned ? withRefusals(state, key, (refused) => refused + 1) : state), held };
}

/** Counts refusals of a lock; after the last one the next lock takes its place. */
function withRefusals(state: State, key: number, count: (refused: number) => number): State {
  const at = state.live.findIndex((lock) => lock.key === key);
  if (at < 0) return state;
  const refused = count((state.live[at] as State["live"][number]).refused);
  const retired = refused >= REFUSALS;
  const live = state.live.slice();
  live[at] = retired ? { key: state.nextKey, refused: 0 } : { key, refused };
  return { ...state, live, nextKey: state.nextKey + (retired ? 1 : 0) };
}
