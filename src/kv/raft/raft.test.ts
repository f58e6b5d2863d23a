/** kv-raft under every fault at once: Raft's safety properties hold at each step, and every register is linearizable. */
import { describe, expect, it } from "vitest";
import { chaos } from "./testing/chaos.js";

describe("kv-raft under all faults", () => {
  for (let seed = 1; seed <= 20; seed++) {
    it(`keeps its safety properties, seed ${seed}`, async () => {
      const { violations, ok } = await chaos({ seed });
      expect(violations).toEqual([]);
      expect(ok).toBeGreaterThan(50);
    });
  }

  for (let seed = 1; seed <= 8; seed++) {
    it(`keeps them where leaders settle before they open their terms, seed ${seed}`, async () => {
      const { violations, ok } = await chaos({ seed, raft: { settleMs: 100, preVote: false, electionMs: 150 } });
      expect(violations).toEqual([]);
      expect(ok).toBeGreaterThan(20);
    });
  }

  it("repeats itself from its seed", async () => {
    const [a, b] = [await chaos({ seed: 7, durationMs: 3_000 }), await chaos({ seed: 7, durationMs: 3_000 })];
    expect(a.history.length).toBeGreaterThan(100);
    expect(b.history).toEqual(a.history);
  });

  it("notices when a node acknowledges before a majority has the entry", async () => {
    // The harness must be able to fail: a planted bug breaks linearizability within a few seeds.
    let found = 0;
    for (let seed = 1; seed <= 20 && found === 0; seed++) {
      const { violations } = await chaos({ seed, raft: { bug: "ack-before-commit" } });
      found += violations.length;
    }
    expect(found).toBeGreaterThan(0);
  });
});
