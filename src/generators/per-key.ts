/** Independent keys: threads in groups, each group on a key of its own until that key's generator is done. */
import type { Generator, Next } from "../core/generator.js";
import type { Key, Thread } from "../core/op.js";
import { rng } from "../core/rng.js";
import { narrow } from "./threads.js";

interface Group {
  readonly key: Key;
  readonly generator: Generator;
}

export interface PerKeyOptions {
  /** Threads that share a key. The last group may be smaller. */
  readonly groupSize: number;
  /** The i-th key, from 0. Keys are handed out in order, whichever group is free first. */
  key(i: number): Key;
  /** What the group does with its key; it ends when this is done. */
  generator(key: Key): Generator;
  /** How many keys in all; endless where absent. */
  readonly count?: number;
}

/** Splits the client threads into groups and gives each group one key after another (Jepsen's concurrent-generator). */
export function perKey(options: PerKeyOptions): Generator {
  return build(options, [], 0);
}

function build(options: PerKeyOptions, groups: readonly (Group | undefined)[], nextKey: number): Generator {
  const groupOf = (position: number): number => Math.floor(position / options.groupSize);
  return {
    next(context): Next {
      const positions = new Map<Thread, number>(context.threads.map((thread, i) => [thread, i]));
      const current = groups.slice();
      let fresh = nextKey;
      let pending = false;
      const best: { group: number; next: Exclude<Next, string> }[] = [];
      for (let g = 0; g < Math.ceil(context.threads.length / options.groupSize); g++) {
        const inGroup = (thread: Thread): boolean => groupOf(positions.get(thread) ?? -1) === g;
        const narrowed = narrow(context, inGroup);
        for (;;) {
          let group = current[g];
          if (group === undefined) {
            if (options.count !== undefined && fresh >= options.count) break;
            const key = options.key(fresh++);
            group = { key, generator: options.generator(key) };
            current[g] = group;
          }
          const next = group.generator.next(narrowed);
          if (next === "pending") pending = true;
          if (next === "done") {
            // The key is retired only when nobody still works on it: a late op would hear another key's events.
            if (narrowed.free.length < narrowed.threads.length) {
              pending = true;
              break;
            }
            current[g] = undefined;
            continue;
          }
          if (next !== "pending") best.push({ group: g, next });
          break;
        }
      }
      if (best.length === 0) return pending ? "pending" : "done";
      const firstNs = best.reduce((least, { next }) => Math.min(least, next.op.atNs), Number.MAX_SAFE_INTEGER);
      const chosen = rng(context.seed, "per-key", context.step).pick(best.filter((b) => b.next.op.atNs === firstNs));
      const group = current[chosen.group] as Group;
      current[chosen.group] = { key: group.key, generator: chosen.next.rest };
      return { op: { ...chosen.next.op, key: group.key }, rest: build(options, current, fresh) };
    },
    update(context, event): Generator {
      const position = context.threads.indexOf(event.thread);
      if (position < 0) return this;
      const g = groupOf(position);
      const group = groups[g];
      if (group === undefined || event.op.key !== group.key) return this;
      const inGroup = (thread: Thread): boolean => groupOf(context.threads.indexOf(thread)) === g;
      const generator = group.generator.update(narrow(context, inGroup), event);
      if (generator === group.generator) return this;
      const updated = groups.slice();
      updated[g] = { key: group.key, generator };
      return build(options, updated, nextKey);
    },
  };
}
