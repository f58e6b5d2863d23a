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
    // Op 3 is the longest read: it shows that 2 is the last that is known.
    expect(found).toMatchObject({ positions: [3, 6, 8], key: "x" });
    expect(found.cycle?.steps).toEqual([
      { kind: "realtime", from: 6, to: 8, why: expect.any(String) },
      { kind: "rw", key: "x", from: 8, to: 6, why: expect.any(String) },
    ]);
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

  it("names the claim that orders two versions, and who shows it", () => {
    const wfr = registers(["0: wx1", "1: rx1 wx2", "2: rx2", "3: rx1"], { wfrKeys: true });
    expect(wfr.text).toContain(
      'T2 read 1 of key "x" and T1 wrote 2, which comes later: op 3 (process 1) read the one and wrote the other',
    );
    expect(wfr).toMatchObject({ positions: [1, 3, 7], key: "x" });
    const session = registers(["0: wx1", "0: wx2", "2( rx2", "3( rx1 ry_", "2)", "3)", "4: wy1", "5: ry1 rx2"], {
      sequentialKeys: true,
    });
    expect(session.text).toContain(
      "which comes later: op 1 (process 0) and then op 3 (process 0) of one process met them",
    );
    const linear = registers(["0: wx1", "2( rx1 ry1", "1: wx2 wy1", "2)"], { linearizableKeys: true });
    expect(linear.text).toContain(
      "which comes later: op 1 (process 0) was done with the one before op 4 (process 1) began and met the other",
    );
  });

  it("tells of versions that go round in a circle", () => {
    const found = registers(["0: wx1", "1: wx2", "2: rx2", "3: rx1"], { linearizableKeys: true });
    expect(found.text).toContain('By linearizable-keys, the versions 1, 2 of key "x" each come before the others');
    expect(found).toMatchObject({ positions: [1, 3, 5, 7], key: "x" });
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
  expect(only(verdict).text).toContain("of one process met them");
  const [witness] = verdict.witnesses ?? [];
  expect(checkRwRegister(historyOf(witness?.ops ?? []), { sequentialKeys: true }).found).toEqual(["G0-realtime"]);
  const claimed = checkRwRegister(historyOf(ops), { wfrKeys: true });
  expect(only(claimed).text).toContain("read the one and wrote the other");
});
