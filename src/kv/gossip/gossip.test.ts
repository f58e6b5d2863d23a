/** kv-gossip: it always answers, is stale for a while, agrees in the end; what expired or was removed stays away. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../../core/rng.js";
import { mend, turmoil } from "../testing/clients.js";
import { Harness, type HarnessOptions } from "../testing/harness.js";
import { GOSSIP_BUGS } from "./bugs.js";
import { type GossipOptions, gossipProgram } from "./index.js";

function cluster(options: Partial<HarnessOptions> = {}, program: Partial<GossipOptions> = {}): Harness {
  const harness = new Harness({ seed: 1, nodes: 5, ...options }, gossipProgram(program));
  harness.run(200);
  return harness;
}

let names = 0;
const op = (f: string, value: number | string, key = "web") => ({ f, key, value, client: `g${++names}`, seq: 1 });
const done = (harness: Harness, node: string, body: object) => expect(harness.get(node, body)?.type).toBe("ok");

function listed(harness: Harness, node: string): unknown {
  const reply = harness.get(node, { f: "lookup", key: "web" });
  return reply?.type === "ok" ? reply.value : reply?.error;
}

const settled = (harness: Harness) => harness.nodes.every((node) => harness.status(node)?.pending === 0);

/** Sends heartbeats for `ms`, one every half second. */
function keepAlive(harness: Harness, node: string, instance: string, ms: number): void {
  for (let spent = 0; spent < ms; spent += 500) {
    done(harness, node, op("heartbeat", instance));
    harness.run(500);
  }
}

describe("registry", () => {
  test("a registration spreads to all, and lasts as long as its heartbeats", () => {
    const harness = cluster();
    expect(listed(harness, "n1")).toBe(null);
    done(harness, "n1", op("register", "a"));
    expect(listed(harness, "n1")).toEqual(["a"]);
    keepAlive(harness, "n1", "a", 8000);
    for (const node of harness.nodes) expect(listed(harness, node)).toEqual(["a"]);
    // The last heartbeat was half a second ago; a little more than the lease later nobody lists it.
    harness.run(3500);
    for (const node of harness.nodes) expect(listed(harness, node)).toEqual([]);
    expect(harness.get("n3", op("heartbeat", "nobody"))).toMatchObject({ type: "fail", error: "unknown instance" });
  });

  test("what expired stays away, also from a node that first hears of it later", () => {
    const harness = cluster();
    harness.isolate("n5");
    done(harness, "n1", op("register", "a"));
    harness.run(6000);
    harness.heal();
    for (let i = 0; i < 60; i++) {
      harness.run(100);
      expect(listed(harness, "n5")).not.toEqual(["a"]);
    }
    expect(settled(harness)).toBe(true);
  });

  test("a restart does not bring the expired back", () => {
    const harness = cluster();
    done(harness, "n1", op("register", "a"));
    harness.run(6000);
    harness.kill("n1");
    harness.start("n1");
    for (let i = 0; i < 40; i++) {
      harness.run(100);
      expect(listed(harness, "n1")).toEqual([]);
    }
  });

  test("a lease that is kept alive is listed again after a restart, with its next heartbeat", () => {
    const harness = cluster();
    done(harness, "n1", op("register", "a"));
    keepAlive(harness, "n1", "a", 2000);
    harness.kill("n1");
    harness.start("n1");
    harness.run(200);
    keepAlive(harness, "n1", "a", 2000);
    for (const node of harness.nodes) expect(listed(harness, node)).toEqual(["a"]);
  });

  test("both sides of a cut answer; a removal reaches the other side after healing and holds", () => {
    const harness = cluster();
    done(harness, "n1", op("add", "a"));
    done(harness, "n1", op("add", "b"));
    harness.run(1000);
    harness.isolate("n1", "n2");
    done(harness, "n1", op("deregister", "a"));
    done(harness, "n5", op("add", "c"));
    expect(listed(harness, "n1")).toEqual(["b"]);
    harness.run(1000);
    expect(listed(harness, "n3")).toEqual(["a", "b", "c"]);
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 20_000)).toBe(true);
    harness.run(3000);
    for (const node of harness.nodes) expect([...(listed(harness, node) as string[])].sort()).toEqual(["b", "c"]);
    // It may be registered anew.
    done(harness, "n4", op("add", "a"));
    harness.run(3000);
    for (const node of harness.nodes) expect(listed(harness, node)).toContain("a");
  });

  test("registers: the newest write wins everywhere", () => {
    const harness = cluster();
    for (const [i, node] of harness.nodes.entries()) {
      done(harness, node, { f: "write", key: 1, value: i, client: `w${i}`, seq: 1 });
      harness.run(2000);
    }
    for (const node of harness.nodes) expect(harness.get(node, { f: "read", key: 1 })).toMatchObject({ value: 4 });
  });

  test("a shorter log holds the same", () => {
    const harness = cluster({ nodes: 3 });
    for (let i = 0; i < 5000; i++) done(harness, "n1", op("add", i % 40));
    harness.run(2000);
    expect(harness.disk("n1").length).toBeLessThan(4200);
    harness.kill("n1");
    harness.start("n1");
    harness.run(100);
    expect(listed(harness, "n1")).toHaveLength(40);
  });
});

test("property: whatever was acknowledged is known to all in the end, and nothing that was removed", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const harness = cluster({ seed, lossPer1k: 20, duplicatePer1k: 20 });
      const random = rng(seed, "test");
      const [there, gone] = [new Set<number>(), new Set<number>()];
      for (let i = 0; i < 150; i++) {
        turmoil(random, harness);
        harness.run(random.below(60));
        const node = random.pick(harness.nodes);
        const remove = random.chance(1, 3) && there.size > 0;
        const value = remove ? random.pick([...there]) : i;
        const reply = harness.get(node, op(remove ? "remove" : "add", value), 200);
        // Unanswered: it may have happened.
        if (remove && reply?.type !== "fail") there.delete(value);
        if (reply?.type === "ok") (remove ? gone : there).add(value);
      }
      harness.heal();
      mend(harness);
      expect(harness.runUntil(() => settled(harness), 30_000)).toBe(true);
      for (const node of harness.nodes) {
        const all = new Set((listed(harness, node) ?? []) as number[]);
        for (const value of there) expect(all.has(value)).toBe(true);
        for (const value of gone) expect(all.has(value)).toBe(false);
      }
    }),
    { numRuns: 25, seed: 5 },
  );
});

describe("planted bugs", () => {
  const scenarios: Readonly<Record<string, (harness: Harness) => boolean>> = {
    "never-expires": (harness) => {
      done(harness, "n1", op("register", "a"));
      harness.run(8000);
      return harness.nodes.some((node) => (listed(harness, node) as string[]).length > 0);
    },
    "comes-back": (harness) => {
      done(harness, "n1", op("add", "a"));
      harness.run(2000);
      harness.isolate("n5");
      done(harness, "n1", op("remove", "a"));
      harness.run(2000);
      harness.heal();
      harness.run(5000);
      return harness.nodes.some((node) => (listed(harness, node) as string[] | null)?.includes("a") === true);
    },
  };

  test.each(GOSSIP_BUGS.map(({ name }) => name))("%s shows, and never without the bug", (name) => {
    const seeds = [1, 2, 3, 4, 5];
    const breaks = (seed: number, bug: string) => scenarios[name]?.(cluster({ seed }, { bug })) === true;
    expect(seeds.filter((seed) => breaks(seed, name))).toEqual(seeds);
    expect(seeds.filter((seed) => breaks(seed, "none"))).toEqual([]);
  });
});
