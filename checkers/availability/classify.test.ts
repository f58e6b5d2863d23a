/** The class and its reason, from what was seen of each kind of op. */
import { describe, expect, it } from "vitest";
import type { Valid } from "../../src/core/checker.js";
import { type Classification, classify } from "./classify.js";
import type { KindEvidence } from "./evidence.js";

/** A quorum system's reads. */
const quorum: KindEvidence = {
  f: "read",
  everySideServed: "no",
  majorityServed: "yes",
  minorityRefused: "yes",
  hasMinority: true,
  hasMajority: true,
  majorityTried: 300,
  minorityTried: 200,
  refusedTried: 190,
  refusedAnswered: 1,
  failoverMs: 1700,
  refusedAfterMs: 600,
};
const sloppy: KindEvidence = {
  ...quorum,
  everySideServed: "yes",
  minorityRefused: "no",
  failoverMs: 0,
  refusedAfterMs: null,
};
const judge = (kinds: readonly Partial<KindEvidence>[], consistent: Valid = true): Classification =>
  classify(
    kinds.map((kind) => ({ ...quorum, ...kind })),
    consistent,
  );

describe("the class of one kind of op", () => {
  it.each<[string, Partial<KindEvidence>, Valid, string, string]>([
    [
      "a quorum system",
      {},
      true,
      "CP-like",
      "consistent; the majority side served, after 1.7 s at most; the minority side refused (1 of 190 ops answered, after 0.6 s at most)",
    ],
    [
      "one that never paused",
      { failoverMs: 0, refusedAfterMs: null },
      true,
      "CP-like",
      "consistent; the majority side served throughout; the minority side refused (1 of 190 ops answered)",
    ],
    [
      "one of which nobody judged consistency",
      {},
      "unknown",
      "unknown",
      "consistency unknown; the majority side served",
    ],
    ["one that is not consistent", {}, false, "neither", "not consistent; the majority side served"],
    [
      "a sloppy system",
      sloppy,
      false,
      "AP-like",
      "not consistent; the majority side served throughout; the minority side served as well",
    ],
    [
      "a sloppy system that was consistent",
      sloppy,
      true,
      "AP-like",
      "consistent; the majority side served throughout; the minority side served as well",
    ],
    [
      "one that answers in part",
      { minorityRefused: "no", refusedAnswered: 40 },
      true,
      "neither",
      "the minority side answered 40 of 190 ops",
    ],
    [
      "one that answers in part, perhaps everywhere",
      { everySideServed: "unknown", minorityRefused: "no" },
      true,
      "unknown",
      "the minority side answered 1 of 190 ops",
    ],
    [
      "an outage",
      { majorityServed: "no", failoverMs: null },
      true,
      "neither",
      "consistent; the majority side did not serve; the minority side refused",
    ],
    [
      "cuts too short for a fail-over",
      { majorityServed: "unknown", failoverMs: null },
      true,
      "unknown",
      "no cut was long enough to see the majority side serve",
    ],
    [
      "few tries on the majority side",
      { majorityServed: "unknown" },
      true,
      "unknown",
      "too little was tried on the majority side",
    ],
    [
      "no tries on the majority side",
      { majorityServed: "unknown", majorityTried: 0 },
      true,
      "unknown",
      "nothing was tried on the majority side",
    ],
    [
      "no tries on the minority side",
      { minorityRefused: "unknown", minorityTried: 0 },
      true,
      "unknown",
      "nothing was tried on the minority side",
    ],
    [
      "few tries on the minority side",
      { minorityRefused: "unknown", refusedTried: 4 },
      true,
      "unknown",
      "too little was seen of the minority side",
    ],
    [
      "no majority anywhere",
      { hasMajority: false, majorityServed: "unknown" },
      true,
      "CP-like",
      "consistent; the minority side refused",
    ],
    [
      "no minority anywhere",
      { hasMinority: false, minorityRefused: "unknown" },
      true,
      "CP-like",
      "consistent; the majority side served, after 1.7 s at most",
    ],
    [
      "a ring, served everywhere",
      { ...sloppy, hasMinority: false, minorityRefused: "unknown" },
      true,
      "unknown",
      "every node could reach a majority, so serving everywhere tells nothing; consistent; ",
    ],
    [
      "a ring, served everywhere, inconsistent",
      { ...sloppy, hasMinority: false, minorityRefused: "unknown" },
      false,
      "AP-like",
      "not consistent; the majority side served throughout",
    ],
  ])("%s", (_, kind, consistent, wanted, reason) => {
    const found = judge([kind], consistent);
    expect(found.class).toBe(wanted);
    expect(found.reason).toContain(reason);
    expect(found.kinds["read"]?.class).toBe(wanted);
  });
});

describe("the class of all kinds together", () => {
  const few = { f: "cas", minorityRefused: "unknown", refusedTried: 3, refusedAnswered: 0 } as const;

  it.each<[string, readonly Partial<KindEvidence>[], string, string]>([
    ["nothing", [], "unknown", "no op was tried"],
    ["all alike", [{}, { f: "write" }], "CP-like", "consistent; the majority side served"],
    ["all alike, sloppy", [sloppy, { ...sloppy, f: "write" }], "AP-like", "the minority side served as well"],
    [
      "two classes",
      [sloppy, { f: "write" }],
      "neither",
      "write CP-like but read AP-like: consistent; the majority side served throughout",
    ],
    [
      "one that is neither",
      [{}, { f: "write", majorityServed: "no" }, { f: "cas", majorityServed: "no" }],
      "neither",
      "write, cas: consistent; the majority side did not serve",
    ],
    [
      "one that is open",
      [{}, { f: "write", majorityServed: "unknown" }],
      "unknown",
      "write: consistent; too little was tried",
    ],
    ["a sloppy one and one that is open", [sloppy, { ...few }], "unknown", "cas: "],
    ["one hardly seen", [{}, few], "CP-like", "; too little was seen of cas there"],
    [
      "one hardly seen, and one that is open",
      [{}, few, { f: "write", majorityServed: "unknown" }],
      "unknown",
      "cas, write: ",
    ],
    ["one seen a little more", [{}, { ...few, refusedTried: 4 }], "unknown", "cas: "],
    ["one hardly seen, but answered once", [{}, { ...few, refusedAnswered: 1 }], "unknown", "cas: "],
    [
      "one hardly seen, and not served by the majority either",
      [{}, { ...few, majorityServed: "unknown" }],
      "unknown",
      "cas: ",
    ],
    [
      "one hardly seen where there was no majority",
      [{}, { ...few, hasMajority: false, majorityServed: "unknown" }],
      "CP-like",
      "too little was seen of cas",
    ],
  ])("%s", (_, kinds, wanted, reason) => {
    const found = judge(kinds);
    expect(found.class).toBe(wanted);
    expect(found.reason).toContain(reason);
  });

  it("hides nothing of what is hardly seen where consistency is open", () => {
    expect(judge([{}, few], "unknown").class).toBe("unknown");
    expect(judge([{}, few], false).class).toBe("neither");
  });
});
