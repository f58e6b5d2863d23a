/** kv-async as its documentation describes it: sound while whole, lossy when its primary is cut off, one history in the end. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rng } from "../../core/rng.js";
import { Harness, type HarnessOptions } from "../testing/harness.js";
import { ASYNC_BUGS } from "./bugs.js";
import { type AsyncOptions, asyncProgram } from "./index.js";

function cluster(options: Partial<HarnessOptions> = {}, program: Partial<AsyncOptions> = {}): Harness {
  const harness = new Harness({ seed: 1, nodes: 5, ...options }, asyncProgram(program));
  harness.run(300);
  return harness;
}

let writes = 0;
const add = (value: number) => ({ f: "add", key: "s", value, client: `t${value}`, seq: ++writes });
const read = { f: "read", key: "s" };

function elements(harness: Harness, node: string): readonly number[] {
  // A lost message is no answer; three in a row are something else.
  const reply = harness.get(node, read) ?? harness.get(node, read) ?? harness.get(node, read);
  expect(reply?.type).toBe("ok");
  return (reply?.type === "ok" ? (reply.value as number[] | null) : null) ?? [];
}

function primaryOf(harness: Harness): string {
  const claims = harness.nodes.map((node) => harness.status(node)).filter((status) => status?.role === "primary");
  claims.sort((a, b) => (b?.epoch ?? 0) - (a?.epoch ?? 0));
  return claims[0]?.node ?? "none";
}

function settled(harness: Harness): boolean {
  const all = harness.nodes.map((node) => harness.status(node));
  const first = all[0];
  return all.every(
    (one) =>
      one?.serving === true && one.digest === first?.digest && one.primary === first.primary && one.pending === 0,
  );
}

describe("without faults", () => {
  test("every node serves, through the primary, and says who answered", () => {
    const harness = cluster();
    for (const [i, node] of harness.nodes.entries()) {
      expect(harness.get(node, add(i))).toEqual({ type: "ok", by: "n1" });
    }
    for (const node of harness.nodes) expect(elements(harness, node)).toEqual([0, 1, 2, 3, 4]);
    expect(harness.runUntil(() => settled(harness), 2000)).toBe(true);
  });

  test("a replica that has not heard its primary yet does not call itself serving", () => {
    const harness = new Harness({ seed: 1, nodes: 3 }, asyncProgram());
    harness.isolate("n3");
    harness.run(500);
    expect(harness.status("n2")?.serving).toBe(true);
    expect(harness.status("n3")?.serving).toBe(false);
    expect(harness.status("n1")?.pending).toBe(1);
    harness.heal();
    harness.run(500);
    expect(harness.status("n3")?.serving).toBe(true);
    expect(harness.status("n1")?.pending).toBe(0);
  });

  test("cas refuses a mismatch definitely", () => {
    const harness = cluster();
    const cas = (from: unknown, to: unknown) => ({ f: "cas", key: 1, value: [from, to], client: "c", seq: ++writes });
    expect(harness.get("n3", cas(null, 1))?.type).toBe("ok");
    expect(harness.get("n4", cas(2, 3))).toEqual({ type: "fail", error: "mismatch", by: "n1" });
    expect(harness.get("n5", cas(1, 2))?.type).toBe("ok");
    expect(harness.get("n2", { f: "read", key: 1 })).toEqual({ type: "ok", value: 2, by: "n1" });
  });
});

describe("the primary is cut off", () => {
  test("it acknowledges for about primaryTimeoutMs, then refuses; the others elect; its writes are lost", () => {
    const harness = cluster();
    expect(harness.get("n1", add(1))?.type).toBe("ok");
    harness.run(300);
    harness.isolate("n1");
    expect(harness.get("n1", add(2))?.type).toBe("ok");
    harness.run(1000);
    expect(harness.get("n1", add(3))?.type).toBe("ok");
    harness.run(800);
    expect(harness.get("n1", add(4))?.type).toBe("fail");
    expect(harness.get("n1", read)?.type).toBe("fail");
    expect(harness.runUntil(() => ["n2", "n3", "n4", "n5"].includes(primaryOf(harness)), 2000)).toBe(true);
    expect(harness.get("n2", add(5))?.type).toBe("ok");
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 3000)).toBe(true);
    for (const node of harness.nodes) expect([...elements(harness, node)].sort()).toEqual([1, 5]);
    // The loss outlives a restart: the old primary has discarded its writes on disk too.
    harness.kill("n1");
    harness.start("n1");
    expect(harness.disk("n1").join("\n")).not.toContain('"value":2');
  });

  test("a cut shorter than the time-outs loses nothing and elects nobody", () => {
    const harness = cluster();
    harness.isolate("n1");
    for (let i = 0; i < 10; i++) {
      expect(harness.get("n1", add(i))?.type).toBe("ok");
      harness.run(90);
    }
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 2000)).toBe(true);
    expect(primaryOf(harness)).toBe("n1");
    expect(elements(harness, "n4")).toHaveLength(10);
  });

  test("one that no longer hears the others gives way too, though they hear it", () => {
    const harness = cluster();
    harness.cut(["n2", "n3", "n4", "n5"], ["n1"], true);
    expect(harness.runUntil(() => primaryOf(harness) !== "n1", 5000)).toBe(true);
  });

  test("a minority elects nobody and refuses definitely", () => {
    const harness = cluster();
    harness.isolate("n4", "n5");
    harness.run(4000);
    expect(harness.get("n4", add(1))?.type).toBe("fail");
    expect(harness.status("n4")?.role).toBe("replica");
    expect(harness.get("n2", add(2))?.type).toBe("ok");
    harness.heal();
    expect(harness.runUntil(() => settled(harness), 2000)).toBe(true);
    expect(primaryOf(harness)).toBe("n1");
  });

  test("primaryTimeoutMs 0: it never stops acknowledging", () => {
    const harness = cluster({}, { primaryTimeoutMs: 0 });
    harness.isolate("n1");
    harness.run(10_000);
    expect(harness.get("n1", add(1))?.type).toBe("ok");
  });
});

describe("crashes and stalls", () => {
  test("a killed primary is replaced by a replica that has everything; it comes back as a replica", () => {
    const harness = cluster();
    for (let i = 0; i < 50; i++) expect(harness.get("n2", add(i))?.type).toBe("ok");
    harness.run(100);
    harness.kill("n1");
    expect(harness.runUntil(() => ["n2", "n3", "n4", "n5"].includes(primaryOf(harness)), 5000)).toBe(true);
    harness.start("n1");
    expect(harness.runUntil(() => settled(harness), 3000)).toBe(true);
    expect(elements(harness, "n1")).toHaveLength(50);
    expect(harness.status("n1")?.role).toBe("replica");
  });

  test("when all stall at once, nobody mistakes it for a dead primary", () => {
    const harness = cluster();
    for (const node of harness.nodes) harness.pause(node);
    harness.run(5000);
    for (const node of harness.nodes) harness.resume(node);
    harness.run(1000);
    expect(harness.nodes.map((node) => harness.status(node)?.epoch)).toEqual([1, 1, 1, 1, 1]);
  });

  test("a primary paused through a fail-over refuses when it wakes up", () => {
    const harness = cluster();
    harness.pause("n1");
    const late = harness.ask("n1", add(1));
    harness.run(5000);
    harness.resume("n1");
    expect(harness.runUntil(() => late.reply !== undefined, 1000)).toBe(true);
    expect(late.reply?.type).toBe("fail");
  });

  test("snapshots shorten the disk and lose nothing", () => {
    const harness = cluster({ nodes: 3 });
    for (let i = 0; i < 6000; i++) harness.ask("n1", { f: "write", key: i % 7, value: i, client: "c", seq: i + 1 });
    harness.run(20_000);
    expect(harness.disk("n1").length).toBeLessThan(6000);
    harness.kill("n1");
    harness.start("n1");
    expect(harness.runUntil(() => settled(harness), 5000)).toBe(true);
    expect(harness.get("n2", { f: "read", key: 5999 % 7 })).toMatchObject({ type: "ok", value: 5999 });
  });
});

/** Random cuts, kills and pauses, then peace: in the end all nodes must hold one history, and definite answers must be true. */
function turmoil(seed: number, loss: number): Harness {
  const harness = cluster({ seed, lossPer1k: loss, duplicatePer1k: loss });
  const random = rng(seed, "turmoil");
  for (let round = 0; round < 12; round++) {
    const node = random.pick(harness.nodes);
    const dice = random.below(6);
    if (dice === 0) harness.isolate(node);
    if (dice === 1) harness.heal();
    if (dice === 2) harness.kill(node);
    if (dice === 3) harness.pause(node);
    for (let i = 0; i < 10; i++) {
      harness.ask(random.pick(harness.nodes), add(round * 10 + i));
      harness.run(random.below(100));
    }
    harness.resume(node);
    harness.start(node);
  }
  harness.heal();
  for (const node of harness.nodes) harness.start(node);
  return harness;
}

test("property: after any faults all nodes agree, and what was refused never appears", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 20), (seed, loss) => {
      const harness = turmoil(seed, loss);
      expect(harness.runUntil(() => settled(harness), 15_000)).toBe(true);
      const refused = harness.calls.filter(({ reply }) => reply?.type === "fail");
      const values = elements(harness, "n1");
      for (const { body } of refused) expect(values).not.toContain((body as { value: number }).value);
      for (const node of harness.nodes) expect(elements(harness, node)).toEqual(values);
    }),
    { numRuns: 25, seed: 7 },
  );
});

test("the list of planted bugs names each once", () => {
  expect(new Set(ASYNC_BUGS.map(({ name }) => name)).size).toBe(ASYNC_BUGS.length);
});
