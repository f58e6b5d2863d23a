/** What a comparison makes of runs: classes, sums, ranking, words. Runs are made by code and judged by the real checkers. */
import { describe, expect, it } from "vitest";
import { testAssets } from "../testing/assets.js";
import { fourSystems, hostileComparison, madeComparison, madeRun, madeSystem } from "../testing/compared.js";
import { ATTACKS } from "../testing/hostile.js";
import { runResults, testSpec } from "../testing/samples.js";
import { renderMarkdown } from "./markdown.js";
import type { ComparedRun, ComparedSystem } from "./model.js";
import { observe } from "./observe.js";
import { renderComparison } from "./page.js";
import { rank } from "./rank.js";
import { cleanBound, greenMeans, headline, notes } from "./words.js";

const EQUAL = { consistency: 1, availability: 1, latency: 1 };

describe("observing runs", () => {
  it("tells CP-like, neither and AP-like apart, with what was lost and who was served", async () => {
    const [steady, forgetful, answering] = [
      await madeRun("refuses"),
      await madeRun("forgets"),
      await madeRun("answers"),
    ];
    expect(steady).toMatchObject({
      valid: true,
      consistent: true,
      consistency: "linearizable",
      class: "CP-like",
      lost: 0,
    });
    expect(steady.minorityYield).toBe(0);
    expect(steady.majorityYield).toBe(1);
    expect(steady.violations).toEqual([]);
    expect(forgetful).toMatchObject({
      valid: false,
      consistent: false,
      consistency: "not linearizable",
      class: "neither",
    });
    expect(forgetful.lost).toBeGreaterThan(0);
    expect(forgetful.failoverMs).toBeGreaterThan(1000);
    expect(forgetful.violations.map(({ checker }) => checker)).toEqual(["linearizable", "lost-writes"]);
    expect(forgetful.violations[1]?.text).toMatch(/acknowledged by n1/);
    expect(answering).toMatchObject({ class: "AP-like", consistent: false });
    expect(answering.minorityYield).toBe(1);
    for (const { bite } of [steady, forgetful, answering]) expect(bite).toMatchObject({ applied: 2, proved: 2 });
  });

  it("shows in time who answered on which side", async () => {
    const { majority, minority, faults, sliceMs } = (await madeRun("refuses")).timeline;
    const cut = faults[0] as (typeof faults)[number];
    const [from, until] = [Math.ceil(cut.beginMs / sliceMs), Math.floor(cut.endMs / sliceMs)];
    const sum = (list: readonly number[], a: number, b: number): number => list.slice(a, b).reduce((x, y) => x + y, 0);
    expect(sum(minority.tried, 0, from - 1)).toBe(0);
    expect(sum(minority.tried, from, until)).toBeGreaterThan(20);
    expect(sum(minority.answered, from, until)).toBe(0);
    expect(sum(majority.answered, from, until)).toBe(sum(majority.tried, from, until));
  });

  it("does not take what nobody could look at for good news", () => {
    const spec = testSpec({ system: "x" });
    const verdict = { valid: "unknown", summary: "no quiet final read succeeded" } as const;
    const checkers = { "lost-writes": { ...verdict, acknowledged: 40, lost: 0, lostFraction: 0 } };
    const timeline = { sliceMs: 250, durationMs: 0, majority: NONE, minority: NONE, faults: [] };
    const results = runResults(spec, [], { valid: "unknown", checkers });
    const run = observe({ run: 1, spec, results, timeline, report: "" });
    expect(run).toMatchObject({
      lost: null,
      lostFraction: null,
      acknowledged: 40,
      consistent: "unknown",
      class: "unknown",
    });
    expect(run.consistency).toBe("not known");
    expect(madeSystem("x", [run])).toMatchObject({ lost: null, class: "unknown", valid: "unknown" });
  });

  it("reads the verdicts of those who measure levels and staleness, where there are any", async () => {
    const spec = testSpec({ system: "x" });
    const base = await madeRun("answers");
    const checkers = {
      linearizable: { valid: false, summary: "no" },
      levels: { valid: true, summary: "", level: "causal" },
      staleness: { valid: true, summary: "", staleReads: 12 },
    } as const;
    const results = runResults(spec, [], { valid: false, checkers });
    const run = observe({ run: 1, spec, results, timeline: base.timeline, report: "" });
    expect(run).toMatchObject({ consistency: "not linearizable; causal", stale: 12, consistent: false });
  });
});

const NONE = { tried: [], answered: [] };

describe("summing runs up", () => {
  it("takes the worst of each figure, and adds what was lost", async () => {
    const runs = [await madeRun("forgets"), await madeRun("forgets", 2, 8)];
    const system = madeSystem("forgetful", runs);
    expect(system.lost).toBe((runs[0]?.lost ?? 0) + (runs[1]?.lost ?? 0));
    expect(system.acknowledged).toBe((runs[0]?.acknowledged ?? 0) + (runs[1]?.acknowledged ?? 0));
    expect(system.p99Ms).toBe(Math.max(...runs.map((run) => run.p99Ms ?? 0)));
    expect(system.majorityYield).toBe(Math.min(...runs.map((run) => run.majorityYield ?? 1)));
    expect(system.violations.length).toBe(2);
    expect(system.class).toBe("neither");
  });

  it("calls no system CP-like that was inconsistent in another run, nor one whose runs disagree", async () => {
    const steady = await madeRun("refuses");
    const answering = await madeRun("answers", 2);
    const blind: ComparedRun = { ...answering, class: "unknown" };
    expect(madeSystem("x", [steady, { ...steady, run: 2, class: "unknown" }]).class).toBe("CP-like");
    expect(madeSystem("x", [steady, blind])).toMatchObject({
      class: "neither",
      valid: false,
      consistency: "not linearizable",
    });
    expect(madeSystem("x", [steady, answering]).class).toBe("neither");
    expect(madeSystem("x", [blind]).class).toBe("unknown");
  });

  it("does not say that nothing was lost where one run could not look", async () => {
    const steady = await madeRun("refuses");
    const blind: ComparedRun = { ...steady, run: 2, lost: null, lostFraction: null };
    expect(madeSystem("x", [steady, blind]).lost).toBeNull();
    const forgetful = await madeRun("forgets");
    expect(madeSystem("x", [forgetful, blind])).toMatchObject({
      lost: forgetful.lost,
      lostFraction: forgetful.lostFraction,
    });
  });
});

describe("the decision matrix", () => {
  it("puts first what its reader prefers", async () => {
    const { systems } = await fourSystems();
    const first = (weights: Partial<typeof EQUAL>): string | undefined =>
      rank(systems, { consistency: 0, availability: 0, latency: 0, ...weights }).order[0]?.system;
    expect(first({ consistency: 3, availability: 1 })).toBe("steady");
    expect(first({ availability: 1 })).toBe("answering");
  });

  it("never ranks a system that lost data as the most consistent, not even alone", async () => {
    const { systems } = await fourSystems();
    expect(rank(systems, EQUAL).mostConsistent).toEqual(["steady"]);
    const losers = systems.filter(({ lost }) => (lost ?? 0) > 0);
    expect(losers.length).toBeGreaterThan(0);
    expect(rank(losers, EQUAL).mostConsistent).toEqual([]);
    for (const { consistency } of rank(losers, EQUAL).order) expect(consistency.score).toBeLessThanOrEqual(0.25);
    // Any loss is worse than any violation that lost nothing, and than nothing at all but proof.
    const weak = { ...(systems[2] as ComparedSystem), lost: 0, lostFraction: 0, consistency: "not linearizable; none" };
    expect(rank([weak], EQUAL).order[0]?.consistency.score).toBeGreaterThan(0.25);
    const unproved = { ...(systems[0] as ComparedSystem), consistent: "unknown" as const };
    expect(rank([unproved], EQUAL)).toMatchObject({ mostConsistent: [] });
  });

  it("keeps everybody's score and order when a system is added, in whatever order they come", async () => {
    const { systems } = await fourSystems();
    const weights = { consistency: 2, availability: 1, latency: 1 };
    const all = rank(systems, weights).order;
    expect(all.map(({ system }) => system)).not.toContain("absent");
    expect(rank([...systems].reverse(), weights).order).toEqual(all);
    for (const { system } of systems) {
      const fewer = rank(
        systems.filter((one) => one.system !== system),
        weights,
      ).order;
      expect(fewer.map((one) => [one.system, one.score])).toEqual(
        all.filter((one) => one.system !== system).map((one) => [one.system, one.score]),
      );
    }
  });
});

describe("words", () => {
  it("bounds what clean runs prove", () => {
    expect(cleanBound(1)).toBeCloseTo(0.95, 12);
    expect(cleanBound(3)).toBeCloseTo(0.6315968501359612, 12);
    expect(cleanBound(59)).toBeLessThan(0.05);
    // (1 - p)^n = 5 %
    for (const n of [1, 2, 10, 100]) expect((1 - cleanBound(n)) ** n).toBeCloseTo(0.05, 10);
  });

  it("says in a sentence who kept what, and what green means", async () => {
    const comparison = await fourSystems();
    expect(headline(comparison)).toBe(
      "steady stayed consistent; forgetful and answering lost acknowledged writes; absent did not run.",
    );
    expect(greenMeans(comparison).join(" ")).toMatch(/not found in 2 runs.*steady.*77\.6 %.*0\.05\^\(1\/2\)/);
    expect(notes(comparison).join(" ")).toMatch(/answering had fewer than 2 runs/);
    const red = madeComparison([madeSystem("forgetful", [await madeRun("forgets")])]);
    expect(greenMeans(red).join(" ")).toMatch(/Nothing here is green/);
  });
});

describe("Markdown", () => {
  it("is a table with a row a system, and links to the runs", async () => {
    const text = renderMarkdown(await fourSystems());
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    for (const row of rows.slice(0, 5)) expect(row.split(/(?<!\\)\|/).length).toBe(14);
    expect(text).toContain("[run 2](../../refuses-register-partition/run%202/report.html)");
    expect(text).toMatch(/\| absent \| not run: absent needs Docker/);
  });

  it("lets nothing that a system says become markup", async () => {
    const text = renderMarkdown(await hostileComparison());
    const outside = text.replace(/```sh[\s\S]*?```/, "");
    expect(outside).not.toMatch(/(?<!\\)</);
    const rows = outside.split("\n").filter((line) => line.startsWith("| "));
    expect(rows[0]?.split(/(?<!\\)\|/).length).toBe(14);
    for (const row of rows.slice(1, ATTACKS.length + 1)) expect(row.split(/(?<!\\)\|/).length).toBe(14);
  });
});

describe("the page", () => {
  it("names every system, its class, its witness and its report, and comes out the same each time", async () => {
    const comparison = await fourSystems();
    const assets = await testAssets("compare");
    const page = await renderComparison(comparison, assets);
    for (const text of ["steady", "forgetful", "answering", "absent", "CP-like", "AP-like", "neither"])
      expect(page.includes(text), text).toBe(true);
    expect(page.includes('href="../../forgets-register-partition/run%201/report.html"')).toBe(true);
    expect(page.includes("acknowledged by n1")).toBe(true);
    expect((await renderComparison(comparison, assets)) === page).toBe(true);
    expect(page.length).toBeLessThan(400_000);
  });
});
