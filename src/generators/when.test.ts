/** `when` must say of every moment what `next` would: the interpreter believes it, and an op that came late or never would show nothing. */
import { describe, expect, it } from "vitest";
import { registerOps } from "../../workloads/register-ops.js";
import type { Context, Generator } from "../core/generator.js";
import { type Rng, rng } from "../core/rng.js";
import {
  any,
  clients,
  each,
  finalReads,
  limit,
  listen,
  mix,
  nemesis,
  nothing,
  phases,
  repeat,
  sequence,
  spaced,
  stagger,
  timed,
  until,
} from "./index.js";
import { whenOf } from "./leaves.js";
import { simulate } from "./simulate.js";

/** The generator, held to its word each time it is asked. */
function checked(inner: Generator, seen: Set<string>): Generator {
  return {
    next(context) {
      const next = inner.next(context);
      const said = typeof next === "string" ? next : next.op.atNs;
      expect(whenOf(inner, context)).toBe(said);
      seen.add(typeof said === "string" ? said : said > context.nowNs ? "later" : "now");
      return typeof next === "string" ? next : { op: next.op, rest: checked(next.rest, seen) };
    },
    update(context, event) {
      const updated = inner.update(context, event);
      return updated === inner ? this : checked(updated, seen);
    },
  };
}

/** One of these around the other, and so on. */
function made(random: Rng, depth: number): Generator {
  const inner = (): Generator => made(random, depth - 1);
  const op = { f: random.pick(["read", "write"]), value: null };
  if (depth === 0) {
    return random.pick([
      () => repeat(() => op),
      () => each([op, op, op]),
      () => nothing,
      () => registerOps({ liveKeys: 3, opsPerKey: 20, cas: true }),
      () => timed([1, 5, 9].map((ms) => ({ ...op, thread: random.below(3), atNs: ms * 1e6 }))),
    ])();
  }
  return random.pick([
    () => limit(random.below(20), inner()),
    () => until(random.below(40) * 1e6, inner()),
    () => stagger(1 + random.below(4), inner()),
    () => spaced(1 + random.below(4), inner(), ({ op: { f } }) => f === op.f, "spaced"),
    () => clients(inner()),
    () => nemesis(inner()),
    () => any(inner(), inner()),
    () => sequence(inner(), inner()),
    () => phases(inner(), inner()),
    () => listen(inner(), inner()),
    () =>
      mix([
        [1, inner()],
        [2, inner()],
      ]),
  ])();
}

const complete = ({ index }: { readonly index: number }) =>
  ({ afterNs: (index % 7) * 1e6, type: index % 5 === 0 ? "info" : "ok" }) as const;

describe("when", () => {
  it("agrees with next, whatever is around what", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed++) {
      const random = rng(seed, "when");
      const generator = until(60e6, checked(made(random, 1 + random.below(4)), seen));
      simulate(generator, { seed, concurrency: 1 + random.below(4), maxOps: 60, complete });
    }
    expect([...seen].sort()).toEqual(["done", "later", "now", "pending"]);
  });

  it("of final reads agrees with next, retries and moves to other nodes included", () => {
    const nodes = ["n1", "n2", "n3"];
    for (let seed = 0; seed < 40; seed++) {
      const concurrency = 1 + rng(seed, "threads").below(4);
      const seen = new Set<string>();
      const heard = finalReads(nodes);
      const reads: string[] = [];
      const context = { nowNs: 0, seed, step: 0, threads: [0], free: [0], process: () => 0, node: () => "n1" };
      const keyed = [4, 5, 6].reduce<Generator>((listener, key) => {
        const op = { index: 0, time: 0, process: 0, type: "invoke" as const, f: "write", key, value: 1 };
        return listener.update(context as Context, { op, thread: 0 });
      }, heard);
      simulate(checked(clients(keyed), seen), {
        seed,
        concurrency,
        nodes,
        complete: (op) => {
          const ok = rng(seed, "ok", op.index).below(3) > 0;
          if (ok && op.type === "invoke") reads.push(`${op.node} ${op.key}`);
          return { afterNs: 1e6 * (1 + (op.index % 3)), type: ok ? "ok" : "fail" };
        },
      });
      expect(seen).toContain("done");
      expect(new Set(reads).size).toBe(9);
    }
  });
});
