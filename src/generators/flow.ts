/** Generators that decide how much, when and in which order. */
import type { Context, Generator, GeneratorEvent, Next, When } from "../core/generator.js";
import { rng } from "../core/rng.js";
import { due, nothing, whenOf } from "./leaves.js";
import { synchronize, withUpdates } from "./threads.js";

/*
 * Those that a run asks tens of thousands of times are classes: an object with methods of its own is made anew for each op,
 * closures and all, where an instance holds two fields.
 */

/** At most `count` ops. */
export function limit(count: number, inner: Generator): Generator {
  return count <= 0 ? nothing : new Limit(count, inner);
}

class Limit implements Generator {
  constructor(
    private readonly count: number,
    private readonly inner: Generator,
  ) {}

  next(context: Context): Next {
    const next = this.inner.next(context);
    return typeof next === "string" ? next : { op: next.op, rest: limit(this.count - 1, next.rest) };
  }

  when(context: Context): When {
    return whenOf(this.inner, context);
  }

  update(context: Context, event: GeneratorEvent): Generator {
    const updated = this.inner.update(context, event);
    return updated === this.inner ? this : new Limit(this.count, updated);
  }
}

/** Ops that start before `untilNs`; ops under way then are left to end. */
export function until(untilNs: number, inner: Generator): Generator {
  return new Until(untilNs, inner);
}

class Until implements Generator {
  constructor(
    private readonly untilNs: number,
    private readonly inner: Generator,
  ) {}

  next(context: Context): Next {
    if (context.nowNs >= this.untilNs) return "done";
    const next = this.inner.next(context);
    if (typeof next === "string") return next;
    // An op due after the end never comes, and the next ones would be later still.
    // Pending rather than done: a time limit lasts its whole time even when the last op came early.
    return next.op.atNs >= this.untilNs ? "pending" : { op: next.op, rest: new Until(this.untilNs, next.rest) };
  }

  when(context: Context): When {
    if (context.nowNs >= this.untilNs) return "done";
    const when = whenOf(this.inner, context);
    return typeof when === "number" && when >= this.untilNs ? "pending" : when;
  }

  update(context: Context, event: GeneratorEvent): Generator {
    const updated = this.inner.update(context, event);
    return updated === this.inner ? this : new Until(this.untilNs, updated);
  }
}

/**
 * Spaces ops by a random 0 … 2 x `intervalMs` (mean `intervalMs`), over all threads together. When every thread was busy
 * the schedule slips; it never bursts to catch up, or a healed cluster would be hit by all the ops an outage held back.
 */
export function stagger(intervalMs: number, inner: Generator, label = "stagger"): Generator {
  return new Stagger({ spanNs: Math.round(intervalMs * 2_000_000), label }, 0, inner);
}

class Stagger implements Generator {
  constructor(
    private readonly pace: { readonly spanNs: number; readonly label: string },
    private readonly dueNs: number,
    private readonly inner: Generator,
  ) {}

  next(context: Context): Next {
    const next = this.inner.next(context);
    if (typeof next === "string") return next;
    const { spanNs, label } = this.pace;
    const atNs = Math.max(next.op.atNs, this.dueNs);
    const gapNs = spanNs === 0 ? 0 : rng(context.seed, label, context.step).below(spanNs);
    return { op: due(next.op, atNs), rest: new Stagger(this.pace, atNs + gapNs, next.rest) };
  }

  when(context: Context): When {
    const when = whenOf(this.inner, context);
    return typeof when === "number" ? Math.max(when, this.dueNs) : when;
  }

  update(context: Context, event: GeneratorEvent): Generator {
    const updated = this.inner.update(context, event);
    return updated === this.inner ? this : new Stagger(this.pace, this.dueNs, updated);
  }
}

interface Pace {
  readonly intervalMs: number;
  readonly jitterPercent: number;
  readonly label: string;
  mine(event: GeneratorEvent): boolean;
}

/**
 * One op at a time, `intervalMs` (give or take `jitterPercent`) after the end of the op before; the first one counts from
 * the start of the run. `mine` says which events are of this generator's own ops.
 */
export function spaced(
  intervalMs: number,
  inner: Generator,
  mine: (event: GeneratorEvent) => boolean,
  label: string,
  jitterPercent = 20,
): Generator {
  return new Spaced({ intervalMs, jitterPercent, label, mine }, undefined, inner);
}

class Spaced implements Generator {
  constructor(
    private readonly pace: Pace,
    private readonly dueNs: number | undefined,
    private readonly inner: Generator,
  ) {}

  private gapNs(seed: number, step: number): number {
    const { intervalMs, jitterPercent, label } = this.pace;
    const spanNs = Math.round((intervalMs * 1_000_000 * jitterPercent) / 100);
    const jitterNs = spanNs === 0 ? 0 : rng(seed, label, step).below(2 * spanNs) - spanNs;
    return Math.round(intervalMs * 1_000_000) + jitterNs;
  }

  next(context: Context): Next {
    // Before the first op the schedule counts from the start of the run, so that asking twice gives the same answer.
    const dueNs = this.dueNs ?? this.gapNs(context.seed, 0);
    const next = this.inner.next(context);
    if (typeof next === "string") return next;
    const rest = new Spaced(this.pace, Number.MAX_SAFE_INTEGER, next.rest);
    return { op: due(next.op, Math.max(next.op.atNs, dueNs)), rest };
  }

  when(context: Context): When {
    const dueNs = this.dueNs ?? this.gapNs(context.seed, 0);
    const when = whenOf(this.inner, context);
    return typeof when === "number" ? Math.max(when, dueNs) : when;
  }

  update(context: Context, event: GeneratorEvent): Generator {
    const { pace, dueNs, inner } = this;
    const updated = inner.update(context, event);
    // The gap counts from the end of the op before: a cut that took 0.5 s to prove still lasts its full interval.
    if (dueNs === Number.MAX_SAFE_INTEGER && event.op.type !== "invoke" && pace.mine(event)) {
      return new Spaced(pace, context.nowNs + this.gapNs(context.seed, context.step), updated);
    }
    return updated === inner ? this : new Spaced(pace, dueNs, updated);
  }
}

/** One generator after the other; each waits until all of its threads are idle (a phase ends before the next begins). */
export function phases(...inner: readonly Generator[]): Generator {
  const [first, ...rest] = inner;
  if (first === undefined) return nothing;
  return sequence(first, ...rest.map(synchronize));
}

/** One generator after the other, without waiting. Later ones hear of earlier events, so they can build on them. */
export function sequence(...inner: readonly Generator[]): Generator {
  return {
    next(context): Next {
      for (let i = 0; i < inner.length; i++) {
        const next = (inner[i] as Generator).next(context);
        if (next === "done") continue;
        if (next === "pending") return "pending";
        return { op: next.op, rest: sequence(next.rest, ...inner.slice(i + 1)) };
      }
      return "done";
    },
    when(context): When {
      for (const each of inner) {
        const when = whenOf(each, context);
        if (when !== "done") return when;
      }
      return "done";
    },
    update(context, event): Generator {
      return withUpdates(this, inner, context, event, (updated) => sequence(...updated));
    },
  };
}

/** At each step one of several generators, by weight, chosen by the seed; one that is done leaves the mix. */
export function mix(weighted: readonly (readonly [weight: number, generator: Generator])[], label = "mix"): Generator {
  return {
    next(context): Next {
      const left = weighted.slice();
      const random = rng(context.seed, label, context.step);
      let pending = false;
      while (left.length > 0) {
        const index = pickWeighted(left, random.below(left.reduce((sum, [weight]) => sum + weight, 0)));
        const chosen = left[index] as (typeof left)[number];
        const next = chosen[1].next(context);
        if (typeof next !== "string") {
          const parts = weighted.map((part) => (part === chosen ? ([part[0], next.rest] as const) : part));
          return { op: next.op, rest: mix(parts, label) };
        }
        if (next === "pending") pending = true;
        left.splice(index, 1);
      }
      return pending ? "pending" : "done";
    },
    update(context, event): Generator {
      const parts = weighted.map(([, generator]) => generator);
      return withUpdates(this, parts, context, event, (updated) =>
        mix(
          updated.map((generator, i) => [(weighted[i] as readonly [number, Generator])[0], generator]),
          label,
        ),
      );
    },
  };
}

function pickWeighted(parts: readonly (readonly [number, Generator])[], at: number): number {
  let sum = 0;
  for (const [index, [weight]] of parts.entries()) {
    sum += weight;
    if (at < sum) return index;
  }
  return parts.length - 1;
}
