import { describe, expect, it } from "vitest";
import type { Effect } from "../../core/program.js";
import { RequestError } from "../../core/runtime.js";
import type { Simulation } from "./index.js";
import { diskAtStart, messages, never, puppets, seen, tell } from "./testing.js";

const line = (text: string): Effect => ({ kind: "append", line: text });
const send = (to: string, body: unknown): Effect => ({ kind: "send", to, body });
const sync: Effect = { kind: "sync" };
const still = { lossPer10k: 0, duplicatePer10k: 0, reorderPer10k: 0 };

async function failure(promise: Promise<unknown>): Promise<RequestError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RequestError);
  return error as RequestError;
}

async function restart(simulation: Simulation, node: string): Promise<void> {
  expect((await simulation.cluster.signal(node, "kill")).proved).toBe(true);
  expect((await simulation.cluster.signal(node, "start")).proved).toBe(true);
}

describe("a simulated process", () => {
  it("starts again from what it synced", async () => {
    let lost = 0;
    for (let seed = 0; seed < 20; seed++) {
      const simulation = puppets({ seed });
      await simulation.drive(async () => {
        await tell(simulation, "n1", line("a"), line("b"), sync, line("c"), line("d"));
        await restart(simulation, "n1");
        const disk = await diskAtStart(simulation, "n1");
        expect(disk).toEqual(["a", "b", "c", "d"].slice(0, disk.length));
        expect(disk.length).toBeGreaterThanOrEqual(2);
        if (disk.length < 4) lost++;
      });
    }
    expect(lost).toBeGreaterThan(0);
  });

  it("makes effects after a sync wait, those of later events too", async () => {
    // A disk so slow that everything below happens while the first sync is under way.
    const simulation = puppets({ seed: 3, disk: [50_000, 50_000], network: still });
    await simulation.drive(async () => {
      const first = tell(simulation, "n1", send("n2", "before"), line("a"), sync, send("n2", "after"));
      await simulation.clock.sleep(5);
      const second = tell(simulation, "n1", send("n2", "later"));
      await simulation.clock.sleep(20);
      expect(await messages(simulation, "n2")).toEqual(["before"]);
      await Promise.all([first, second]);
      await simulation.clock.sleep(20);
      expect(await messages(simulation, "n2")).toEqual(["before", "after", "later"]);
    });
  });

  it("never runs the effects behind a sync that a crash cut short", async () => {
    const simulation = puppets({ seed: 3, disk: [50_000, 50_000] });
    await simulation.drive(async () => {
      const reply = failure(tell(simulation, "n1", line("a"), sync, send("n2", "never")));
      await simulation.clock.sleep(5);
      await restart(simulation, "n1");
      expect((await reply).sent).toBe(true);
      await simulation.clock.sleep(200);
      expect(await messages(simulation, "n2")).toEqual([]);
    });
  });

  it("refuses connections while it is down, and says what may have been seen", async () => {
    const simulation = puppets({ seed: 4 });
    const { cluster, clock } = simulation;
    await simulation.drive(async () => {
      await cluster.signal("n1", "kill");
      expect((await failure(cluster.request("n1", "seen", never()))).sent).toBe(false);
      const controller = new AbortController();
      await cluster.signal("n2", "pause");
      const open = failure(cluster.request("n2", "seen", controller.signal));
      await clock.sleep(100);
      controller.abort("deadline");
      expect((await open).sent).toBe(true);
      const gone = new AbortController();
      gone.abort("before");
      expect((await failure(cluster.request("n3", "seen", gone.signal))).sent).toBe(false);
    });
  });

  it("never calls a doubled request unsent: its copy may arrive after a restart", async () => {
    const simulation = puppets({ seed: 5, network: { clientDuplicatePer10k: 10_000 } });
    await simulation.drive(async () => {
      await simulation.cluster.signal("n1", "kill");
      expect((await failure(simulation.cluster.request("n1", "seen", never()))).sent).toBe(true);
    });
  });

  it("keeps events while paused, requests too, and handles them when resumed", async () => {
    const simulation = puppets({ seed: 6, network: still });
    const { cluster, clock } = simulation;
    await simulation.drive(async () => {
      await tell(simulation, "n1", { kind: "timer", name: "tick", afterMs: 20 });
      const { proved } = await cluster.signal("n1", "pause");
      expect(proved).toBe(true);
      const began = clock.nowNs();
      const request = seen(simulation, "n1");
      await clock.sleep(5);
      await tell(simulation, "n2", send("n1", "hello"));
      await clock.sleep(500);
      await cluster.signal("n1", "resume");
      const events = await request;
      expect(clock.nowNs() - began).toBeGreaterThanOrEqual(500e6);
      // The request arrived before the message and the timer, so it is answered before they are seen.
      expect(events.map(({ event }) => event.kind)).toEqual(["start", "request", "request"]);
      const after = await seen(simulation, "n1");
      expect(after.map(({ event }) => event.kind)).toContain("timer");
      expect(after.map(({ event }) => event.kind)).toContain("message");
      expect(after.at(-1)?.nowMs).toBeGreaterThanOrEqual(500);
    });
  });

  it("can be killed while paused, and a start after that is a fresh one", async () => {
    const simulation = puppets({ seed: 7 });
    await simulation.drive(async () => {
      await simulation.cluster.signal("n1", "pause");
      const open = failure(tell(simulation, "n1", line("a"), sync));
      await simulation.clock.sleep(5);
      await restart(simulation, "n1");
      expect((await open).sent).toBe(true);
      expect(await diskAtStart(simulation, "n1")).toEqual([]);
    });
  });

  it("arms a timer again by replacing it, sooner or later", async () => {
    const simulation = puppets({ seed: 8, clockDriftPpm: 0 });
    const timer = (afterMs: number): Effect => ({ kind: "timer", name: "t", afterMs });
    await simulation.drive(async () => {
      await tell(simulation, "n1", timer(100), timer(300));
      await tell(simulation, "n2", timer(300), timer(100));
      await tell(simulation, "n3", timer(300), timer(100), timer(200));
      await simulation.clock.sleep(1000);
      for (const [node, due] of [
        ["n1", 300],
        ["n2", 100],
        ["n3", 200],
      ] as const) {
        const events = await seen(simulation, node);
        const armed = events.find(({ event }) => event.kind === "request")?.nowMs ?? 0;
        const fired = events.filter(({ event }) => event.kind === "timer");
        expect(fired).toHaveLength(1);
        expect(Math.abs((fired[0]?.nowMs ?? 0) - armed - due)).toBeLessThanOrEqual(1);
      }
    });
  });

  it("dies when its program throws, and says so", async () => {
    const simulation = puppets({ seed: 9 });
    await simulation.drive(async () => {
      expect((await failure(simulation.cluster.request("n1", "throw", never()))).sent).toBe(true);
      expect((await failure(simulation.cluster.request("n1", "seen", never()))).sent).toBe(false);
      expect(await simulation.cluster.log("n1")).toMatch(/told to/);
    });
    expect(simulation.crashes()).toEqual(["the program of n1 threw: told to"]);
  });

  it("skews and bends the wall clock, and leaves monotonic time alone", async () => {
    const simulation = puppets({ seed: 10, clockDriftPpm: 0 });
    const { cluster, clock } = simulation;
    await simulation.drive(async () => {
      const gap = async (): Promise<number> => {
        const last = (await seen(simulation, "n1")).at(-1);
        return (last?.wallMs ?? 0) - (last?.nowMs ?? 0);
      };
      const before = await gap();
      await cluster.skew?.("n1", { offsetMs: -5_000, driftPpm: 0 });
      expect((await gap()) - before).toBe(-5_000);
      await cluster.skew?.("n1", { offsetMs: 0, driftPpm: 100_000 });
      await clock.sleep(1_000);
      expect(Math.abs((await gap()) - before - 100)).toBeLessThanOrEqual(2);
      await cluster.skew?.("n1", { offsetMs: 0, driftPpm: 0 });
      expect((await gap()) - before).toBe(0);
    });
  });
});
