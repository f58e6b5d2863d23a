/** Whether what is told of a cycle is true: who, which value of which key, which ops prove it, and when. */
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { checkListAppend, checkRwRegister, type ElleOptions, type ElleVerdict, type RegisterOptions } from "./index.js";
import { h, t } from "./testing/txns.js";

interface Told {
  readonly text: string;
  readonly positions: readonly number[];
  readonly key?: unknown;
  readonly cycle?: { readonly steps: readonly { kind: string; key?: unknown; from: number; to: number }[] };
}

const told = ({ anomalies }: ElleVerdict): Told[] => Object.values(anomalies).flat() as Told[];
const only = (verdict: ElleVerdict): Told => {
  const [first, ...others] = told(verdict);
  expect(others).toEqual([]);
  return first ?? expect.fail("one anomaly");
};
const lists = (lines: readonly string[], options: ElleOptions = {}): Told =>
  only(checkListAppend(h(...lines), options));
const registers = (lines: readonly string[], options: RegisterOptions = {}): Told =>
  only(checkRwRegister(h(...lines), options));

const circle = (lines: readonly string[], options: RegisterOptions): Told => {
  const { anomalies } = checkRwRegister(h(...lines), options);
  return anomalies["cyclic-versions"]?.[0] ?? expect.fail("cyclic versions");
};

describe("a cycle in lists", () => {
  it("of appends names the values, the keys, and the read that shows the order", () => {
    const found = lists(["0( ax1 ay1", "1( ax2 ay2", "0)", "1)", "2: rx[1 2] ry[2 1]"]);
    expect(found.text).toContain("T1 = op 2 (process 0), T2 = op 3 (process 1).");
    expect(found.text).toContain('T1 before T2: T2 appended 2 to key "x" after T1 appended 1.');
    expect(found.text).toContain('But T2 before T1: T1 appended 1 to key "y" after T2 appended 2. A contradiction.');
    expect(found).toMatchObject({ positions: [2, 3, 5], key: "x" });
    expect(found.cycle?.steps).toMatchObject([
      { kind: "ww", key: "x", from: 2, to: 3 },
      { kind: "ww", key: "y", from: 3, to: 2 },
    ]);
  });

  it("names ops by the indexes they have in the file", () => {
    const ops = t("0: ax1", "1: rx[]").map((op) => ({ ...op, index: op.index + 100 }));
    const { text, positions } = only(checkListAppend(historyOf(ops)));
    expect(text).toContain(
      "T1 = op 101 (process 0), T2 = op 103 (process 1). T1 before T2: T1 completed at op 101 (0.001 s)",
    );
    expect(text).toContain("T2 was invoked at op 102");
    expect(positions).toEqual([1, 3]);
  });

  it("of reads names what was seen", () => {
    const found = lists(["0( ax1 ry[1]", "1( rx[1] ay1", "0)", "1)"]);
    expect(found.text).toContain('T2 observed 1, which T1 appended to key "x"');
    expect(found.text).toContain('T1 observed 1, which T2 appended to key "y"');
    expect(found.cycle?.steps.map(({ kind }) => kind)).toEqual(["wr", "wr"]);
  });

  it("ends with what was not seen, and says when a transaction was done", () => {
    const found = lists(["0: ax1 ax2", "1: rx[1 2]", "2( ax3", "3( rx[1 2]", "2)", "4: rx[1 2] ay1", "3)"]);
    expect(found.text).toContain("T1 completed at op 6 (0.006 s), before T2 was invoked at op 7 (0.007 s)");
    expect(found.text).toContain('But T2 before T1: T2 read key "x" as [1,2], without 3, which T1 appended.');
    expect(found).toMatchObject({ positions: [6, 8], key: "x" });
    expect(found.cycle?.steps).toEqual([
      { kind: "realtime", from: 6, to: 8, why: expect.any(String) },
      { kind: "rw", key: "x", from: 8, to: 6, why: expect.any(String) },
    ]);
  });

  it("shows who read what crashed: else it need not have happened", () => {
    // Nobody acknowledged 1. Op 3 read it.
    expect(lists(["0?: ax1", "1: rx[1]", "2: rx[]"]).positions).toEqual([1, 3, 5]);
    const crashed = checkListAppend(h("0( ax1 ry[1]", "1( rx[] ay1", "0)?", "1)", "2: rx[1]", "3: ry[]"));
    expect(told(crashed).map(({ positions }) => positions)).toContainEqual([3, 7]);
  });

  it("does not say of a value that a read lacks it where it does not", () => {
    // Op 7 read 1 as the last; the one who read it first saw 2 after it.
    const verdict = checkListAppend(h("0: ax1 ax2", "1: rx[1 2]", "2: ax3", "3: rx[3 2 1]"), {});
    const lost = verdict.anomalies["G-single-item"]?.[0] ?? expect.fail(verdict.summary);
    expect(lost.text).toContain(
      'But T2 before T1: T2 read key "x" as [1,2], and 1, which T1 appended, comes after 2, by the longest read of that key, op 7 (process 3)',
    );
    expect(lost.positions).toEqual([1, 3, 7]);
    expect(verdict.anomalies["G0-realtime"]?.[0]?.text).toContain(
      'T1 appended 2 to key "x" after T2 appended 3, by the longest read of that key, op 7 (process 3)',
    );
    const unseen = checkListAppend(h("0: ax1 ax2 rx[1 2]", "1: ax3", "2: ax4", "3: rx[1 3 4]"));
    expect(unseen.anomalies["G0"]?.[0]?.text).toContain(
      'T1 appended 2 to key "x" after T3 appended 4, the last that the longest read of that key shows, op 7 (process 3)',
    );
  });

  it("has no times where the history has none, and names processes where their order counts", () => {
    const untimed = historyOf(t("0: ax1", "1: rx[]").map((op) => ({ ...op, time: 0 })));
    expect(only(checkListAppend(untimed)).text).toContain("T1 completed at op 1, before T2 was invoked at op 2.");
    const found = lists(["0: ax1", "0: rx[]"], { consistency: "strong-session-serializable" });
    expect(found.text).toContain("T1 before T2: process 0 ran T1 before T2.");
    expect(found.cycle?.steps.map(({ kind }) => kind)).toEqual(["process", "rw"]);
  });
});

describe("a cycle in registers", () => {
  it("names the values read and written", () => {
    const found = registers(["0( wx1 ry1", "1( rx1 wy1", "0)", "1)"]);
    expect(found.text).toContain('T2 read 1, which T1 wrote to key "x"');
    expect(found.text).toContain('T1 read 1, which T2 wrote to key "y"');
    const initial = registers(["0: wx1", "1: rx_"]);
    expect(initial.text).toContain('T2 read null of key "x", its initial state, before T1 wrote 1');
    expect(initial).toMatchObject({ key: "x", positions: [1, 3] });
  });

  it("names the initial value as it was read, and whether a transaction had read or written another", () => {
    const zero = registers(["0: wx1", "1: rx0"], { initial: 0 });
    expect(zero.text).toContain('T2 read 0 of key "x", its initial state, before T1 wrote 1');
    const internal = (line: string): string => {
      const { anomalies } = checkRwRegister(h("0: wx1", line), { initial: 0 });
      return anomalies["internal"]?.[0]?.text ?? expect.fail("internal");
    };
    expect(internal("1: rx0 rx1")).toBe('op 3 (process 1) read 1 of key "x", but it had read 0 there before.');
    expect(internal("1: rx1 rx_")).toBe('op 3 (process 1) read null of key "x", but it had read 1 there before.');
    expect(internal("1: wx2 ry_ rx1")).toBe('op 3 (process 1) read 1 of key "x", but it had written 2 there before.');
  });

  it("names the claim that orders two versions, and who shows it", () => {
    const wfr = registers(["0: wx1", "1: rx1 wx2", "2: rx2", "3: rx1"], { wfrKeys: true });
    expect(wfr.text).toContain('T2 read 1 of key "x" and T1 wrote 2, which comes later: T1 read 1 and wrote 2');
    expect(wfr).toMatchObject({ positions: [1, 3, 7], key: "x" });
    const session = registers(["0: wx1", "0: wx2", "2( rx2", "3( rx1 ry_", "2)", "3)", "4: wy1", "5: ry1 rx2"], {
      sequentialKeys: true,
    });
    expect(session.text).toContain(
      "which comes later: op 1 (process 0) wrote 1, and then T1 of the same process wrote 2",
    );
    const linear = registers(["0: wx1", "2( rx1 ry1", "1: wx2 wy1", "2)"], { linearizableKeys: true });
    expect(linear.text).toContain(
      "which comes later: op 1 (process 0) wrote 1 and was done before T1 began, which wrote 2",
    );
  });

  it("tells of versions that go round in a circle", () => {
    const found = registers(["0: wx1", "1: wx2", "2: rx2", "3: rx1"], { linearizableKeys: true });
    expect(found.text).toBe(
      'By linearizable-keys, the versions of key "x" go round in a circle: 1 comes before 2, for op 1 (process 0) wrote 1 and was done before op 5 (process 2) began, which read 2; 2 comes before 1, for op 3 (process 1) wrote 2 and was done before op 7 (process 3) began, which read 1.',
    );
    expect(found).toMatchObject({ positions: [1, 3, 5, 7], key: "x" });
  });

  it("tells of versions before the initial one, and shows no more than that needs", () => {
    const found = circle(["0: wx1", "1: rx1", "0: rx_", "1: rx1"], { sequentialKeys: true });
    expect(found.text).toBe(
      'By sequential-keys, the versions of key "x" go round in a circle: 1 comes before the initial version, for op 1 (process 0) wrote 1, and then op 5 (process 0) of the same process read the initial one; the initial version comes before 1, as before all others.',
    );
    expect(found.positions).toEqual([1, 5]);
  });

  it("tells of a circle by two claims, and by one process only where it went on for sure", () => {
    const found = circle(["0: wx1", "1: rx1 wx2", "2: rx2", "2: rx1"], { wfrKeys: true, sequentialKeys: true });
    expect(found.text).toBe(
      'By wfr-keys and sequential-keys, the versions of key "x" go round in a circle: 1 comes before 2, for op 3 (process 1) read 1 and wrote 2; 2 comes before 1, for op 5 (process 2) read 2, and then op 7 (process 2) of the same process read 1.',
    );
    const crashed = circle(["0?: wx1", "0: rx2", "1: rx1", "2: wx2", "1: rx2", "1: rx1"], { sequentialKeys: true });
    expect(crashed.text).toContain("1 comes before 2, for op 5 (process 1) read 1, and then op 9 (process 1)");
  });
});

describe("many anomalies of one type", () => {
  it("are all counted, and some are shown", () => {
    const keys = "abcdefghijklmnopqrstuvwxyz".split("");
    // One circle after the other, each of two transactions.
    const pairs = keys.slice(0, 24).filter((_, i) => i % 2 === 0);
    const circles = pairs.flatMap((key, i) => {
      const other = keys[2 * i + 1];
      return [`0( a${key}1 r${other}[1]`, `1( r${key}[1] a${other}1`, "0)", "1)"];
    });
    const { counts, anomalies, summary } = checkListAppend(h(...circles));
    expect(counts["G1c"]).toBe(12);
    expect(anomalies["G1c"]).toHaveLength(8);
    expect(summary).toContain("24 transactions: G1c (12); not");
    const aborted = checkListAppend(h(...keys.flatMap((key) => [`0!: a${key}1`, `1: r${key}[1]`])));
    expect(aborted.counts["G1a"]).toBe(26);
    expect(aborted.anomalies["G1a"]).toHaveLength(8);
  });
});

it("proves an order of versions by the claim that was made, and shows what that needs", () => {
  const txns: [process: number, asked: unknown, answered: unknown][] = [
    [
      0,
      [
        ["r", "y", null],
        ["w", "y", 1],
      ],
      [
        ["r", "y", 3],
        ["w", "y", 1],
      ],
    ],
    [1, [["w", "y", 3]], [["w", "y", 3]]],
    [1, [["r", "y", null]], [["r", "y", 1]]],
  ];
  const ops = txns.flatMap(([process, asked, answered], i) => [
    { index: 2 * i, time: 2 * i, process, type: "invoke" as const, f: "txn", value: asked },
    { index: 2 * i + 1, time: 2 * i + 1, process, type: "ok" as const, f: "txn", value: answered },
  ]);
  // The first transaction read 3 and wrote 1, which proves nothing: that what is written follows what was read was not claimed.
  const verdict = checkRwRegister(historyOf(ops), { sequentialKeys: true });
  expect(verdict.found).toEqual(["G0-realtime"]);
  expect(only(verdict).text).toContain("of the same process read 1");
  const [witness] = verdict.witnesses ?? [];
  expect(checkRwRegister(historyOf(witness?.ops ?? []), { sequentialKeys: true }).found).toEqual(["G0-realtime"]);
  const claimed = checkRwRegister(historyOf(ops), { wfrKeys: true });
  expect(only(claimed).text).toContain("which comes later: T1 read 3 and wrote 1");
});
