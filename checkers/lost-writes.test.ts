/** Lost writes: golden histories good and bad, and brute-force judges on small random ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckContext } from "../src/core/checker.js";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { ops } from "../src/history/testing.js";
import { type LostWritesOptions, type LostWritesVerdict, lostWritesChecker } from "./lost-writes.js";
import { type Finished, finished, type LastRead, withReads } from "./testing/final.js";
import { mayBeOverwritten, writesOf } from "./testing/registers.js";
import { cut, faultOps, ordered } from "./testing/scenario.js";

function judge({ history, context }: Finished, options: LostWritesOptions = {}): LostWritesVerdict {
  return lostWritesChecker(options).check(history, context) as LostWritesVerdict;
}

const at = (node: string, value: unknown, more: Partial<LastRead> = {}): LastRead => ({ node, value, ...more });

describe("lists in transactions", () => {
  type Txn = readonly [process: number, type: "ok" | "fail" | "info", node: string, ...value: unknown[][]];

  /** One transaction after the other; the context says that those from `final` on are the final ones. */
  function txns(final: number, ...list: readonly Txn[]): LostWritesVerdict {
    const events = list.flatMap(([process, type, node, ...value], i): Op[] => {
      const base = { process, f: "txn", node };
      const asked = value.map(([f, key, v]) => [f, key, f === "r" ? null : v]);
      return [
        { ...base, index: 2 * i, time: 2 * i * 1e6, type: "invoke", value: asked },
        { ...base, index: 2 * i + 1, time: (2 * i + 1) * 1e6, type, value },
      ];
    });
    const context = { finalNs: 2 * final * 1e6 };
    return lostWritesChecker({ model: "list" }).check(historyOf(events), context) as LostWritesVerdict;
  }

  it("loses an acknowledged append that no final read shows, and finds it missing at some nodes", () => {
    const load: Txn[] = [
      [0, "ok", "n1", ["append", "x", 1], ["r", "x", [1]], ["append", "y", 1]],
      [1, "ok", "n2", ["append", "x", 2], ["append", "x", 3]],
      [2, "info", "n2", ["append", "x", 4]],
      [3, "fail", "n2", ["append", "x", 5]],
    ];
    const n1: Txn = [8, "ok", "n1", ["r", "x", [1, 3, 4]], ["r", "y", [1]]];
    const n2: Txn = [9, "ok", "n2", ["r", "x", [1, 3, 4]], ["r", "y", null]];
    const found = txns(4, ...load, n1, n2);
    expect(found).toMatchObject({ valid: false, model: "list", acknowledged: 4, lost: 1, stale: 1, recovered: 1 });
    expect(found.elements).toMatchObject([
      { outcome: "lost", key: "x", element: 2, node: "n2", index: 3 },
      { outcome: "stale", key: "y", element: 1, missingAt: ["n2"] },
    ]);
    expect(found.elements[0]?.text).toMatch(/^element 2 of list x, acknowledged by n2 /);
    expect(txns(1, load[0] as Txn, [8, "ok", "n1", ["r", "x", [1]], ["r", "y", [1]]])).toMatchObject({ valid: true });
  });

  it("takes no transaction that also writes for a final read, nor one before the end", () => {
    const first: Txn = [0, "ok", "n1", ["append", "x", 1]];
    expect(txns(1, first, [8, "ok", "n1", ["r", "x", []], ["append", "z", 1]])).toMatchObject({ valid: "unknown" });
    expect(txns(9, first, [8, "ok", "n1", ["r", "x", []]])).toMatchObject({ valid: "unknown", finalReads: 0 });
    expect(txns(1, first, [8, "fail", "n1", ["r", "x", null]])).toMatchObject({ valid: "unknown", finalReads: 0 });
  });
});

describe("a set", () => {
  it("loses an acknowledged element that no final read shows", () => {
    const found = judge(finished("0:a1 1:a2 2:a3", [at("n1", [1, 3]), at("n2", [3, 1])]));
    expect(found).toMatchObject({ valid: false, model: "set", acknowledged: 3, lost: 1, stale: 0, finalReads: 2 });
    expect(found.lostFraction).toBeCloseTo(1 / 3, 5);
    expect(found.elements).toMatchObject([{ outcome: "lost", element: 2, process: 1, node: "n2", index: 3 }]);
    expect(found.witnesses?.[0]?.ops.map(({ f, type }) => `${f} ${type}`)).toEqual([
      "add invoke",
      "add ok",
      "read invoke",
      "read ok",
    ]);
    expect(found.byNode).toMatchObject([{ node: "n2", acknowledged: 1, lost: 1 }, { lost: 0 }, { lost: 0 }]);
  });

  it("is whole when every acknowledged element is there; unacknowledged ones may or may not be", () => {
    const found = judge(finished("0:a1 1:a2? 2:a3? 0:a4!", [at("n1", [1, 2])]));
    expect(found).toMatchObject({ valid: true, acknowledged: 1, lost: 0, recovered: 1, phantoms: 0 });
  });

  it("tells an element missing at some nodes from a lost one", () => {
    const found = judge(finished("0:a1 1:a2", [at("n1", [1, 2]), at("n3", [1])]));
    expect(found).toMatchObject({ valid: false, lost: 0, stale: 1 });
    expect(found.elements).toMatchObject([{ outcome: "stale", element: 2, missingAt: ["n3"] }]);
  });

  it("does not take an element listed twice by one node for one that two nodes show", () => {
    expect(judge(finished("0:a1", [at("n1", [1, 1]), at("n2", [])]))).toMatchObject({ valid: false, stale: 1 });
  });

  it("believes the last final read of a node, which may have had to catch up", () => {
    expect(judge(finished("0:a1", [at("n1", []), at("n1", [1])]))).toMatchObject({ valid: true, finalReads: 1 });
    expect(judge(finished("0:a1", [at("n1", [1]), at("n1", [])]))).toMatchObject({ valid: false, lost: 1 });
  });

  it("is unknown when a refused element is there, invalid when one that nobody added is", () => {
    expect(judge(finished("0:a1 1:a2!", [at("n1", [1, 2])]))).toMatchObject({ valid: "unknown", phantoms: 1 });
    const corrupt = judge(finished("0:a1", [at("n1", [1, 7])]));
    expect(corrupt).toMatchObject({ valid: false, unexpected: 1, unexpectedValues: [{ value: 7 }] });
  });

  it("is unknown without an acknowledged add, or without a successful final read", () => {
    expect(judge(finished("0:a1?", [at("n1", [])])).valid).toBe("unknown");
    expect(judge(finished("0:a1", [])).valid).toBe("unknown");
    expect(judge(finished("0:a1", [at("n1", [], { type: "fail" }), at("n2", [1], { type: "info" })])).valid).toBe(
      "unknown",
    );
    // Reads of the main phase are no final reads, whatever they miss.
    const { history, context } = finished("0:a1 1:r[]", []);
    expect(lostWritesChecker().check(history, context)).toMatchObject({ valid: "unknown", lost: 0 });
  });

  it("tells 1 from '1', and keeps sets of several keys apart", () => {
    expect(judge(finished("0:a1", [at("n1", ["1"])]))).toMatchObject({ lost: 1, unexpected: 1 });
    const keyed = finished("x/0:a1 y/1:a1", [at("n1", [1], { key: "x" }), at("n1", [], { key: "y" })]);
    expect(judge(keyed)).toMatchObject({ valid: false, lost: 1, elements: [{ key: "y", element: 1 }] });
  });

  it("is unknown for a key whose final reads all failed", () => {
    const keyed = finished("x/0:a1 y/1:a2", [at("n1", [1], { key: "x" })]);
    expect(judge(keyed)).toMatchObject({ valid: "unknown", lost: 0, unread: 1 });
  });

  it("counts the nodes no final read came from", () => {
    expect(judge(finished("0:a1 1:a2 2:a3", [at("n1", [1, 2, 3])])).unreadNodes).toEqual(["n2", "n3"]);
  });

  it("does not repeat a long read in its witnesses and cuts its list of elements", () => {
    const many = Array.from({ length: 200 }, (_, i) => `0:a${i}`).join(" ");
    const found = judge(
      finished(many, [
        at(
          "n1",
          Array.from({ length: 100 }, (_, i) => i),
        ),
      ]),
      { limit: 5 },
    );
    expect(found).toMatchObject({ lost: 100, elementsTotal: 100 });
    expect(found.elements).toHaveLength(5);
    expect(found.witnesses?.[0]?.ops.at(-1)?.value).toBe("[100 elements]");
  });

  it("agrees with a brute-force judge", () => {
    const step = fc.record({ process: fc.nat(3), end: fc.constantFrom("", "?", "!"), value: fc.nat(9) });
    const reads = fc.array(fc.tuple(fc.constantFrom("n1", "n2"), fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), reads, (steps, lists) => {
        const text = steps.map(({ process, end, value }) => `${process}:a${value}${end}`).join(" ");
        const found = judge(
          finished(
            text,
            lists.map(([node, value]) => at(node, value)),
          ),
          { model: "set" },
        );
        const last = [...new Map(lists).values()];
        const ended = (value: number, end: string): boolean =>
          steps.some((one) => one.value === value && one.end === end);
        const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        const acknowledged = values.filter((value) => ended(value, ""));
        const shown = (value: number): number => last.filter((list) => list.includes(value)).length;
        const lost = acknowledged.filter((value) => shown(value) === 0);
        const stale = acknowledged.filter((value) => shown(value) > 0 && shown(value) < last.length);
        const seen = values.filter((value) => shown(value) > 0);
        const unexpected = seen.filter((value) => !steps.some((one) => one.value === value));
        const pending = seen.filter((value) => !ended(value, "") && ended(value, "?"));
        expect(found.acknowledged).toBe(acknowledged.length);
        expect(
          found.elements
            .filter(({ outcome }) => outcome === "lost")
            .map(({ value }) => value)
            .sort(),
        ).toEqual(lost);
        expect(found.stale).toBe(stale.length);
        expect(found.recovered).toBe(pending.length);
        const bad = lost.length + stale.length + unexpected.length > 0;
        expect(found.valid === false).toBe(bad);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a register", () => {
  it("loses a write when a final read returns a value written before it began", () => {
    const found = judge(finished("0:w1 1:w2", [at("n1", 1)]));
    expect(found).toMatchObject({ valid: false, model: "register", acknowledged: 2, lost: 1 });
    expect(found.elements).toMatchObject([{ value: 2, node: "n2", finalValue: 1, missingAt: ["n1"] }]);
    expect(found.witnesses?.[0]?.ops.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("does not lose a write that may have been overwritten", () => {
    expect(judge(finished("0:w1 1:w2", [at("n1", 2)]))).toMatchObject({ valid: true, lost: 0 });
    // They overlap: either may have come last.
    expect(judge(finished("0:w1( 1:w2( 0) 1)", [at("n1", 1)]))).toMatchObject({ valid: true, lost: 0 });
    // The value read was written by an op of unknown ending: it may have landed at any time.
    expect(judge(finished("0:w1? 1:w2", [at("n1", 1)]))).toMatchObject({ valid: true, lost: 0, recovered: 1 });
  });

  it("loses everything when the initial value is read", () => {
    expect(judge(finished("0:w1 1:w2 2:w3?", [at("n1", null)]))).toMatchObject({
      valid: false,
      lost: 2,
      acknowledged: 2,
    });
    expect(judge(finished("0:w1", [at("n1", 0)]), { initial: 0 })).toMatchObject({ valid: false, lost: 1 });
  });

  it("takes an ok compare-and-set for a write of its second value", () => {
    expect(judge(finished("0:w1 1:c1,2 0:w3", [at("n1", 2)]))).toMatchObject({ lost: 1, elements: [{ value: 3 }] });
    expect(judge(finished("0:w1 1:c1,2", [at("n1", 1)]))).toMatchObject({ lost: 1, elements: [{ value: 2 }] });
    expect(judge(finished("0:w1 1:c1,2 2:c5,6~", [at("n1", 2)]))).toMatchObject({ valid: true, acknowledged: 2 });
  });

  it("sees that nothing fits between a compare-and-set and the value it found", () => {
    // 3 begins after 1 is done; 1 becomes 2 while 3 still runs. 3 did not precede 2, for then 1 was gone.
    expect(judge(finished("0:w1 1:w3( 2:c1,2 1)", [at("n1", 2)]))).toMatchObject({ lost: 1, elements: [{ value: 3 }] });
    // The same with an unknown compare-and-set that was read, and through two of them.
    expect(judge(finished("0:w1 1:w3( 2:c1,2? 1)", [at("n1", 2)]))).toMatchObject({ lost: 1 });
    expect(judge(finished("0:w1 1:w3( 2:c1,2 2:c2,4 1)", [at("n1", 4)]))).toMatchObject({ lost: 1 });
    // Not so where 3 may have come before 1, or where somebody else may have written 1 again.
    expect(judge(finished("0:w1( 1:w3( 0) 2:c1,2 1)", [at("n1", 2)]))).toMatchObject({ lost: 0 });
    expect(judge(finished("0:w1 1:w3( 2:c1,2 0:w1? 1)", [at("n1", 2)]))).toMatchObject({ lost: 0 });
  });

  it("keeps keys apart and is unknown where a key has no final read", () => {
    const found = judge(
      finished("x/0:w1 y/1:w1 x/0:w2 y/1:w2", [at("n1", 2, { key: "x" }), at("n1", 1, { key: "y" })]),
    );
    expect(found).toMatchObject({ valid: false, lost: 1, elements: [{ key: "y", value: 2 }] });
    expect(judge(finished("x/0:w1 y/1:w1", [at("n1", 1, { key: "x" })]))).toMatchObject({
      valid: "unknown",
      unread: 1,
    });
  });

  it("calls a write stale that some final reads prove gone and others do not", () => {
    const found = judge(finished("0:w1 1:w2", [at("n1", 2), at("n2", 1)]));
    expect(found).toMatchObject({ valid: false, lost: 0, stale: 1, elements: [{ value: 2, missingAt: ["n2"] }] });
  });

  it("reports refused and foreign values that are there, and proves nothing by them", () => {
    expect(judge(finished("0:w1 1:w2!", [at("n1", 2)]))).toMatchObject({ valid: "unknown", lost: 0, phantoms: 1 });
    expect(judge(finished("0:w1", [at("n1", 9)]))).toMatchObject({ valid: false, lost: 0, unexpected: 1 });
  });
});

/** Random register histories: unique values, compare-and-sets of values asked for before, some ops never ended. */
const registerOps = (unique: boolean): fc.Arbitrary<Op[]> =>
  fc
    .array(
      fc.record({
        process: fc.nat(2),
        cas: fc.boolean(),
        pick: fc.nat(9),
        end: fc.constantFrom("ok", "ok", "info", "fail"),
        value: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 11 },
    )
    .map((steps) => {
      const events: Omit<Op, "index" | "time">[] = [];
      const open = new Map<number, { type: "ok" | "info" | "fail"; f: string; value: unknown }>();
      const written: unknown[] = [null];
      for (const { process, cas, pick, end, value } of steps) {
        const running = open.get(process);
        if (running !== undefined) {
          open.delete(process);
          events.push({ process, ...running });
          continue;
        }
        const to = unique ? events.length + 1 : value;
        const asked = cas ? [written[pick % written.length], to] : to;
        const type = end as "ok" | "info" | "fail";
        events.push({ process, type: "invoke", f: cas ? "cas" : "write", value: asked });
        open.set(process, { type, f: cas ? "cas" : "write", value: asked });
        if (type !== "fail") written.push(to);
      }
      return events.map((op, index) => ({ ...op, index, time: index * 1e6 }));
    });

describe("the register rule against all orders of all subsets", () => {
  const lastValues = fc.array(fc.nat(12), { minLength: 1, maxLength: 2 });
  const compare = (unique: boolean): void => {
    fc.assert(
      fc.property(registerOps(unique), lastValues, (history, picks) => {
        const writes = writesOf(history);
        const readable = [null, ...writes.map(({ to }) => to)];
        const values = picks.map((pick) => readable[pick % readable.length]);
        const found = judge(
          withReads(
            history,
            values.map((value, i) => at(`n${i}`, value)),
          ),
          { model: "register", limit: 100 },
        );
        const lost = new Set(found.elements.filter(({ outcome }) => outcome === "lost").map(({ index }) => index));
        for (const write of writes) {
          if (!write.acknowledged) continue;
          const proved = values.every((value) => !mayBeOverwritten(writes, write, value));
          // Never call lost what may have been overwritten; with unique values, miss nothing either.
          if (unique) expect(lost.has(write.end)).toBe(proved);
          else if (lost.has(write.end)) expect(proved).toBe(true);
        }
      }),
      { numRuns: 1500 },
    );
  };

  it("is exact for unique values", () => compare(true));
  it("is sound for values written more than once", () => compare(false));
});

describe("the final phase", () => {
  const context: CheckContext = {};

  it("is found from the history where the run does not say: no write runs or follows", () => {
    const quiet = ops("0:a1 0:a2 1:r[2]");
    expect(lostWritesChecker().check(historyOf(quiet), context)).toMatchObject({ valid: false, lost: 1 });
    // An add is still running, or another follows: not quiet.
    for (const text of ["0:a1 0:a2( 1:r[] 0)", "0:a1 1:r[] 0:a2"]) {
      expect(lostWritesChecker().check(historyOf(ops(text)), context)).toMatchObject({ valid: "unknown", lost: 0 });
    }
    // An add that nobody knows the end of runs for ever: it cannot take anything away.
    expect(lostWritesChecker().check(historyOf(ops("0:a1 0:a2? 1:r[]")), context)).toMatchObject({ lost: 1 });
  });

  it("is not yet there while another key is written, unless the run says so; nor before the last write of the key", () => {
    const text = "x/0:a1 x/1:r[] y/0:a2 y/1:r[2]";
    expect(lostWritesChecker().check(historyOf(ops(text)), context)).toMatchObject({
      valid: "unknown",
      lost: 0,
      unread: 1,
    });
    expect(lostWritesChecker().check(historyOf(ops(text)), { finalNs: 0 })).toMatchObject({ valid: false, lost: 1 });
    // A custom final phase may write once more: what was read before that is not final.
    const more = historyOf(ops("0:a1 1:r[1] 0:a2"));
    expect(lostWritesChecker().check(more, { finalNs: 1e6 })).toMatchObject({ valid: "unknown", finalReads: 0 });
    const register = historyOf(ops("0:w1 1:w2 2:r1 0:w3 2:r3"));
    expect(lostWritesChecker().check(register, { finalNs: 3e6 })).toMatchObject({ valid: true, finalReads: 1 });
  });

  const run = (faults: readonly Omit<Op, "index">[], readMs: number): Finished => {
    const node = "n1";
    const events: Omit<Op, "index">[] = [
      { time: 1e9, process: 0, type: "invoke", f: "add", value: 1, node },
      { time: 1.01e9, process: 0, type: "ok", f: "add", value: 1, node },
      { time: readMs * 1e6, process: 1, type: "invoke", f: "read", value: null, node: "n2" },
      { time: readMs * 1e6 + 1e6, process: 1, type: "ok", f: "read", value: [], node: "n2" },
      ...faults,
    ];
    return { history: historyOf(ordered(events)), context: { nodes: ["n1", "n2", "n3"], finalNs: 2e9 } };
  };

  it("does not begin before every fault is over and proved to be", () => {
    const nodes = ["n1", "n2", "n3"];
    expect(judge(run([], 5000))).toMatchObject({ valid: false, lost: 1 });
    expect(judge(run(faultOps(cut(["n2"], 500, 3000, nodes)), 5000))).toMatchObject({ valid: false, lost: 1 });
    expect(judge(run(faultOps(cut(["n2"], 500, 6000, nodes)), 5000))).toMatchObject({ valid: "unknown", lost: 0 });
    const endless = judge(run(faultOps(cut(["n2"], 500, undefined, nodes)), 5000));
    expect(endless).toMatchObject({ valid: "unknown", lost: 0 });
    expect(endless.summary).toContain("never ended");
    const unproved = run(faultOps({ ...cut(["n2"], 500, 3000, nodes), healProved: false }), 5000);
    expect(judge(unproved)).toMatchObject({ valid: "unknown", lost: 0 });
  });

  it("tells when a lost write was acknowledged, relative to the cut and by side", () => {
    const nodes = ["n1", "n2", "n3"];
    const [lost] = judge(run(faultOps(cut(["n1"], 500, 3000, nodes)), 5000)).elements;
    expect(lost?.fault).toEqual({
      fault: 0,
      kind: "partition",
      shape: "majority-minority",
      relation: "during",
      offsetMs: 510,
      side: "minority",
    });
    expect(lost?.text).toContain("510 ms after the partition (majority-minority) began, on the minority side");
    const { byFault } = judge(run(faultOps(cut(["n1"], 500, 3000, nodes)), 5000));
    expect(byFault).toMatchObject([{ fault: 0, lost: 1, during: 1, minority: 1, majority: 0, lastDuringMs: 510 }]);
    const [before] = judge(run(faultOps(cut(["n1"], 1100, 3000, nodes)), 5000)).elements;
    expect(before?.fault).toMatchObject({ relation: "before", offsetMs: 90 });
  });

  it("puts first what no fault excuses", () => {
    const add = (value: number, ms: number, node: string): Omit<Op, "index">[] => [
      { time: ms * 1e6, process: value, type: "invoke", f: "add", value, node },
      { time: ms * 1e6, process: value, type: "ok", f: "add", value, node },
    ];
    const nodes = ["n1", "n2", "n3"];
    const events = [...add(1, 1200, "n1"), ...add(2, 1500, "n1"), ...add(3, 1300, "n2"), ...add(4, 200, "n1")];
    const history = ordered([...events, ...faultOps(cut(["n1"], 1000, 3000, nodes))]);
    const found = judge({ ...withReads(history, [at("n2", [])]) });
    expect(found.elements.map(({ value }) => value)).toEqual([4, 3, 2, 1]);
  });

  it("names the node that answered where a redirect was followed", () => {
    const redirected = ops("0:a1").map((op) => (op.type === "ok" ? { ...op, via: "n5" } : op));
    const found = judge(withReads(redirected, [at("n1", [])]));
    expect(found.elements).toMatchObject([{ node: "n5", pinned: "n1" }]);
    expect(found.byNode).toMatchObject([{ node: "n5", lost: 1 }]);
  });
});
