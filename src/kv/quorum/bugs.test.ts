/** Each planted bug of kv-quorum shows within a few seeds, in a scenario in which a sound cluster never fails. */
import { describe, expect, test } from "vitest";
import { programsOf } from "../modes.js";
import { runRegisters, turmoil, violation } from "../testing/clients.js";
import { Harness } from "../testing/harness.js";
import { QUORUM_BUGS } from "./bugs.js";

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);

let names = 0;
const op = (f: string, key: number, value: number) => ({ f, key, value, client: `b${++names}`, seq: 1 });

function registersBreak(harness: Harness, seed: number, skew: boolean): boolean {
  if (skew) for (const [i, node] of harness.nodes.entries()) harness.skew(node, i * 40);
  return violation(runRegisters(harness, { seed, ops: 400, keys: 3, disturb: turmoil }), 3) !== undefined;
}

function elementsAt(harness: Harness, node: string, key: number): readonly number[] {
  const reply = harness.get(node, { f: "read", key }) ?? harness.get(node, { f: "read", key });
  return reply?.type === "ok" ? ((reply.value ?? []) as number[]) : [];
}

function settle(harness: Harness): void {
  harness.heal();
  const quiet = () => harness.nodes.every((node) => harness.status(node)?.pending === 0);
  expect(harness.runUntil(quiet, 20_000)).toBe(true);
}

/** Adds at a node that is alone; after healing all must be there. */
function hintsBreak(harness: Harness): boolean {
  harness.isolate("n1");
  harness.run(700);
  for (let key = 0; key < 8; key++) expect(harness.get("n1", op("add", key, 1))?.type).toBe("ok");
  settle(harness);
  return [0, 1, 2, 3, 4, 5, 6, 7].some((key) => elementsAt(harness, "n2", key).length !== 1);
}

/** Removes an element while one node is away; after healing it must stay removed. */
function deletesBreak(harness: Harness): boolean {
  expect(harness.get("n1", op("add", 0, 1))?.type).toBe("ok");
  settle(harness);
  harness.isolate("n5");
  harness.run(700);
  expect(harness.get("n1", op("remove", 0, 1))?.type).toBe("ok");
  harness.run(500);
  settle(harness);
  return harness.nodes.some((node) => elementsAt(harness, node, 0).length > 0);
}

const SCENARIOS: Readonly<Record<string, (harness: Harness, seed: number) => boolean>> = {
  "weak-quorum": (harness, seed) => registersBreak(harness, seed, false),
  "skewed-timestamps": (harness, seed) => registersBreak(harness, seed, true),
  "stale-repair": (harness, seed) => registersBreak(harness, seed, false),
  "dropped-hints": hintsBreak,
  "resurrected-deletes": deletesBreak,
};

describe.each(QUORUM_BUGS.map((bug) => [bug.name, bug] as const))("%s", (name, bug) => {
  const breaks = (seed: number, planted: boolean) => {
    // The weak quorum is a bug by its options alone; the other bugs' options are sound by themselves.
    const options = name === "weak-quorum" && !planted ? {} : { ...bug.options };
    const programs = programsOf("quorum", { ...options, bug: planted ? name : "none" });
    const harness = new Harness({ seed, nodes: 5, delayMs: 8 }, programs);
    harness.run(300);
    return SCENARIOS[name]?.(harness, seed) === true;
  };

  test("shows", () => {
    expect(SEEDS.some((seed) => breaks(seed, true))).toBe(true);
  });

  test("a sound cluster never fails here", () => {
    expect(SEEDS.slice(0, 10).filter((seed) => breaks(seed, false))).toEqual([]);
  });
});
