/** Which side of a cut is a node on, and which fault explains a moment? */
import { describe, expect, it } from "vitest";
import type { FaultWindow } from "../src/core/fault.js";
import { describeMoment, type Moment, Moments } from "./moment.js";
import { byName, nodesOf, sidesOf } from "./sides.js";

const FIVE = ["n1", "n2", "n3", "n4", "n5"];

const window = (more: Partial<FaultWindow>): FaultWindow => ({
  kind: "partition",
  targets: [],
  beginNs: 0,
  biteNs: 0,
  endNs: -1,
  healedNs: -1,
  proved: true,
  healProved: true,
  ...more,
});

const minorityOf = (cut: FaultWindow, nodes = FIVE): string[] =>
  [...sidesOf(cut, nodes).side].filter(([, side]) => side === "minority").map(([node]) => node);

describe("sides", () => {
  it("a split has a minority and a majority, judged as wholes, whether told by grudge, sides or targets", () => {
    const sides = [
      ["n4", "n5"],
      ["n1", "n2", "n3"],
    ];
    const grudge = {
      n1: ["n4", "n5"],
      n2: ["n4", "n5"],
      n3: ["n4", "n5"],
      n4: ["n1", "n2", "n3"],
      n5: ["n1", "n2", "n3"],
    };
    for (const cut of [window({ sides, grudge }), window({ sides }), window({ targets: ["n4", "n5"] })]) {
      expect(minorityOf(cut)).toEqual(["n4", "n5"]);
      expect(sidesOf(cut, FIVE)).toMatchObject({ symmetric: true, groups: sides });
    }
  });

  it("a link that is cut one way only is cut; each node is judged by itself", () => {
    const cut = window({
      oneWay: true,
      sides: [["n1"], ["n2", "n3", "n4", "n5"]],
      grudge: { n1: ["n2", "n3", "n4", "n5"] },
    });
    expect(minorityOf(cut)).toEqual(["n1"]);
    expect(sidesOf(cut, FIVE)).toMatchObject({ symmetric: false, groups: FIVE.map((node) => [node]) });
    const mute = window({ oneWay: true, grudge: { n2: ["n1"], n3: ["n1"], n4: ["n1"], n5: ["n1"] } });
    expect(minorityOf(mute)).toEqual(["n1"]);
  });

  it("under a bridge and in a ring everybody keeps a majority; in an even split nobody does", () => {
    const bridge = window({ grudge: { n1: ["n4", "n5"], n2: ["n4", "n5"], n4: ["n1", "n2"], n5: ["n1", "n2"] } });
    expect(minorityOf(bridge)).toEqual([]);
    const four = ["n1", "n2", "n3", "n4"];
    const half = window({
      sides: [
        ["n1", "n2"],
        ["n3", "n4"],
      ],
    });
    expect(minorityOf(half, four)).toEqual(four);
  });

  it("nodes are those the run knows, else those the history names, counted as people count", () => {
    expect(nodesOf([], ["n2"], ["a", "b"])).toEqual(["a", "b"]);
    expect(nodesOf([window({ targets: ["n10"], grudge: { n3: ["n1"] } })], ["n2"], undefined)).toEqual([
      "n1",
      "n2",
      "n3",
      "n10",
    ]);
    expect(["b", "a", "n2", "n10"].sort(byName)).toEqual(["a", "b", "n2", "n10"]);
  });
});

describe("moments", () => {
  const ms = (from: number, to: number, more: Partial<FaultWindow> = {}): FaultWindow =>
    window({ beginNs: from * 1e6, endNs: to * 1e6 - 1e6, healedNs: to * 1e6, sides: [["n1"], ["n2", "n3"]], ...more });
  const at = (windows: readonly FaultWindow[], time: number, node = "n1"): Moment | undefined =>
    new Moments(windows, ["n1", "n2", "n3"]).at(time * 1e6, node);

  it("belong to the fault that covers them, with the side of the node", () => {
    expect(at([ms(100, 200)], 150)).toEqual({
      fault: 0,
      kind: "partition",
      relation: "during",
      offsetMs: 50,
      side: "minority",
    });
    expect(at([ms(100, 200)], 150, "n3")).toMatchObject({ side: "majority" });
    // Until it was proved over, not only until healing began.
    expect(at([ms(100, 200)], 199.5)).toMatchObject({ relation: "during" });
    expect(at([window({ beginNs: 100e6 })], 900)).toMatchObject({ relation: "during", offsetMs: 800 });
  });

  it("belong to a partition rather than to another fault at the same time, else to the later one", () => {
    const pause = ms(120, 300, { kind: "pause" });
    expect(at([ms(100, 200), pause], 150)).toMatchObject({ fault: 0 });
    expect(at([pause, ms(130, 200)], 150)).toMatchObject({ fault: 1 });
    expect(at([ms(100, 400, { kind: "kill" }), pause], 150)).toMatchObject({ fault: 1, kind: "pause" });
  });

  it("between faults belong to the nearer one", () => {
    const two = [ms(100, 200), ms(1000, 1100)];
    expect(at(two, 300)).toMatchObject({ fault: 0, relation: "after", offsetMs: 100 });
    expect(at(two, 990)).toMatchObject({ fault: 1, relation: "before", offsetMs: 10 });
    expect(at(two, 50)).toMatchObject({ fault: 0, relation: "before", offsetMs: 50 });
    expect(at(two, 5000)).toMatchObject({ fault: 1, relation: "after", offsetMs: 3900 });
    expect(at([], 50)).toBeUndefined();
  });

  it("are told in words", () => {
    const [one] = [at([ms(100, 200, { shape: "primaries" })], 150)] as [Moment];
    expect(describeMoment(one)).toBe("50 ms after the partition (primaries) began, on the minority side");
    expect(describeMoment({ ...one, relation: "before" })).toBe("50 ms before the partition (primaries) began");
    expect(describeMoment({ ...one, relation: "after" })).toBe("50 ms after the partition (primaries) was over");
  });
});
