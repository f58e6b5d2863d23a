/** The mutex: acquire and release, as Knossos has it (who releases does not matter), and fenced: each acquire gets a larger token. */
import { UsageError } from "../../../src/core/errors.js";
import type { BuiltIn } from "../model.js";
import { show } from "../words.js";

interface Lock {
  readonly held: boolean;
  /** The largest token given so far. */
  readonly last: number | null;
  /** The holder's token, where it is known. */
  readonly mine: number | null;
}

/** The token that a value names: a number, or the `fence` of a map, as Jepsen's Hazelcast tests write it (there 0 is none). */
export function tokenIn(value: unknown): number | null {
  if (typeof value === "number") return value;
  const { fence } = (value ?? {}) as { readonly fence?: unknown };
  return typeof fence === "number" && fence > 0 ? fence : null;
}

/**
 * The token that an acquire was given: a number in its completion that its invocation did not have (an echo of the
 * invocation, say a client's number, is none).
 */
export function tokenOf(input: unknown, output: unknown): number | null {
  const token = tokenIn(output);
  return token === tokenIn(input) ? null : token;
}

const HELD: readonly unknown[] = [true, "held", "locked"];
const FREE: readonly unknown[] = [null, undefined, false, "free", "unlocked"];

/** Is the lock held in the beginning? @throws UsageError for what says neither. */
export function holds(initial: unknown): boolean {
  if (HELD.includes(initial)) return true;
  if (FREE.includes(initial)) return false;
  throw new UsageError(`the initial value of a mutex is "held" or "free", not ${show(initial)}`);
}

export const mutexModel: BuiltIn<Lock> = {
  name: "mutex",
  fs: ["acquire", "release"],
  aliases: { lock: "acquire", unlock: "release" },
  init: (initial) => ({ held: holds(initial), last: null, mine: null }),
  step: ({ held, last, mine }, { f, input, output }) => {
    if (f === "acquire") {
      if (held) return undefined;
      const token = tokenOf(input, output);
      if (token !== null && last !== null && token <= last) return undefined;
      return { held: true, last: token ?? last, mine: token };
    }
    const named = tokenIn(input);
    if (!held || (named !== null && mine !== null && named !== mine)) return undefined;
    return { held: false, last, mine: null };
  },
  key: ({ held, last, mine }) => `${held} ${last} ${mine}`,
  describe: ({ held, mine, last }) => {
    if (held && mine !== null) return `held with token ${mine}`;
    return `${held ? "held" : "free"}${last === null ? "" : ` after token ${last}`}`;
  },
  words: ({ f, input, output }) => {
    const token = f === "acquire" ? tokenOf(input, output) : tokenIn(input);
    return `${f}d the lock${token === null ? "" : ` (token ${show(token)})`}`;
  },
};
