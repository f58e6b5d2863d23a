/** Simulated objects of every model for `histories`, and what each allows, written down a second time for the oracle. */
import type { Answer, Simulated } from "./histories.js";
import type { OracleStep } from "./oracle.js";

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const ok = (state: unknown, output: unknown): Answer => ({ state, output, type: "ok" });
const refused = (state: unknown): Answer => ({ state, output: null, type: "fail" });

/** A simulated object and its rules. */
export interface Case {
  readonly simulated: Simulated;
  readonly step: OracleStep;
}

/** `puts` of 100 ops go in, and so many of 100 takes on an empty one answer null instead of failing. */
export function bag(kind: "queue" | "stack", unique: boolean, puts = 55, answersEmpty = 100): Case {
  const [put, take] = kind === "queue" ? ["enqueue", "dequeue"] : ["push", "pop"];
  const out = (items: readonly unknown[]): unknown => (kind === "queue" ? items[0] : items[items.length - 1]);
  const rest = (items: readonly unknown[]): readonly unknown[] =>
    kind === "queue" ? items.slice(1) : items.slice(0, -1);
  return {
    simulated: {
      initial: [],
      ask: ([what, a], count) =>
        what < puts ? { f: put as string, value: unique ? count + 1 : a % 3 } : { f: take as string, value: null },
      act: (state, f, value) => {
        const items = state as readonly unknown[];
        if (f === put) return ok([...items, value], value);
        if (items.length > 0) return ok(rest(items), out(items));
        return answersEmpty === 100 ? ok(items, null) : refused(items);
      },
      lie: (f, value, random) => (f === take ? [null, 1, 2, 3, 4, 5, 6, 7][random % 8] : value),
    },
    step: (state, { f, input, output, type }) => {
      const items = state as readonly unknown[];
      if (f === put) return [[...items, input]];
      if (type === "info") return [items.length === 0 ? items : rest(items)];
      if (output === null) return items.length === 0 ? [items] : [];
      return items.length > 0 && same(out(items), output) ? [rest(items)] : [];
    },
  };
}

/**
 * A lock, given to whoever asks, which a client takes only while it has it not, where `polite`; else anybody does anything.
 * `strict`: given to nobody while it is held, but for every 12th time.
 */
export function mutex(fenced: boolean, polite: boolean, strict = false): Case {
  const held = new Set<number>();
  return {
    simulated: {
      initial: { held: false, last: 0 },
      ask: ([what], count, process = 0) => {
        if (count === 0) held.clear();
        const acquires = polite ? !held.has(process) : what < 50;
        // Where the lock is strict, it is not yet known whether the client gets it.
        if (acquires && !strict) held.add(process);
        else if (!acquires) held.delete(process);
        return { f: acquires ? "acquire" : "release", value: null };
      },
      act: (state, f, _, process) => {
        const lock = state as { held: boolean; last: number };
        if (f === "release") return ok({ ...lock, held: false }, null);
        if (strict && lock.held && lock.last % 12 !== 11) return refused(lock);
        held.add(process);
        return ok({ held: true, last: lock.last + 1 }, fenced ? lock.last + 1 : null);
      },
      lie: (f, _, random) => (f === "acquire" && fenced ? 1 + (random % 5) : null),
    },
    step: (state, { f, input, output, type }) => {
      const lock = state as { held: boolean; last: number; mine?: number };
      if (f === "release") {
        const wrong = typeof input === "number" && lock.mine !== undefined && input !== lock.mine;
        return lock.held && !wrong ? [{ held: false, last: lock.last }] : [];
      }
      if (lock.held) return [];
      if (type === "info" || typeof output !== "number" || output === input) return [{ held: true, last: lock.last }];
      return output > lock.last ? [{ held: true, last: output, mine: output }] : [];
    },
  };
}

/** `deltas` to choose from; `tells`: increments answer with the value after them. */
export function counter(deltas: readonly number[], tells = false): Case {
  const change = (f: string, value: unknown): number => (f === "decrement" ? -1 : 1) * ((value as number | null) ?? 1);
  return {
    simulated: {
      initial: 0,
      ask: ([what, a]) => {
        if (what < 45) return { f: "read", value: null };
        const delta = deltas[a % deltas.length] as number;
        return { f: delta < 0 ? "decrement" : "increment", value: Math.abs(delta) === 1 ? null : Math.abs(delta) };
      },
      act: (state, f, value) => {
        if (f === "read") return ok(state, state);
        const next = (state as number) + change(f, value);
        return ok(next, tells ? next : value);
      },
      lie: (f, value, random) => (f === "read" || tells ? random % 7 : value),
    },
    step: (state, { f, input, output, type }) => {
      if (f === "read") return type === "info" || output === state ? [state] : [];
      const next = (state as number) + change(f, input);
      return type === "info" || output === input || output === next || output === null ? [next] : [];
    },
  };
}

/** `fs`: which of add, remove, contains, read; `tells`: adds and removes answer whether they changed anything. */
export function set(fs: readonly string[], unique: boolean, tells = false): Case {
  const sorted = (items: readonly number[]): number[] => [...new Set(items)].sort((a, b) => a - b);
  return {
    simulated: {
      initial: [],
      ask: ([what, a], count) => {
        const f = fs[what % fs.length] as string;
        const element = f === "add" && unique ? count + 1 : unique ? (a % (count + 1)) + 1 : a % 3;
        return { f, value: f === "read" ? null : element };
      },
      act: (state, f, value) => {
        const items = state as number[];
        const has = items.includes(value as number);
        if (f === "read") return ok(items, items);
        if (f === "contains") return ok(items, has);
        const next = f === "add" ? sorted([...items, value as number]) : items.filter((item) => item !== value);
        return ok(next, tells ? has !== (f === "add") : value);
      },
      lie: (f, value, random) => {
        if (f === "read") return sorted([random % 4, (random >> 2) % 7, (random >> 4) % 7]).slice(random % 3);
        return f === "contains" || tells ? random % 2 === 0 : value;
      },
    },
    step: (state, { f, input, output, type }) => {
      const items = state as number[];
      const has = items.includes(input as number);
      if (f === "read") return type === "info" || same(sorted(output as number[]), items) ? [items] : [];
      if (f === "contains") return type === "info" || output === has ? [items] : [];
      const said = type === "ok" && typeof output === "boolean" ? output : undefined;
      const changes = has !== (f === "add");
      if (said !== undefined && said !== changes) return [];
      return [f === "add" ? sorted([...items, input as number]) : items.filter((item) => item !== input)];
    },
  };
}

export function list(unique: boolean): Case {
  return {
    simulated: {
      initial: [],
      ask: ([what, a], count) =>
        what < 45 ? { f: "read", value: null } : { f: "append", value: unique ? count + 1 : a % 2 },
      act: (state, f, value) => (f === "read" ? ok(state, state) : ok([...(state as unknown[]), value], value)),
      lie: (f, value, random) =>
        f === "read" ? [1 + (random % 3), 1 + ((random >> 2) % 4), 1 + ((random >> 4) % 5)].slice(random % 4) : value,
    },
    step: (state, { f, input, output, type }) => {
      if (f === "append") return [[...(state as unknown[]), input]];
      return type === "info" || same(state, output) ? [state] : [];
    },
  };
}

/** Transactions over keys x, y and z. `one`: each touches one key. `nilReads` as in the options. */
export function multiRegister(one: boolean, nilReads: "observed" | "any" = "observed"): Case {
  type Registers = Record<string, unknown>;
  const run = (state: Registers, micros: readonly [string, string, unknown][]): [Registers, unknown[]] => {
    const after = { ...state };
    const done = micros.map(([kind, key, value]) => {
      if (kind === "w") after[key] = value;
      return [kind, key, after[key] ?? null];
    });
    return [after, done];
  };
  const keys = ["x", "y", "z"];
  return {
    simulated: {
      initial: {},
      ask: ([what, a, b]) => {
        const micro = (random: number): unknown[] =>
          random % 2 === 0 ? ["r", keys[random % 3], null] : ["w", keys[random % 3], a % 3];
        return { f: "txn", value: one ? [micro(what)] : [micro(what), micro(b)] };
      },
      act: (state, _, value) => {
        const [after, done] = run(state as Registers, value as [string, string, unknown][]);
        return ok(after, done);
      },
      lie: (_, value, random) =>
        (value as unknown[][]).map(([kind, key, held]) => [kind, key, kind === "r" ? random % 3 || null : held]),
    },
    step: (state, { input, output, type }) => {
      const [after, done] = run(state as Registers, input as [string, string, unknown][]);
      const found = (output ?? []) as [string, string, unknown][];
      const any = (i: number): boolean => nilReads === "any" && found[i]?.[0] === "r" && found[i]?.[2] === null;
      return type === "info" || done.every((micro, i) => any(i) || same(micro, found[i])) ? [after] : [];
    },
  };
}
