/** The registry checker on small histories, each wrong in one way, and on sound ones. */
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { type RegistryVerdict, registryChecker } from "./service-registry.js";

type Line = readonly [ms: number, node: string, f: string, value: unknown, end?: Op["type"], result?: unknown];

/** Ops one after the other, each a millisecond long; reads give what they return as `result`. */
function judge(lines: readonly Line[], finalMs = 20_000): RegistryVerdict {
  const ops: Op[] = [];
  for (const [ms, node, f, value, end = "ok", result = value] of lines) {
    const base = { process: ops.length, f, key: 1, node };
    ops.push({ ...base, index: ops.length, time: ms * 1e6, type: "invoke", value: f === "read" ? null : value });
    ops.push({ ...base, index: ops.length, time: (ms + 1) * 1e6, type: end, value: result });
  }
  const checker = registryChecker({ expiryMs: 5_000 });
  return checker.check(historyOf(ops), { nodes: ["n1", "n2"], finalNs: finalMs * 1e6 }) as RegistryVerdict;
}

const reads = (n1: readonly unknown[] | null, n2: readonly unknown[] | null, ms = 21_000): Line[] => [
  [ms, "n1", "read", null, "ok", n1],
  [ms + 1, "n2", "read", null, "ok", n2],
];

describe("registry checker", () => {
  it.each<[string, Line[], Partial<RegistryVerdict>]>([
    [
      "sound",
      [[1, "n1", "add", 7], [2, "n1", "add", 8], [3, "n2", "remove", 8], ...reads([7], [7])],
      { valid: true, removed: 1 },
    ],
    [
      "an expired lease is gone",
      [[0, "n1", "add", 1], [3, "n1", "register", 7], ...reads([1], [1])],
      { valid: true, leased: 1 },
    ],
    ["came back", [[1, "n1", "add", 7], [3, "n2", "remove", 7], ...reads([7], [])], { valid: false, cameBack: 1 }],
    [
      "never expires",
      [[1, "n1", "register", 7], [9_000, "n1", "heartbeat", 7], ...reads([7], [7])],
      { valid: false, neverExpired: 1 },
    ],
    ["lost", [[1, "n1", "add", 7], [2, "n1", "add", 8], ...reads([7, 8], [8])], { valid: false, lost: 1 }],
    ["invented", [[1, "n1", "add", 7], ...reads([7, 9], [7, 9])], { valid: false, invented: 1 }],
    [
      "disagree",
      [[1, "n1", "add", 7, "info"], [2, "n1", "add", 8], ...reads([7, 8], [8])],
      { valid: false, disagreeing: 1 },
    ],
  ])("%s", (_, lines, expected) => {
    expect(judge(lines)).toMatchObject(expected);
  });

  it("tells what came back, from where, and after what", () => {
    const { summary, witnesses } = judge([[1, "n1", "add", 7], [3, "n2", "remove", 7], ...reads([7], [7])]);
    expect(summary).toMatch(
      /7 of key 1 is listed at n1 n2 in the end, though its removal had been acknowledged to p\d+ at 0.004 s/,
    );
    expect(witnesses?.[0]?.ops.map(({ f }) => f)).toEqual([
      "add",
      "add",
      "remove",
      "remove",
      "read",
      "read",
      "read",
      "read",
    ]);
  });

  it.each<[string, Line[]]>([
    [
      "a removal of unknown outcome proves nothing either way",
      [[1, "n1", "add", 7], [2, "n1", "remove", 7, "info"], ...reads([7], [7])],
    ],
    [
      "a removal that failed leaves it there",
      [[1, "n1", "add", 7], [2, "n1", "remove", 7, "fail"], ...reads([7], [7])],
    ],
    [
      "registered again after its removal",
      [[1, "n1", "add", 7], [2, "n1", "remove", 7], [3, "n2", "add", 7], ...reads([7], [7])],
    ],
    [
      "a lease whose last heartbeat may have come late",
      [[0, "n1", "add", 1], [3, "n1", "register", 7], [5, "n1", "heartbeat", 7, "info"], ...reads([1, 7], [1, 7])],
    ],
    ["a lease that is still fresh", [[0, "n1", "add", 1], [19_000, "n1", "register", 7], ...reads([1, 7], [1])]],
    ["an add nobody acknowledged", [[0, "n1", "add", 1], [3, "n1", "add", 7, "fail"], ...reads([1], [1])]],
  ])("no false alarm: %s", (_, lines) => {
    expect(judge(lines).valid).toBe(true);
  });

  it.each<[string, Line[]]>([
    ["nothing acknowledged", [[1, "n1", "add", 7, "info"], ...reads([], [])]],
    [
      "not read from n2",
      [
        [1, "n1", "add", 7],
        [21_000, "n1", "read", null, "ok", [7]],
      ],
    ],
    ["read before all was quiet", [[1, "n1", "add", 7], ...reads([7], [7], 10_000)]],
    ["not read at all", [[1, "n1", "add", 7]]],
  ])("unknown: %s", (_, lines) => {
    expect(judge(lines).valid).toBe("unknown");
  });
});
