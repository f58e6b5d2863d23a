/** The load of the transaction workloads: short lists of reads and unique writes over a small moving window of keys. */
import type { Generator } from "../src/core/generator.js";
import type { Rng } from "../src/core/rng.js";
import type { OptionSpec } from "../src/core/system.js";
import { unfold } from "../src/generators/index.js";

export interface TxnLoad {
  /** What a write is called: "append" (lists) or "w" (registers). */
  readonly write: "append" | "w";
  /** Micro-ops of the longest transaction; the shortest has one. */
  readonly maxLength: number;
  /** Keys in use at a time. */
  readonly liveKeys: number;
  /** Writes after which a key is retired and the next one takes its place. */
  readonly writesPerKey: number;
}

export type MicroOp = readonly [f: "r" | "w" | "append", key: number, value: number | null];

interface State {
  readonly live: readonly { readonly key: number; readonly written: number }[];
  readonly nextKey: number;
}

/** Half the keys would never be drawn with more of them than this. */
const KEYS_MAX = 16;

/** Options of both transaction workloads, beside their consistency. */
export const TXN_OPTIONS: readonly OptionSpec[] = [
  {
    name: "max-txn-length",
    summary: "micro-ops of the longest transaction, up to 16",
    default: "4",
    values: "integer",
  },
  { name: "keys", summary: "keys in use at a time, up to 16", default: "4", values: "integer" },
  { name: "writes-per-key", summary: "writes after which a key is retired", default: "32", values: "integer" },
];

/** The load that options ask for. */
export function txnLoad(write: TxnLoad["write"], options: Readonly<Record<string, string>>): TxnLoad {
  const within = (name: string, most: number): number => Math.min(most, Math.max(1, Number(options[name])));
  return {
    write,
    maxLength: within("max-txn-length", 16),
    liveKeys: within("keys", KEYS_MAX),
    writesPerKey: within("writes-per-key", 1_000_000),
  };
}

/**
 * Endless transactions: op `txn` with a list of micro-ops as its value. Values count up from 1 in each key, so that a value
 * names its writer. The last place in the window is drawn half of the time, the one before it a quarter, and so on: some
 * keys are fought over, others are nearly quiet.
 */
export function txnOps(load: TxnLoad): Generator {
  const live = Array.from({ length: load.liveKeys }, (_, key) => ({ key, written: 0 }));
  return unfold<State>({ live, nextKey: load.liveKeys }, (state, random) => {
    const live = state.live.slice();
    let { nextKey } = state;
    const value: MicroOp[] = [];
    for (let left = 1 + random.below(load.maxLength); left > 0; left--) {
      const at = placeOf(random, live.length);
      const { key, written } = live[at] as State["live"][number];
      if (random.chance(1, 2)) {
        value.push(["r", key, null]);
        continue;
      }
      value.push([load.write, key, written + 1]);
      live[at] = written + 1 < load.writesPerKey ? { key, written: written + 1 } : { key: nextKey++, written: 0 };
    }
    return [
      { f: "txn", value },
      { live, nextKey },
    ];
  });
}

/** One of `count` places, each twice as likely as the one before. Integers alone: the same on every machine. */
function placeOf(random: Rng, count: number): number {
  return 31 - Math.clz32(1 + random.below((1 << count) - 1));
}
