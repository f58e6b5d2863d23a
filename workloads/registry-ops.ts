/** The load of the registry workload: instances of a few services come, are kept alive, are removed or left to expire. */
import type { Generator, GeneratorEvent, Next } from "../src/core/generator.js";
import type { Invocation } from "../src/core/op.js";
import { type Rng, rng } from "../src/core/rng.js";
import { emit, pickThread } from "../src/generators/leaves.js";

export interface RegistryLoad {
  readonly services: number;
  /** Has the system leases: register, heartbeat, deregister? Else instances are added for good. */
  readonly leases: boolean;
}

interface Instance {
  readonly key: number;
  readonly value: number;
  readonly leased: boolean;
}

interface State {
  /** Every instance is registered once in the whole run, so that "gone" is for good. */
  readonly next: number;
  /** Those whose registration was acknowledged and that nobody has tried to remove, oldest first. */
  readonly there: readonly Instance[];
}

/** More instances than these are not kept in mind; the older ones stay as they are. */
const KNOWN_MAX = 40;

/** A third registrations, a third removals and heartbeats, a third reads. Endless. */
export function registryOps(load: RegistryLoad): Generator {
  return build(load, { next: 0, there: [] });
}

function build(load: RegistryLoad, state: State): Generator {
  return {
    next(context): Next {
      const thread = pickThread(context);
      if (thread === undefined) return "pending";
      const random = rng(context.seed, "registry", context.step);
      const [op, next] = choose(load, state, random);
      return { op: emit(op, thread, context), rest: build(load, next) };
    },
    update(_, event): Generator {
      const there = hear(state.there, event);
      return there === state.there ? this : build(load, { ...state, there });
    },
  };
}

function choose({ services, leases }: RegistryLoad, state: State, random: Rng): readonly [Invocation, State] {
  const dice = random.below(6);
  const { next, there } = state;
  if (dice < 2) return [{ f: "read", key: random.below(services), value: null }, state];
  if (dice >= 4 && there.length > 0) {
    const at = random.below(there.length);
    const { key, value, leased } = there[at] as Instance;
    if (leased && random.chance(2, 3)) return [{ f: "heartbeat", key, value }, state];
    const left = there.filter((_, i) => i !== at);
    return [
      { f: leased ? "deregister" : "remove", key, value },
      { ...state, there: left },
    ];
  }
  const f = leases && random.chance(1, 2) ? "register" : "add";
  return [
    { f, key: random.below(services), value: next },
    { ...state, next: next + 1 },
  ];
}

function hear(there: readonly Instance[], { op }: GeneratorEvent): readonly Instance[] {
  const { f, type, key, value } = op;
  if (type !== "ok" || (f !== "add" && f !== "register")) return there;
  if (typeof key !== "number" || typeof value !== "number") return there;
  return [...there.slice(-KNOWN_MAX + 1), { key, value, leased: f === "register" }];
}

/** `inner`, but not before `waitMs` after the last event this generator was told of. */
export function afterQuiet(waitMs: number, inner: Generator): Generator {
  return quiet(waitMs * 1e6, inner, 0);
}

function quiet(waitNs: number, inner: Generator, lastNs: number): Generator {
  return {
    next(context): Next {
      const next = inner.next(context);
      if (typeof next === "string") return next;
      return { op: { ...next.op, atNs: Math.max(next.op.atNs, lastNs + waitNs) }, rest: next.rest };
    },
    update(context, event): Generator {
      return quiet(waitNs, inner.update(context, event), Math.max(lastNs, event.op.time));
    },
  };
}
