/** Each planted bug of kv-async shows within a few seeds, in a scenario in which a sound node never fails. */
import { describe, expect, test } from "vitest";
import { Harness, type HarnessOptions } from "../testing/harness.js";
import { ASYNC_BUGS } from "./bugs.js";
import { asyncProgram } from "./index.js";

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

interface Scenario {
  readonly options?: Partial<HarnessOptions>;
  /** Did the nodes break their promise? */
  broken(harness: Harness): boolean;
}

const write = (key: number, value: number, client: string, seq = 1) => ({ f: "write", key, value, client, seq });
const add = (value: number) => ({ f: "add", key: "s", value, client: `t${value}`, seq: 1 });
const read = (key: number | string) => ({ f: "read", key });

function valueAt(harness: Harness, node: string, key: number | string): unknown {
  const reply = harness.get(node, read(key)) ?? harness.get(node, read(key)) ?? harness.get(node, read(key));
  return reply?.type === "ok" ? reply.value : undefined;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "replica-reads": {
    options: { delayMs: 40 },
    broken(harness) {
      expect(harness.get("n1", write(1, 7, "a"))?.type).toBe("ok");
      return valueAt(harness, "n2", 1) !== 7;
    },
  },
  "cas-at-replica": {
    broken(harness) {
      const cas = (to: number) => ({ f: "cas", key: 1, value: [null, to], client: `c${to}`, seq: 1 });
      const calls = [harness.ask("n2", cas(1)), harness.ask("n3", cas(2))];
      harness.run(500);
      return calls.every(({ reply }) => reply?.type === "ok");
    },
  },
  "async-no-dedup": {
    options: { duplicatePer1k: 500, delayMs: 60 },
    broken(harness) {
      expect(harness.get("n2", write(1, 1, "a"))?.type).toBe("ok");
      expect(harness.get("n1", write(1, 2, "b"))?.type).toBe("ok");
      harness.run(500);
      return valueAt(harness, "n1", 1) !== 2;
    },
  },
  "async-ack-before-fsync": {
    options: { syncMs: 20 },
    broken(harness) {
      for (let value = 1; value <= 5; value++) {
        const call = harness.ask("n1", add(value));
        expect(harness.runUntil(() => call.reply !== undefined, 500)).toBe(true);
        if (call.reply?.type !== "ok") return false;
      }
      // Down and up again before anybody misses it: nothing but the disk may forget.
      harness.kill("n1");
      harness.start("n1");
      harness.run(1000);
      return ((valueAt(harness, "n1", "s") as number[] | null) ?? []).length !== 5;
    },
  },
  "replica-gap": {
    options: { lossPer1k: 100 },
    broken(harness) {
      for (let value = 0; value < 40; value++) harness.get("n1", add(value));
      const replicated = () => harness.status("n1")?.pending === 0;
      expect(harness.runUntil(replicated, 10_000)).toBe(true);
      harness.kill("n1");
      const elected = () => harness.nodes.slice(1).some((node) => harness.status(node)?.role === "primary");
      expect(harness.runUntil(elected, 10_000)).toBe(true);
      harness.run(1000);
      const elements = harness.nodes.slice(1).map((node) => valueAt(harness, node, "s"));
      return elements.some((all) => Array.isArray(all) && all.length !== 40);
    },
  },
};

function breaks(bug: string, scenario: Scenario, seed: number): boolean {
  const harness = new Harness({ seed, nodes: 5, ...scenario.options }, asyncProgram({ bug }));
  harness.run(400);
  return scenario.broken(harness);
}

describe.each(ASYNC_BUGS.map(({ name }) => name))("%s", (name) => {
  const scenario = SCENARIOS[name] as Scenario;

  test("shows", () => {
    expect(SEEDS.some((seed) => breaks(name, scenario, seed))).toBe(true);
  });

  test("a sound node never fails here", () => {
    expect(SEEDS.filter((seed) => breaks("none", scenario, seed))).toEqual([]);
  });
});
