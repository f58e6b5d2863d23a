/** What set-full tells: sentences, the worst elements in their order, and how much of it. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { h, ops } from "../../src/history/testing.js";
import { type SetFullOptions, type SetFullVerdict, setFullChecker } from "../set-full.js";

const judge = (text: string, options: SetFullOptions = {}): SetFullVerdict =>
  setFullChecker(options).check(h(text), {}) as SetFullVerdict;

describe("the worst elements", () => {
  it("come first, the older of two that are alike before the other", () => {
    // Known at 1, 3 and 5 ms; 1 and 2 are missed by the read asked at 8 ms, 3 only by the one at 6 ms.
    const stale = judge("0:a1 0:a2 0:a3 1:r[1,2] 1:r[3] 1:r[1,2,3]").worstStale;
    expect(stale.map(({ element, knownAtMs }) => [element, knownAtMs])).toEqual([
      [1, 1],
      [2, 3],
      [3, 5],
    ]);
    expect(stale.map(({ stableLatencyMs }) => Math.round(stableLatencyMs))).toEqual([7, 5, 1]);
    // Element 2 was missed for longer than the older element 1.
    expect(judge("0:a1 0:a2 1:r[2] 1:r[1] 1:r[1] 1:r[1,2]").worstStale.map(({ element }) => element)).toEqual([2, 1]);
    const together = judge("0:a1( 1:a2( 2:a3( 3:r[3,1,2] 3:r[] 3:r[1,2,3]").worstStale;
    expect(together.map(({ element }) => element)).toEqual([1, 2, 3]);
  });

  it("are those that were there the longest before they were lost", () => {
    const { lostElements, lostLatency } = judge("0:a1 0:a2 0:a3 1:r[1,2,3] 1:r[2,1] 1:r[2] 1:r[]");
    expect(lostElements.map(({ element, knownAtMs }) => [element, knownAtMs])).toEqual([
      [1, 1],
      [2, 3],
      [3, 5],
    ]);
    expect(lostElements.map(({ lostLatencyMs }) => Math.round(lostLatencyMs))).toEqual([7, 7, 1]);
    const late = judge("0:a1 0:a2 1:r[1,2] 1:r[2] 1:r[2] 1:r[]").lostElements;
    expect(late.map(({ element }) => element)).toEqual([2, 1]);
    expect(lostLatency).toMatchObject({ count: 3 });
  });

  it("and those most often doubled, within the limit", () => {
    const found = judge("0:a1 0:a2 0:a3 1:r[1,1,2,2,2,3,3,7,8,9]", { limit: 2 });
    expect(found.duplicatedElements).toEqual([
      { element: 2, times: 3 },
      { element: 1, times: 2 },
    ]);
    expect(found).toMatchObject({ duplicated: 3, unexpected: 3, unexpectedElements: [7, 8] });
    expect(judge("0:a1 0:a2 0:a3 1:r[]", { limit: 2 }).lostElements).toHaveLength(2);
    expect(judge("0:a1? 0:a2? 0:a3? 1:r[]", { limit: 2 })).toMatchObject({ neverRead: 3, neverReadElements: [1, 2] });
    expect(judge("0:a1 0:a2 0:a3 1:r[] 1:r[1,2,3]", { limit: 2 }).worstStale).toHaveLength(2);
  });
});

describe("the sentence", () => {
  it.each<[string, string, SetFullOptions?]>([
    ["0:a1 0:a2 1:r[1]", "1 element lost after being acknowledged or seen"],
    ["0:a1 1:r[1,1]", "1 element listed more than once"],
    ["0:a1 1:r[1,2,3]", "2 elements read that nobody had added"],
    ["0:a1 0:a2 1:r[1] 1:r[1,2]", "1 element stale", { linearizable: true }],
    ["0:a1 0:a2 1:r[1] 1:r[1,2]", "2 of 2 elements stable, none lost; 1 were missed by some read at first (stale)"],
    ["0:a1 0:a2 1:r[1,2]", "2 of 2 elements stable, none lost", { linearizable: true }],
    ["0:a1 0:a2? 1:r[1]", "1 of 2 elements stable, none lost"],
    ["0:a1? 1:r[]", "none of 1 element was ever read"],
    ["0:a1 1:r?", "no read succeeded"],
    ["1:r[]", "nothing was added"],
  ])("of %s: %s", (text, words, options = {}) => expect(judge(text, options).summary).toBe(words));

  it("of a lost element names the node that misses it, where that is known", () => {
    const text = "0:a1 1:r[1] 2:r[]";
    expect(judge(text).witnesses?.[0]).toMatchObject({
      text: "element 1 was known at 1 ms, but the read at 4 ms on n3 misses it, and no later one shows it",
      ops: [0, 1, 2, 3, 4, 5].map((index) => ({ index })),
    });
    const nowhere = historyOf(ops(text).map(({ node: _, ...op }) => op));
    const { witnesses } = setFullChecker().check(nowhere, {}) as SetFullVerdict;
    expect(witnesses?.[0]?.text).toContain("but the read at 4 ms misses it");
    expect(judge("0:a1 1:r[1]")).not.toHaveProperty("witnesses");
    // Never seen after it was acknowledged: only the add and the read that misses it.
    expect(judge("0:a1 0:a2 1:r[1]").witnesses?.[0]?.ops.map(({ index }) => index)).toEqual([2, 3, 4, 5]);
  });

  it("knows an element from the first of its acknowledgement and a read that shows it", () => {
    expect(judge("0:a1( 1:r[1] 0) 1:r[]").lostElements).toMatchObject([{ element: 1, knownAtMs: 2 }]);
    expect(judge("0:a1 1:r[1] 0:a1 1:r[]").lostElements).toMatchObject([{ element: 1, knownAtMs: 1 }]);
  });
});
