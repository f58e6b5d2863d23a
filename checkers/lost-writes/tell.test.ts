/** What is told of lost writes: who, where, when, beside which fault; and all that a verdict counts. */
import { describe, expect, it } from "vitest";
import type { Op } from "../../src/core/op.js";
import { ops } from "../../src/history/testing.js";
import { type LostWritesOptions, type LostWritesVerdict, lostWritesChecker } from "../lost-writes.js";
import { finished, type LastRead, withReads } from "../testing/final.js";
import { cut, type Fault, faultOps, ordered } from "../testing/scenario.js";

const NODES = ["n1", "n2", "n3"];
const at = (node: string, value: unknown, more: Partial<LastRead> = {}): LastRead => ({ node, value, ...more });
const judge = (text: string, reads: readonly LastRead[], options: LostWritesOptions = {}): LostWritesVerdict => {
  const { history, context } = finished(text, reads);
  return lostWritesChecker(options).check(history, context) as LostWritesVerdict;
};

/** Adds that are done at once, faults, and final reads. */
function run(
  adds: readonly (readonly [value: number, ms: number, node: string])[],
  faults: readonly Fault[],
  reads: readonly LastRead[],
): LostWritesVerdict {
  const events = adds.flatMap(([value, ms, node]): Omit<Op, "index">[] => {
    const base = { time: ms * 1e6, process: value, f: "add", value, node };
    return [
      { ...base, type: "invoke" },
      { ...base, type: "ok" },
    ];
  });
  const { history, context } = withReads(ordered([...events, ...faults.flatMap(faultOps)]), reads);
  return lostWritesChecker().check(history, { ...context, nodes: NODES }) as LostWritesVerdict;
}

describe("losses by node and fault", () => {
  const first = cut(["n1"], 1000, 3000, NODES);
  const pause: Fault = { kind: "pause", targets: ["n2"], beginMs: 5000, endMs: 6000 };
  const second = cut(["n3"], 10_000, 12_000, NODES);
  const found = run(
    [
      [1, 900, "n1"],
      [2, 1200, "n1"],
      [3, 2000, "n1"],
      [4, 2500, "n2"],
      [5, 3200, "n2"],
      [6, 5500, "n2"],
      [7, 11_000, "n3"],
      [8, 11_500, "n1"],
      [9, 500, "n3"],
    ],
    [first, pause, second],
    [at("n1", [9]), at("n2", [9, 8])],
  );

  it("counts acknowledged, lost and stale ones of each node, those that lost most first", () => {
    expect(found).toMatchObject({ valid: false, acknowledged: 9, lost: 7, stale: 1, unreadNodes: ["n3"] });
    expect(found.byNode).toEqual([
      { node: "n1", acknowledged: 4, lost: 3, stale: 1, lostFraction: 0.75 },
      { node: "n2", acknowledged: 3, lost: 3, stale: 0, lostFraction: 1 },
      { node: "n3", acknowledged: 2, lost: 1, stale: 0, lostFraction: 0.5 },
    ]);
    const { byNode } = run(
      [
        [1, 1, "n3"],
        [2, 2, "n2"],
        [3, 3, "n2"],
        [4, 4, "n1"],
      ],
      [],
      [at("n1", [1, 2]), at("n2", [3, 1])],
    );
    expect(byNode.map(({ node, lost, stale }) => [node, lost, stale])).toEqual([
      ["n1", 1, 0],
      ["n2", 0, 2],
      ["n3", 0, 0],
    ]);
  });

  it("counts by fault, when and on which side", () => {
    const zero = { lost: 0, stale: 0, before: 0, during: 0, after: 0, minority: 0, majority: 0 };
    expect(found.byFault).toEqual([
      {
        ...zero,
        fault: 0,
        kind: "partition",
        shape: "majority-minority",
        beganMs: 1000,
        lost: 5,
        before: 1,
        during: 3,
        after: 1,
        minority: 2,
        majority: 1,
        lastDuringMs: 1500,
      },
      { ...zero, fault: 1, kind: "pause", beganMs: 5000, lost: 1, during: 1, lastDuringMs: 500 },
      {
        ...zero,
        fault: 2,
        kind: "partition",
        shape: "majority-minority",
        beganMs: 10_000,
        lost: 1,
        stale: 1,
        during: 2,
        minority: 1,
        majority: 1,
        lastDuringMs: 1500,
      },
    ]);
  });

  it("puts lost before stale, then what no fault excuses, then majority sides, then the later after the fault began", () => {
    expect(found.elements.map(({ value }) => value)).toEqual([1, 5, 4, 3, 7, 6, 2, 8]);
    expect(found.elements.map(({ outcome }) => outcome)).toEqual([...Array(7).fill("lost"), "stale"]);
    expect(found.elements.map(({ text }) => text)).toMatchObject([
      "element 1, acknowledged by n1 100 ms before the partition (majority-minority) began, is in no final read",
      "element 5, acknowledged by n2 100 ms after the partition (majority-minority) was over, is in no final read",
      "element 4, acknowledged by n2 1500 ms after the partition (majority-minority) began, on the majority side, is in no final read",
      "element 3, acknowledged by n1 1000 ms after the partition (majority-minority) began, on the minority side, is in no final read",
      "element 7, acknowledged by n3 1000 ms after the partition (majority-minority) began, on the minority side, is in no final read",
      "element 6, acknowledged by n2 500 ms after the pause began, is in no final read",
      "element 2, acknowledged by n1 200 ms after the partition (majority-minority) began, on the minority side, is in no final read",
      "element 8, acknowledged by n1 1500 ms after the partition (majority-minority) began, on the majority side, is missing in the last reads at n1, though others show it",
    ]);
  });
});

describe("what a verdict tells", () => {
  it("of a set of a key", () => {
    const [lost] = judge("x/0:a1 x/1:a2", [at("n3", [1], { key: "x" })]).elements;
    expect(lost).toEqual({
      outcome: "lost",
      key: "x",
      element: 2,
      value: 2,
      index: 3,
      process: 1,
      node: "n2",
      acknowledgedAtMs: 3,
      missingAt: ["n3"],
      text: "element 2 of set x, acknowledged by n2 at 3 ms, is in no final read",
    });
  });

  it("of a register of a key", () => {
    const [lost] = judge("x/0:w1 x/1:c1,2", [at("n3", 1, { key: "x" })]).elements;
    expect(lost).toEqual({
      outcome: "lost",
      key: "x",
      value: 2,
      index: 3,
      process: 1,
      node: "n2",
      acknowledgedAtMs: 3,
      missingAt: ["n3"],
      finalValue: 1,
      text: "the write of 2 to key x, acknowledged by n2 at 3 ms, is gone: the last read at n3 returned 1, written before it",
    });
    const [stale] = judge("0:w1 1:w2", [at("n1", 2), at("n2", 1), at("n3", 1)]).elements;
    expect(stale?.text).toBe(
      "the write of 2, acknowledged by n2 at 3 ms, is missing in the last reads at n2, n3, though others show it",
    );
  });

  it("where nobody says which node answered", () => {
    const nowhere = ops("0:a1").map(({ node: _, ...op }) => op);
    const { history, context } = withReads(nowhere, [at("n1", [])]);
    const { elements, byNode } = lostWritesChecker().check(history, context) as LostWritesVerdict;
    expect(elements[0]).not.toHaveProperty("node");
    expect(elements[0]?.text).toBe("element 1, acknowledged at 1 ms, is in no final read");
    expect(byNode).toEqual([]);
  });

  it.each<[string, readonly LastRead[], LostWritesOptions, string]>([
    ["0:a1 1:a2 2:a3?", [at("n1", [1, 3])], {}, "1 of 2 acknowledged elements lost (50 %)"],
    ["0:a1", [at("n1", [1]), at("n2", [])], {}, "1 acknowledged element missing at some nodes after healing"],
    ["0:a1", [at("n1", [1, 8, 9])], {}, "2 values read that nobody wrote"],
    ["0:a1 0:a2!", [at("n1", [1, 2])], {}, "nothing seen lost, but 1 refused element present all the same"],
    [
      "x/0:a1 y/0:a2",
      [at("n1", [1], { key: "x" })],
      {},
      "nothing seen lost, but 1 acknowledged element without a final read of the key",
    ],
    ["0:w1 0:w2", [at("n1", 2)], {}, "nothing lost of 2 acknowledged writes"],
    [
      "0:a1 0:a2?",
      [at("n1", [1, 2])],
      {},
      "nothing lost of 1 acknowledged element; 1 unacknowledged present (allowed)",
    ],
    ["0:w1", [], {}, "no quiet final read succeeded, so nothing is known of the 1 acknowledged write"],
    ["0:w1?", [at("n1", 1)], {}, "no write was acknowledged"],
    ["0:a1?", [at("n1", [1])], {}, "no element was acknowledged"],
  ])("in a sentence: %s", (text, reads, options, words) => expect(judge(text, reads, options).summary).toBe(words));

  it("of values that nobody acknowledged: at most ten each, with their keys", () => {
    const found = judge("x/0:a1 x/0:a2!", [
      at("n1", [1, 2, ...Array.from({ length: 12 }, (_, i) => 20 + i)], { key: "x" }),
    ]);
    expect(found.phantomValues).toEqual([{ key: "x", value: 2 }]);
    expect(found.unexpectedValues).toEqual(Array.from({ length: 10 }, (_, i) => ({ key: "x", value: 20 + i })));
    expect(found).toMatchObject({ unexpected: 12, phantoms: 1 });
    expect(judge("0:w1 0:w2!", [at("n1", 2)]).phantomValues).toEqual([{ value: 2 }]);
    expect(judge("x/0:w1", [at("n1", 9, { key: "x" })]).unexpectedValues).toEqual([{ key: "x", value: 9 }]);
    // An initial value is nobody's; a value written twice of which one was acknowledged is no recovered one.
    expect(judge("0:w1", [at("n1", null)])).toMatchObject({ unexpected: 0 });
    expect(judge("0:w1? 1:w1", [at("n1", 1)])).toMatchObject({ valid: true, recovered: 0 });
  });

  it("of nodes in the order of their numbers, and of the last read of each", () => {
    const reads = ["n10", "n2", "n1"].map((node) => at(node, [2]));
    expect(judge("0:a1 0:a2", reads).elements[0]?.missingAt).toEqual(["n1", "n2", "n10"]);
    expect(judge("0:a1 0:a2", [at("n1", [1, 2]), at("n3", [1]), at("n2", [1])]).elements[0]?.missingAt).toEqual([
      "n2",
      "n3",
    ]);
  });

  it("of compare-and-sets that went round in a circle, and of those of what nobody wrote", () => {
    expect(judge("0:c5,6? 1:c6,5? 2:w7", [at("n1", 5)])).toMatchObject({ valid: true, lost: 0 });
    expect(judge("0:c8,9 1:w7", [at("n1", 9)])).toMatchObject({ valid: false, lost: 1, elements: [{ value: 7 }] });
    expect(judge("1:w7( 0:c8,9 1)", [at("n1", 9)])).toMatchObject({ valid: true, lost: 0 });
  });

  it("refuses a cas that is no pair", () => {
    for (const cas of ["0:c5", "0:c[1,2,3]"])
      expect(() => judge(`0:w1 ${cas}`, [at("n1", 1)])).toThrow(/no pair \[from, to\]/);
  });
});
