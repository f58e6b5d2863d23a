import { describe, expect, it } from "vitest";
import { CapTestError } from "../../core/errors.js";
import { never, puppets, seen, tell } from "./testing.js";

describe("drive", () => {
  it("moves time only by what happens", async () => {
    const simulation = puppets({ seed: 1 });
    const { clock } = simulation;
    const woken: string[] = [];
    await simulation.drive(async () => {
      const nap = async (name: string, ms: number): Promise<void> => {
        await clock.sleep(ms);
        woken.push(`${name} ${clock.nowNs() / 1e6}`);
      };
      await Promise.all([nap("c", 3_600_000), nap("a", 5), nap("b", 5), nap("zero", 0)]);
    });
    expect(woken).toEqual(["zero 0", "a 5", "b 5", "c 3600000"]);
  });

  it("lets a woken client run until it waits, through however many promises, before time moves on", async () => {
    const simulation = puppets({ seed: 1 });
    const { clock } = simulation;
    const told: string[] = [];
    await simulation.drive(async () => {
      const busy = async (): Promise<void> => {
        await clock.sleep(1);
        for (let i = 0; i < 2_000; i++) await undefined;
        await new Promise<void>((resolve) => queueMicrotask(() => Promise.resolve().then(resolve)));
        told.push(`busy ${clock.nowNs()}`);
      };
      const next = async (): Promise<void> => {
        await clock.sleep(1.001);
        told.push(`next ${clock.nowNs()}`);
      };
      await Promise.all([next(), busy()]);
    });
    expect(told).toEqual(["busy 1000000", "next 1001000"]);
  });

  it("ends a sleep at once when the signal aborts", async () => {
    const simulation = puppets({ seed: 1 });
    const { clock } = simulation;
    await simulation.drive(async () => {
      const controller = new AbortController();
      const long = clock.sleep(10_000, controller.signal).then(() => clock.nowNs());
      await clock.sleep(2);
      controller.abort("enough");
      expect(await long).toBe(2e6);
      expect(await clock.sleep(10_000, controller.signal).then(() => clock.nowNs())).toBe(2e6);
    });
  });

  it("rejects with what main throws", async () => {
    const main = async (): Promise<never> => {
      throw new RangeError("mine");
    };
    await expect(puppets({ seed: 1 }).drive(main)).rejects.toThrow("mine");
  });

  it("says so when main waits for nothing, though nodes' timers go on", async () => {
    const simulation = puppets({ seed: 1 });
    const stuck = simulation.drive(async () => {
      await tell(simulation, "n1", { kind: "timer", name: "x", afterMs: 1e9 });
      await new Promise(() => {});
    });
    await expect(stuck).rejects.toThrow(CapTestError);
    await expect(puppets({ seed: 1 }).drive(() => new Promise(() => {}))).rejects.toThrow(/standstill/);
  });

  it("says so when only a request without an answer is left", async () => {
    const simulation = puppets({ seed: 1 });
    const stuck = simulation.drive(async () => {
      // A node without end: the heap never runs empty.
      for (let i = 1; i < 100; i++) await tell(simulation, "n2", { kind: "timer", name: `t${i}`, afterMs: i * 60_000 });
      await simulation.cluster.signal("n1", "pause");
      await seen(simulation, "n1");
    });
    await expect(stuck).rejects.toThrow(/no answer/);
  });

  it("drives again after it ended", async () => {
    const simulation = puppets({ seed: 1 });
    await simulation.drive(() => simulation.clock.sleep(1));
    await simulation.drive(() => simulation.clock.sleep(1));
    expect(simulation.clock.nowNs()).toBe(2e6);
    expect(await simulation.drive(() => simulation.cluster.request("n1", "seen", never()))).toHaveLength(2);
  });
});
