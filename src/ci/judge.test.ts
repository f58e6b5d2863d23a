/** What a contract makes of one run: the false greens that must not be. */
import { describe, expect, it } from "vitest";
import type { Valid, Verdict } from "../core/checker.js";
import { type ExpectedWords, parseExpectations } from "./expect.js";
import { judgeRun } from "./judge.js";

type Fields = Readonly<Record<string, unknown>>;
const verdict = (valid: Valid, fields: Fields = {}): Verdict => ({ valid, summary: `it is ${valid}.`, ...fields });

/** A run of the set workload in which all went well. */
const good = {
  "lost-writes": verdict(true, { lost: 0, lostFraction: 0 }),
  "set-full": verdict(true, { lost: 0 }),
  availability: verdict(true, { class: "CP-like", recoveryMs: 900 }),
  perf: verdict(true, { p99Ms: 12, byF: { read: { p99Ms: 7 } } }),
  faults: verdict(true),
  harness: verdict(true, { maxLagMs: 3 }),
  staleness: verdict(true, { p99Ms: 7000 }),
  one: verdict(true, { found: 1 }),
  other: verdict(true, { found: 1 }),
};
type Checkers = Readonly<Record<string, Verdict>>;

function judge(expected: ExpectedWords, changed: Checkers = {}) {
  const checkers: Checkers = { ...good, ...changed };
  const expectations = parseExpectations("", expected, { verdicts: good, complete: true });
  const valids = Object.values(checkers).map(({ valid }) => valid);
  const valid = valids.includes(false) ? false : valids.includes("unknown") ? "unknown" : true;
  return judgeRun({ valid, checkers, summary: "the run" }, expectations);
}

const lost = { "lost-writes": verdict(false, { lost: 5, lostFraction: 0.3 }), "set-full": verdict(false, { lost: 5 }) };

describe("a guarantee", () => {
  it("is kept only where it was proved", () => {
    expect(judge({ "lost-writes": true }).status).toBe("kept");
    expect(judge({ "lost-writes": true }, { "lost-writes": verdict("unknown") }).status).toBe("unproved");
    expect(judge({ "lost-writes": true }, { faults: verdict("unknown") })).toMatchObject({
      status: "unproved",
      why: "lost-writes must be valid, but the run proves nothing: faults: it is unknown",
    });
    expect(judge({ "lost-writes": true }, { harness: verdict("unknown") }).status).toBe("unproved");
    expect(judge({ "lost-writes": true, faults: "any" }, { faults: verdict("unknown") }).status).toBe("kept");
  });

  it("is broken by a violation, also in a run that proves nothing else", () => {
    const { status, why, observed } = judge({ "lost-writes": true }, { ...lost, harness: verdict("unknown") });
    expect(status).toBe("broken");
    expect(why).toBe("lost-writes must be valid, but is violated: it is false");
    expect(observed).toEqual({ "lost-writes": false });
  });

  it("does not hide a violation that the contract does not name", () => {
    const { status, why, observed } = judge({ "lost-writes": true }, { "set-full": verdict(false) });
    expect(status).toBe("broken");
    expect(why).toMatch(/^set-full is violated, and the contract does not allow it/);
    expect(observed).toEqual({ "lost-writes": true, "set-full": false });
    expect(judge({ "lost-writes": true, "set-full": "any" }, { "set-full": verdict(false) }).status).toBe("kept");
  });

  it("means the whole run where nothing is named", () => {
    expect(judge({}).status).toBe("kept");
    expect(judge({}, lost).status).toBe("broken");
    expect(judge({}, { perf: verdict("unknown") }).status).toBe("unproved");
    expect(judge({ valid: true }, lost).status).toBe("broken");
  });
});

describe("a known weakness", () => {
  it("must be found, and may show in other checkers too", () => {
    expect(judge({ "lost-writes": false }, lost).status).toBe("kept");
    expect(judge({ "lost-writes": false })).toMatchObject({
      status: "not found",
      why: "lost-writes must be violated, but no violation was found: it is true",
    });
    expect(judge({ "lost-writes": false }, { "lost-writes": verdict("unknown") }).status).toBe("unproved");
    expect(judge({ "lost-writes": false }, { ...lost, faults: verdict("unknown") }).status).toBe("kept");
  });

  it("shows its class and its least extent only in a run that found it", () => {
    const expected = { "lost-writes": false, availability: "neither", lostFraction: "> 0, <= 0.5" };
    expect(judge(expected).status).toBe("not found");
    const neither = { availability: verdict(true, { class: "neither" }) };
    expect(judge(expected, { ...lost, ...neither }).status).toBe("kept");
    expect(judge(expected, lost)).toMatchObject({
      status: "broken",
      why: /availability must be neither, but is CP-like/,
    });
    const all = { ...lost, ...neither, "lost-writes": verdict(false, { lostFraction: 0.9 }) };
    expect(judge(expected, all)).toMatchObject({
      status: "broken",
      why: "lostFraction must be > 0, <= 0.5, but is 0.9",
    });
  });
});

describe("classes and numbers", () => {
  it("knows a class that was not observed from one that is unknown", () => {
    expect(judge({ availability: "CP-like" }).status).toBe("kept");
    expect(judge({ availability: "AP-like" }).status).toBe("broken");
    const unknown = { availability: verdict(true, { class: "unknown" }) };
    expect(judge({ availability: "CP-like" }, unknown).status).toBe("unproved");
    expect(judge({ availability: "unknown" }, unknown).status).toBe("kept");
    expect(judge({ availability: "CP-like" }, { faults: verdict("unknown") }).status).toBe("unproved");
  });

  it.each([
    ["< 50", "kept"],
    ["< 12", "broken"],
    ["<= 12", "kept"],
    ["> 12", "broken"],
    [">= 12, < 13", "kept"],
    ["= 12", "kept"],
    [12, "kept"],
    [11, "broken"],
  ])("p99Ms %s", (bound, status) => {
    expect(judge({ p99Ms: bound }).status).toBe(status);
    expect(judge({ "perf.p99Ms": bound }).status).toBe(status);
  });

  it("takes no number from a checker that proved nothing, and none that was not measured", () => {
    expect(judge({ lostFraction: "<= 0.2" }, { "lost-writes": verdict("unknown", { lostFraction: 0 }) })).toMatchObject(
      {
        status: "unproved",
        observed: { lostFraction: null },
      },
    );
    const none = { availability: verdict(true, { class: "unknown", recoveryMs: null }) };
    expect(judge({ recoveryMs: "< 5000" }, none).status).toBe("unproved");
    expect(judge({ p99Ms: "< 5" }, { harness: verdict("unknown") }).status).toBe("unproved");
  });

  it("goes deeper by a dotted name", () => {
    expect(judge({ "perf.byF.read.p99Ms": "<= 7" }).status).toBe("kept");
    expect(judge({ "perf.byF.write.p99Ms": "<= 7" }).status).toBe("unproved");
  });
});

describe("names", () => {
  it("that several checkers have mean latencies, availability or losses first", () => {
    expect(judge({ p99Ms: "= 12", lost: "= 0" }).status).toBe("kept");
    expect(judge({ "staleness.p99Ms": "= 7000", "set-full.lost": "= 0" }).status).toBe("kept");
  });

  it.each<[ExpectedWords, RegExp]>([
    [{ linearizabel: true }, /^expect.linearizabel: this run has no such checker\. There are: lost-writes, /],
    [{ "lost-write": true }, /did you mean lost-writes\?/],
    [{ p99ms: "< 3" }, /^expect.p99ms: this run has no such checker or number; did you mean p99Ms\?/],
    [{ found: "= 0" }, /several checkers have that number; write one.found or other.found/],
    [{ availability: "CP" }, /a class is CP-like, AP-like, neither, unknown/],
    [{ availability: "AP-lik" }, /did you mean AP-like\?/],
    [{ "lost-writes": "yes" }, /"lost-writes"? is "yes"; a checker takes|expect.lost-writes is "yes"; a checker takes/],
    [{ p99Ms: "fast" }, /expect.p99Ms is "fast"; a number takes a bound/],
    [{ p99Ms: "< " }, /takes a bound/],
    [{ "perf.p98Ms": 3 }, /no such checker or number/],
  ])("%j", (expected, message) => {
    expect(() => judge(expected)).toThrow(message);
  });
});
