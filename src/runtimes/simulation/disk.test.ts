import { describe, expect, it } from "vitest";
import { rng } from "../../core/rng.js";
import { SimDisk } from "./disk.js";
import { LATENCIES } from "./latency.js";

const disk = (seed: number): SimDisk => new SimDisk(rng(seed), LATENCIES.fsync);

describe("SimDisk", () => {
  it("keeps what was synced, and a prefix of the rest; torn lines are gone", () => {
    const kept = new Set<number>();
    let torn = 0;
    for (let seed = 0; seed < 200; seed++) {
      const d = disk(seed);
      for (const line of ["a", "b"]) d.append({ kind: "append", line });
      d.settle();
      for (const line of ["c", "d", "e"]) d.append({ kind: "append", line });
      const loss = d.crash();
      expect(d.read()).toEqual(["a", "b", "c", "d", "e"].slice(0, 2 + loss.kept));
      expect(loss.unsynced).toBe(3);
      if (loss.torn) torn++;
      kept.add(loss.kept);
    }
    expect([...kept].sort()).toEqual([0, 1, 2, 3]);
    expect(torn).toBeGreaterThan(0);
  });

  it("replaces atomically: old lines or new ones, whenever the crash comes", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const d = disk(seed);
      d.append({ kind: "append", line: "old" });
      d.settle();
      d.beginReplace(["new", "newer"]);
      d.crash();
      outcomes.add(d.read().join());
    }
    expect([...outcomes].sort()).toEqual(["new,newer", "old"]);
  });

  it("asks for late lines only when it is read", () => {
    const d = disk(1);
    let made = 0;
    const late = {
      kind: "append" as const,
      late: true as const,
      get line(): string {
        made++;
        return "late";
      },
    };
    d.append({ kind: "append", line: "a" });
    d.append(late);
    d.settle();
    d.crash();
    expect(made).toBe(0);
    expect(d.read()).toEqual(["a", "late"]);
  });

  it("refuses a line that would come back as two", () => {
    expect(() => disk(1).append({ kind: "append", line: "a\nb" })).toThrow(TypeError);
  });
});
