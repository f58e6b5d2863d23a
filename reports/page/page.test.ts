/** The arithmetic behind the timeline: ranges, lanes, filters, and what is under the pointer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../src/history/index.js";
import { pageData } from "../pack.js";
import { survey } from "../survey.js";
import { Recorder } from "../testing/recorder.js";
import { applyFilter, type Filter, SHOW_ALL } from "./filter.js";
import { AXIS, type Frame, xOf } from "./geometry.js";
import { rowAfter, rowAt } from "./hit.js";
import { lanesOf } from "./lanes.js";
import { type Model, modelOf } from "./model.js";
import { around, clamp, pan, ticks, timeLabel, zoom } from "./range.js";

function model(concurrency: number): Model {
  const recorder = new Recorder();
  recorder.call({ process: 0, node: "n1", ms: 10, tookMs: 5 }, { f: "write", key: "a", value: 1 });
  recorder.call({ process: 1, node: "n2", ms: 12, tookMs: 5 }, { f: "read", key: "a", result: 1 });
  recorder.call({ process: 0, node: "n1", ms: 20, tookMs: 5 }, { f: "write", key: "b", value: 2 }, "info", "timeout");
  recorder.call({ process: 2, node: "n1", ms: 30, tookMs: 5 }, { f: "write", key: "b", value: 3 }, "fail", "no leader");
  recorder.call({ process: 1, node: "n2", ms: 40, tookMs: 5 }, { f: "read", key: "b", result: 2 });
  return modelOf(pageData(survey(historyOf(recorder.history())), [], { nodes: [], concurrency }));
}

const frame: Frame = { width: 1000, height: 400, laneHeight: 20 };

describe("range", () => {
  it("stays inside the run, whatever is asked of it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e9 }),
        fc.double({ min: 0.001, max: 1000, noNaN: true }),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        (end, factor, by) => {
          const start = { from: 0, to: end };
          for (const range of [
            zoom(start, factor, end / 3, end),
            pan(start, by, end),
            clamp({ from: by, to: by + 5 }, end),
            around(end / 3, end / 2, end),
          ]) {
            expect(range.from).toBeGreaterThanOrEqual(0);
            expect(range.to).toBeLessThanOrEqual(end * (1 + 1e-12));
            expect(range.to).toBeGreaterThan(range.from);
          }
        },
      ),
    );
  });

  it("zooms about a point that stays where it is", () => {
    const range = zoom({ from: 0, to: 1000 }, 0.5, 250, 1000);
    expect(range).toEqual({ from: 125, to: 625 });
    expect((250 - range.from) / (range.to - range.from)).toBeCloseTo(0.25);
  });

  it("has round ticks with labels that tell them apart", () => {
    const { times, step } = ticks({ from: 12_340_000, to: 12_350_000 }, 5);
    expect(times).toEqual([12_340_000, 12_342_000, 12_344_000, 12_346_000, 12_348_000, 12_350_000]);
    expect(times.map((us) => timeLabel(us, step))[1]).toBe("12.342 s");
  });
});

describe("lanes", () => {
  const every = (of: Model) => new Uint8Array(of.count).fill(1);

  it("puts a retired process and its successor into one lane", () => {
    const of = model(2);
    expect(lanesOf(of, "clients", every(of)).map(({ label, rows }) => [label, [...rows]])).toEqual([
      ["client 0 n1", [0, 2, 3]],
      ["client 1 n2", [1, 4]],
    ]);
  });

  it("packs processes whose lives do not overlap where the number of clients is not known", () => {
    const of = model(0);
    const lanes = lanesOf(of, "clients", every(of));
    expect(lanes).toHaveLength(2);
    expect(lanes.flatMap(({ rows }) => [...rows]).sort()).toEqual([0, 1, 2, 3, 4]);
    // Nobody knows that process 2 was the client of process 0.
    expect(lanes.map(({ label }) => label)).toEqual(["p0, p2", "p1 n2"]);
  });

  it("groups by node", () => {
    const of = model(2);
    expect(lanesOf(of, "nodes", every(of)).map(({ group, rows }) => [group, rows.length])).toEqual([
      ["n1", 3],
      ["n2", 2],
    ]);
  });
});

describe("filter", () => {
  const rows = (part: Partial<Filter>): number[] => {
    const { mask, count } = applyFilter(model(2), { ...SHOW_ALL, ...part });
    const kept = [...mask].flatMap((on, row) => (on === 1 ? [row] : []));
    expect(kept).toHaveLength(count);
    return kept;
  };

  it("shows what matches all that was asked", () => {
    expect(rows({})).toEqual([0, 1, 2, 3, 4]);
    expect(rows({ f: "read" })).toEqual([1, 4]);
    expect(rows({ key: "b", f: "write" })).toEqual([2, 3]);
    expect(rows({ node: "n2" })).toEqual([1, 4]);
    expect(rows({ process: "2" })).toEqual([3]);
    expect(rows({ ok: false })).toEqual([2, 3]);
    expect(rows({ ok: false, info: false })).toEqual([3]);
    expect(rows({ text: "LEADER" })).toEqual([3]);
    expect(rows({ text: "→ 2" })).toEqual([4]);
    expect(rows({ witnessOnly: true })).toEqual([]);
  });
});

describe("what is under the pointer", () => {
  const of = model(2);
  const lanes = lanesOf(of, "clients", new Uint8Array(of.count).fill(1));
  const range = { from: 0, to: 50_000 };

  it("finds the op of a bar, and nothing between bars", () => {
    const middle = (row: number) =>
      (xOf(of.start[row] as number, range, frame.width) + xOf(of.end[row] as number, range, frame.width)) / 2;
    expect(rowAt(of, lanes, range, frame, middle(0), AXIS + 10)).toBe(0);
    expect(rowAt(of, lanes, range, frame, middle(1), AXIS + 30)).toBe(1);
    expect(rowAt(of, lanes, range, frame, middle(0), AXIS + 30)).not.toBe(0);
    expect(rowAt(of, lanes, range, frame, 90, AXIS + 10)).toBe(-1);
    expect(rowAt(of, lanes, range, frame, middle(0), 3)).toBe(-1);
    expect(rowAt(of, lanes, range, frame, middle(0), 390)).toBe(-1);
  });

  it("goes from op to op by arrow keys, and stays at the ends", () => {
    expect(rowAfter(of, lanes, -1, "right", range)).toBe(0);
    expect(rowAfter(of, lanes, 0, "right", range)).toBe(2);
    expect(rowAfter(of, lanes, 2, "left", range)).toBe(0);
    expect(rowAfter(of, lanes, 0, "left", range)).toBe(0);
    expect(rowAfter(of, lanes, 0, "down", range)).toBe(1);
    expect(rowAfter(of, lanes, 4, "up", range)).toBe(3);
    expect(rowAfter(of, lanes, 1, "down", range)).toBe(1);
  });
});
