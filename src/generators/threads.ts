/** Generators that decide who may act: clients, the nemesis, several at once, everyone waiting for everyone. */
import type { Context, Generator, GeneratorEvent, Next } from "../core/generator.js";
import type { NodeId, Process, Thread } from "../core/op.js";
import { rng } from "../core/rng.js";

/** The context with only the threads that pass. Lists are made on request: most updates never look at them. */
export function narrow(context: Context, allowed: (thread: Thread) => boolean): Context {
  return new Narrowed(context, allowed);
}

class Narrowed implements Context {
  readonly nowNs: number;
  readonly seed: number;
  readonly step: number;

  constructor(
    private readonly whole: Context,
    private readonly allowed: (thread: Thread) => boolean,
  ) {
    this.nowNs = whole.nowNs;
    this.seed = whole.seed;
    this.step = whole.step;
  }

  get threads(): readonly Thread[] {
    return this.whole.threads.filter(this.allowed);
  }

  get free(): readonly Thread[] {
    return this.whole.free.filter(this.allowed);
  }

  process(thread: Thread): Process {
    return this.whole.process(thread);
  }

  node(thread: Thread): NodeId | undefined {
    return this.whole.node(thread);
  }
}

/** Lets `inner` use and hear only the threads that pass. */
export function onThreads(allowed: (thread: Thread) => boolean, inner: Generator): Generator {
  return {
    next(context): Next {
      const next = inner.next(narrow(context, allowed));
      return typeof next === "string" ? next : { op: next.op, rest: onThreads(allowed, next.rest) };
    },
    update(context, event): Generator {
      if (!allowed(event.thread)) return this;
      const updated = inner.update(narrow(context, allowed), event);
      return updated === inner ? this : onThreads(allowed, updated);
    },
  };
}

const isClient = (thread: Thread): boolean => thread !== "nemesis";
const isNemesis = (thread: Thread): boolean => thread === "nemesis";

/** Only client threads. */
export const clients = (inner: Generator): Generator => onThreads(isClient, inner);

/** Only the nemesis. */
export const nemesis = (inner: Generator): Generator => onThreads(isNemesis, inner);

/**
 * The earliest op among several generators, ties decided by the seed. Asks all, advances the one that won.
 * Done when all are done; a tie must not always fall to the first, or a fast first one starves the rest.
 */
export function any(...inner: readonly Generator[]): Generator {
  return {
    next(context): Next {
      let pending = false;
      const best: { index: number; next: Exclude<Next, string> }[] = [];
      for (const [index, generator] of inner.entries()) {
        const next = generator.next(context);
        if (next === "pending") pending = true;
        if (typeof next === "string") continue;
        const held = best[0];
        if (held !== undefined && next.op.atNs > held.next.op.atNs) continue;
        if (held !== undefined && next.op.atNs < held.next.op.atNs) best.length = 0;
        best.push({ index, next });
      }
      if (best.length === 0) return pending ? "pending" : "done";
      const chosen = best.length === 1 ? best[0] : rng(context.seed, "any", context.step).pick(best);
      if (chosen === undefined) return "done";
      const parts = inner.slice();
      parts[chosen.index] = chosen.next.rest;
      return { op: chosen.next.op, rest: any(...parts) };
    },
    update(context, event): Generator {
      return withUpdates(this, inner, context, event, (updated) => any(...updated));
    },
  };
}

/** Updates every part; builds a new whole only where a part changed. */
export function withUpdates(
  whole: Generator,
  parts: readonly Generator[],
  context: Context,
  event: GeneratorEvent,
  rebuild: (parts: readonly Generator[]) => Generator,
): Generator {
  let changed = false;
  const updated = parts.map((part) => {
    const next = part.update(context, event);
    if (next !== part) changed = true;
    return next;
  });
  return changed ? rebuild(updated) : whole;
}

/** Waits until every thread it may use is idle, then goes on as `inner`. */
export function synchronize(inner: Generator): Generator {
  return {
    next(context): Next {
      return context.free.length === context.threads.length ? inner.next(context) : "pending";
    },
    update(context, event): Generator {
      const updated = inner.update(context, event);
      return updated === inner ? this : synchronize(updated);
    },
  };
}
