/** Generators that decide who may act: clients, the nemesis, several at once, everyone waiting for everyone. */
import type { Context, Generator, GeneratorEvent, Next, When } from "../core/generator.js";
import type { NodeId, Process, Thread } from "../core/op.js";
import { rng } from "../core/rng.js";
import { whenOf } from "./leaves.js";

/** The context with only the threads that pass. Lists are made on request: most updates never look at them. */
export function narrow(context: Context, allowed: (thread: Thread) => boolean): Context {
  return new Narrowed(context, allowed);
}

class Narrowed implements Context {
  readonly nowNs: number;
  readonly seed: number;
  readonly step: number;
  private idle: readonly Thread[] | undefined;

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
    this.idle ??= this.whole.free.filter(this.allowed);
    return this.idle;
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
  return new OnThreads(allowed, inner);
}

class OnThreads implements Generator {
  constructor(
    private readonly allowed: (thread: Thread) => boolean,
    private readonly inner: Generator,
  ) {}

  next(context: Context): Next {
    const next = this.inner.next(narrow(context, this.allowed));
    return typeof next === "string" ? next : { op: next.op, rest: new OnThreads(this.allowed, next.rest) };
  }

  when(context: Context): When {
    return whenOf(this.inner, narrow(context, this.allowed));
  }

  update(context: Context, event: GeneratorEvent): Generator {
    if (!this.allowed(event.thread)) return this;
    const updated = this.inner.update(narrow(context, this.allowed), event);
    return updated === this.inner ? this : new OnThreads(this.allowed, updated);
  }
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
  return new Any(inner);
}

type Emitted = Exclude<Next, string>;

class Any implements Generator {
  constructor(private readonly inner: readonly Generator[]) {}

  next(context: Context): Next {
    const { inner } = this;
    let pending = false;
    let best: Emitted | undefined;
    let chosen = -1;
    let ties: { readonly index: number; readonly next: Emitted }[] | undefined;
    for (let index = 0; index < inner.length; index++) {
      const next = (inner[index] as Generator).next(context);
      if (next === "pending") pending = true;
      if (typeof next === "string") continue;
      if (best === undefined || next.op.atNs < best.op.atNs) {
        best = next;
        chosen = index;
        ties = undefined;
      } else if (next.op.atNs === best.op.atNs) {
        ties ??= [{ index: chosen, next: best }];
        ties.push({ index, next });
      }
    }
    if (best === undefined) return pending ? "pending" : "done";
    if (ties !== undefined) ({ index: chosen, next: best } = rng(context.seed, "any", context.step).pick(ties));
    const parts = inner.slice();
    parts[chosen] = best.rest;
    return { op: best.op, rest: new Any(parts) };
  }

  when(context: Context): When {
    let first: When = "done";
    for (const inner of this.inner) {
      const when = whenOf(inner, context);
      if (typeof when === "number" ? typeof first === "string" || when < first : when === "pending" && first === "done")
        first = when;
    }
    return first;
  }

  update(context: Context, event: GeneratorEvent): Generator {
    return withUpdates(this, this.inner, context, event, (updated) => new Any(updated));
  }
}

/** Updates every part; builds a new whole only where a part changed. */
export function withUpdates(
  whole: Generator,
  parts: readonly Generator[],
  context: Context,
  event: GeneratorEvent,
  rebuild: (parts: readonly Generator[]) => Generator,
): Generator {
  let updated: Generator[] | undefined;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Generator;
    const next = part.update(context, event);
    if (next === part) continue;
    updated ??= parts.slice();
    updated[i] = next;
  }
  return updated === undefined ? whole : rebuild(updated);
}

/** Waits until every thread it may use is idle, then goes on as `inner`. */
export function synchronize(inner: Generator): Generator {
  return {
    next(context): Next {
      return context.free.length === context.threads.length ? inner.next(context) : "pending";
    },
    when(context): When {
      return context.free.length === context.threads.length ? whenOf(inner, context) : "pending";
    },
    update(context, event): Generator {
      const updated = inner.update(context, event);
      return updated === inner ? this : synchronize(updated);
    },
  };
}
