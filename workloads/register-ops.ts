/** The load of the register workload: reads, unique writes and compare-and-sets over a few live keys. */
import type { Context, Generator, GeneratorEvent, Next, When } from "../src/core/generator.js";
import type { Invocation } from "../src/core/op.js";
import { type Rng, rng } from "../src/core/rng.js";
import { emit, pickThread } from "../src/generators/leaves.js";

export interface RegisterLoad {
  /** Keys in use at a time. */
  readonly liveKeys: number;
  /** Ops after which a key is retired and the next one takes its place; of three keys in use, two go sooner. */
  readonly opsPerKey: number;
  readonly cas: boolean;
}

interface LiveKey {
  readonly key: number;
  readonly left: number;
  /** A value somebody saw in it lately: what a cas may expect. */
  readonly seen: number | null;
}

interface State {
  readonly live: readonly LiveKey[];
  readonly nextKey: number;
  /** Every value is written once in the whole run: that makes checking near-linear and a lost value recognizable. */
  readonly nextValue: number;
}

/**
 * How many ops the key in a slot lives for: the whole measure, a quarter of it or a sixteenth, in turn. Long lives show stale
 * reads across a fault. Short ones show what is lost: a write that an isolated primary acknowledged stays the last one of
 * its key only where nobody writes the key again after the fail-over, else it is overwritten and leaves no trace in the end.
 */
function lifeOf(load: RegisterLoad, slot: number): number {
  return Math.max(1, load.opsPerKey >> (2 * (slot % 3)));
}

/** Half reads, a third writes, the rest cas (a key nobody has read yet is written instead). Endless. */
export function registerOps(load: RegisterLoad): Generator {
  const live = Array.from({ length: load.liveKeys }, (_, key) => ({ key, left: lifeOf(load, key), seen: null }));
  return new RegisterOps(load, { live, nextKey: load.liveKeys, nextValue: 1 });
}

class RegisterOps implements Generator {
  constructor(
    private readonly load: RegisterLoad,
    private readonly state: State,
  ) {}

  next(context: Context): Next {
    const { load, state } = this;
    const thread = pickThread(context);
    if (thread === undefined) return "pending";
    const random = rng(context.seed, "register", context.step);
    const at = random.below(state.live.length);
    const target = state.live[at] as LiveKey;
    const op = choose(load, target, state.nextValue, random);
    return { op: emit(op, thread, context), rest: new RegisterOps(load, advance(load, state, at, op.f !== "read")) };
  }

  when(context: Context): When {
    return context.free.length === 0 ? "pending" : context.nowNs;
  }

  update(_: Context, event: GeneratorEvent): Generator {
    const updated = hear(this.state, event);
    return updated === this.state ? this : new RegisterOps(this.load, updated);
  }
}

function choose(load: RegisterLoad, { key, seen }: LiveKey, value: number, random: Rng): Invocation {
  const dice = random.below(6);
  if (dice < 3) return { f: "read", key, value: null };
  if (dice === 5 && load.cas && seen !== null) return { f: "cas", key, value: [seen, value] };
  return { f: "write", key, value };
}

function advance(load: RegisterLoad, state: State, at: number, wrote: boolean): State {
  const { key, left, seen } = state.live[at] as LiveKey;
  const live = state.live.slice();
  const retired = left <= 1;
  live[at] = retired ? { key: state.nextKey, left: lifeOf(load, at), seen: null } : { key, left: left - 1, seen };
  return {
    live,
    nextKey: state.nextKey + (retired ? 1 : 0),
    nextValue: state.nextValue + (wrote ? 1 : 0),
  };
}

function hear(state: State, { op }: GeneratorEvent): State {
  if (op.type !== "ok") return state;
  const value = Array.isArray(op.value) ? op.value[1] : op.value;
  if (typeof value !== "number") return state;
  for (let at = 0; at < state.live.length; at++) {
    const { key, left, seen } = state.live[at] as LiveKey;
    if (key !== op.key) continue;
    if (seen === value) return state;
    const live = state.live.slice();
    live[at] = { key, left, seen: value };
    return { live, nextKey: state.nextKey, nextValue: state.nextValue };
  }
  return state;
}
