/** A load over a few objects, each with a key of its own, that are retired after so many ops: counters, queues. */
import type { Generator } from "../src/core/generator.js";
import type { Invocation, Key } from "../src/core/op.js";
import type { Rng } from "../src/core/rng.js";
import type { OptionSpec } from "../src/core/system.js";
import { unfold } from "../src/generators/index.js";

export interface KeyedLoad {
  /** Keys in use at a time. */
  readonly liveKeys: number;
  /** Ops after which a key is retired and the next one takes its place. */
  readonly opsPerKey: number;
}

interface State {
  readonly live: readonly { readonly key: number; readonly left: number }[];
  readonly nextKey: number;
  /** Ops so far: a number that no other op has. */
  readonly count: number;
}

export function keyedOptions(keys: string, opsPerKey: string): readonly OptionSpec[] {
  return [
    { name: "keys", summary: "keys in use at a time", default: keys, values: "integer" },
    { name: "ops-per-key", summary: "ops after which a key is retired", default: opsPerKey, values: "integer" },
  ];
}

export function keyedLoad(options: Readonly<Record<string, string>>): KeyedLoad {
  return { liveKeys: Math.max(1, Number(options.keys)), opsPerKey: Math.max(1, Number(options["ops-per-key"])) };
}

/** Endless ops: `make` gets the key and a number that is this op's alone. */
export function keyedOps(
  load: KeyedLoad,
  make: (key: Key, unique: number, random: Rng) => Omit<Invocation, "key">,
): Generator {
  const live = Array.from({ length: load.liveKeys }, (_, key) => ({ key, left: load.opsPerKey }));
  return unfold<State>({ live, nextKey: load.liveKeys, count: 0 }, ({ live, nextKey, count }, random) => {
    const at = random.below(live.length);
    const { key, left } = live[at] as State["live"][number];
    const retired = left <= 1;
    const moved = live.slice();
    moved[at] = retired ? { key: nextKey, left: load.opsPerKey } : { key, left: left - 1 };
    const op = { key, ...make(key, count + 1, random) };
    return [op, { live: moved, nextKey: nextKey + (retired ? 1 : 0), count: count + 1 }];
  });
}
