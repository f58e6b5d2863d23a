/** Ops at fixed times on fixed threads: what a plan of a run is made of. */
import type { Context, Generator, Next, When } from "../core/generator.js";
import type { Invocation, Thread } from "../core/op.js";

/** An op for a thread, not before `atNs` (ns since the run began). */
export interface TimedOp extends Invocation {
  readonly atNs: number;
  readonly thread: Thread;
}

/**
 * Each op at its time, or as soon after it as its thread is free; ops of one thread keep their order, and a busy thread
 * holds up no other. When all are out it is pending rather than done: the time limit decides when a phase ends.
 */
export function timed(ops: readonly TimedOp[]): Generator {
  const queues = new Map<Thread, TimedOp[]>();
  const ordered = ops.map((op, order) => ({ op, order })).sort((a, b) => a.op.atNs - b.op.atNs || a.order - b.order);
  for (const { op } of ordered) {
    const queue = queues.get(op.thread);
    if (queue === undefined) queues.set(op.thread, [op]);
    else queue.push(op);
  }
  const rank = new Map(ordered.map(({ op }, i) => [op, i]));
  const lists = [...queues.values()];
  return build(
    lists,
    lists.map(() => 0),
    rank,
  );
}

/** `at[i]` is the position in the i-th thread's list; the generator is a value, so it is copied, not moved. */
function build(
  lists: readonly (readonly TimedOp[])[],
  at: readonly number[],
  rank: ReadonlyMap<TimedOp, number>,
): Generator {
  return {
    next(context): Next {
      const index = firstFree(lists, at, rank, context);
      if (index < 0) return "pending";
      const due = lists[index]?.[at[index] as number];
      if (due === undefined) return "pending";
      const { atNs, thread, ...op } = due;
      const moved = at.slice();
      moved[index] = (moved[index] as number) + 1;
      return { op: { ...op, thread, atNs: Math.max(atNs, context.nowNs) }, rest: build(lists, moved, rank) };
    },
    when(context): When {
      const index = firstFree(lists, at, rank, context);
      const due = lists[index]?.[at[index] as number];
      return due === undefined ? "pending" : Math.max(due.atNs, context.nowNs);
    },
    update() {
      return this;
    },
  };
}

/** The list whose next op comes first among those of free threads; -1 where there is none. */
function firstFree(
  lists: readonly (readonly TimedOp[])[],
  at: readonly number[],
  rank: ReadonlyMap<TimedOp, number>,
  context: Context,
): number {
  const free = new Set(context.free);
  let best = -1;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const [i, list] of lists.entries()) {
    const op = list[at[i] as number];
    if (op === undefined || !free.has(op.thread)) continue;
    const mine = rank.get(op) ?? Number.POSITIVE_INFINITY;
    if (mine < bestRank) {
      best = i;
      bestRank = mine;
    }
  }
  return best;
}
