/** Availability on made-up systems whose class is known: quorum systems, sloppy ones, Redis-like ones, and runs that show nothing. */
import { describe, expect, it } from "vitest";
import type { Valid, Verdict } from "../src/core/checker.js";
import type { NodeId, Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { type AvailabilityVerdict, availabilityChecker } from "./availability.js";
import { compose } from "./compose.js";
import { type Ask, cut, type Fault, FIVE, opsOf, type Reply, type Scenario } from "./testing/scenario.js";

const fast: Reply = { type: "ok", latencyMs: 3 };
const refused: Reply = { type: "fail", latencyMs: 2, error: "no leader" };
const timedOut: Reply = { type: "info", latencyMs: 1000, error: "timeout" };

async function judge(
  scenario: Scenario,
  consistent: Valid = true,
  finalMs?: number,
  ops = opsOf(scenario),
): Promise<AvailabilityVerdict> {
  const other: Verdict = { valid: consistent, summary: "as told" };
  const composed = compose([availabilityChecker(), { name: "linearizable", check: () => other }]);
  const final = finalMs === undefined ? {} : { finalNs: finalMs * 1e6 };
  const { checkers } = await composed.check(historyOf(ops), { nodes: scenario.nodes, ...final });
  return checkers.availability as AvailabilityVerdict;
}

/** A system by its behaviour during cuts; everything else is answered at once. */
function run(
  faults: readonly Fault[],
  reply: (ask: Ask, sinceMs: number) => Reply,
  more: Partial<Scenario> = {},
): Scenario {
  return {
    nodes: FIVE,
    durationMs: 30_000,
    faults,
    ...more,
    reply: (ask) => {
      const fault = faults.find(
        ({ kind = "partition", beginMs, endMs }) =>
          kind === "partition" && ask.atMs >= beginMs && ask.atMs < (endMs ?? Number.POSITIVE_INFINITY),
      );
      return fault === undefined ? fast : reply(ask, ask.atMs - fault.beginMs);
    },
  };
}

const oneCut = [cut(["n1", "n2"], 10_000, 20_000)];
const isMinority = ({ node }: Ask): boolean => node === "n1" || node === "n2";
const quorum = (ask: Ask, since: number): Reply => (isMinority(ask) ? timedOut : since < 1800 ? refused : fast);

describe("the class", () => {
  it("is CP-like for a quorum system: consistent, majority served after fail-over, minority refused", async () => {
    const found = await judge(run(oneCut, quorum));
    expect(found).toMatchObject({ class: "CP-like", valid: true, consistent: true });
    expect(found.failoverMs).toBeGreaterThanOrEqual(1500);
    expect(found.failoverMs).toBeLessThanOrEqual(1900);
    expect(found.cuts).toMatchObject([{ judged: true, minority: ["n1", "n2"], refusedAfterMs: 0 }]);
    expect(await judge(run(oneCut, quorum), "unknown")).toMatchObject({ class: "unknown", consistent: "unknown" });
    expect((await judge(run(oneCut, quorum), false)).class).toBe("neither");
  });

  it("is AP-like when both sides are served throughout, consistent or not", async () => {
    const sloppy = run(oneCut, () => fast);
    for (const consistent of [true, false, "unknown"] as const) {
      expect((await judge(sloppy, consistent)).class).toBe("AP-like");
    }
    // A grace is allowed, and shown.
    const slow = await judge(run(oneCut, (ask, since) => (isMinority(ask) && since < 2000 ? refused : fast)));
    expect(slow.class).toBe("AP-like");
  });

  it("is not AP-like when one of several cuts stopped a side, or one node of a side", async () => {
    const two = [cut(["n1", "n2"], 5000, 10_000), cut(["n1", "n2"], 15_000, 20_000)];
    const once = run(two, (ask) => (isMinority(ask) && ask.atMs > 12_000 ? refused : fast));
    expect((await judge(once, false)).class).toBe("neither");
    const oneNode = run(oneCut, ({ node }) => (node === "n2" ? refused : fast));
    expect((await judge(oneNode, false)).class).toBe("neither");
  });

  it("is neither for an inconsistent system whose minority acknowledges for a while and then refuses", async () => {
    const redis = run(oneCut, (ask, since) => (isMinority(ask) === since < 2700 ? fast : refused));
    const found = await judge(redis, false);
    expect(found.class).toBe("neither");
    expect(found.reason).toContain("not consistent");
    expect(found.reason).toContain("refused");
    expect(found.cuts).toMatchObject([{ refusedAfterMs: 2700, failoverMs: 2700 }]);
    // The same behaviour, consistent: it refused where it had to.
    expect((await judge(redis, true)).class).toBe("CP-like");
  });

  it("is neither when reads are AP-like and writes CP-like", async () => {
    for (const reply of [refused, timedOut]) {
      const found = await judge(run(oneCut, (ask) => (isMinority(ask) && ask.f === "write" ? reply : fast)));
      expect(found.kinds.read?.class).toBe("AP-like");
      expect(found.kinds.write?.class).toBe("CP-like");
      expect(found.class).toBe("neither");
    }
  });

  it("is neither when nobody is served in a long cut, unknown when the cut was too short for a fail-over", async () => {
    expect((await judge(run([cut(["n1"], 5000, 20_000)], () => refused))).class).toBe("neither");
    const short = await judge(run([cut(["n1"], 5000, 10_000)], () => refused));
    expect(short.class).toBe("unknown");
    expect(short.reason).toContain("no cut was long enough");
  });

  it("is not CP-like when the minority goes on answering", async () => {
    const leaky = run(oneCut, (ask) => (isMinority(ask) && ask.n % 3 === 0 ? refused : fast));
    expect((await judge(leaky, true)).class).toBe("neither");
  });

  it("takes an answer that straggles in after healing for no service during the cut", async () => {
    // In the last second of the cut each op at the minority waits for the heal, and is answered just after it.
    const waiting = run(oneCut, (ask, since) =>
      isMinority(ask) ? (since < 9000 ? timedOut : { type: "ok", latencyMs: 10_000 - since + 5 }) : fast,
    );
    expect((await judge(waiting)).class).toBe("CP-like");
    // The same where clients are more patient: each op waits for the heal, however long.
    const patient = run(oneCut, (ask, since) =>
      isMinority(ask) ? { type: "ok", latencyMs: 10_000 - since + 5 } : fast,
    );
    expect((await judge(patient)).class).toBe("CP-like");
  });

  it("is not drawn from consistency that nobody judged", async () => {
    const composed = await compose([availabilityChecker()]).check(historyOf(opsOf(run(oneCut, quorum))), {});
    expect(composed.checkers.availability).toMatchObject({ class: "unknown", consistent: "unknown" });
  });

  it("takes a definite answer for service: a compare-and-set that does not match, a lock that is held", async () => {
    const cas = run(oneCut, () => ({ type: "fail", latencyMs: 3, error: "mismatch" }), { fs: ["cas"] });
    const found = await judge(cas);
    expect(found.class).toBe("AP-like");
    expect(found.table.find(({ phase }) => phase === "during")).toMatchObject({ ok: 0, fail: 0, yield: 1 });
  });
});

/** A ring of five: every node sees its two neighbours, which makes three of five. */
const ring: Fault = {
  shape: "majorities-ring",
  targets: FIVE,
  beginMs: 5000,
  endMs: 17_000,
  grudge: { n1: ["n3", "n4"], n2: ["n4", "n5"], n3: ["n5", "n1"], n4: ["n1", "n2"], n5: ["n2", "n3"] },
};

describe("cuts that are judged node by node", () => {
  it("in a ring nobody is cut off: served somewhere and consistent is CP-like, everywhere tells nothing", async () => {
    const some = await judge(run([ring], ({ node }) => (node === "n4" || node === "n5" ? refused : fast)));
    expect(some).toMatchObject({ class: "CP-like", cuts: [{ minority: [] }] });
    const everywhere = await judge(run([ring], () => fast));
    expect(everywhere.class).toBe("unknown");
    expect(everywhere.reason).toContain("every node could reach a majority");
    expect(
      (
        await judge(
          run([ring], () => fast),
          false,
        )
      ).class,
    ).toBe("AP-like");
    expect((await judge(run([ring], () => refused))).class).toBe("neither");
  });

  it("a ring beside a real cut takes nothing from what the cut shows", async () => {
    const both = [{ ...ring, endMs: 10_000 }, ...[cut(["n1", "n2"], 15_000, 25_000)]];
    const found = await judge(run(both, (ask) => (ask.atMs > 12_000 && isMinority(ask) ? refused : fast)));
    expect(found.class).toBe("CP-like");
  });

  it("a ring says nothing of a minority that could not be asked in the cut beside it", async () => {
    const dead: Fault = { kind: "kill", targets: ["n1", "n2"], beginMs: 14_000, endMs: 26_000 };
    const faults = [{ ...ring, endMs: 10_000 }, cut(["n1", "n2"], 15_000, 25_000), dead];
    expect(
      (
        await judge(
          run(faults, () => fast),
          false,
        )
      ).class,
    ).toBe("unknown");
  });

  it("one-way: a node that hears nobody is a minority of its own", async () => {
    const deaf: Fault = {
      shape: "one",
      oneWay: true,
      targets: ["n1"],
      sides: [["n1"], ["n2", "n3", "n4", "n5"]],
      grudge: { n1: ["n2", "n3", "n4", "n5"] },
      beginMs: 5000,
      endMs: 15_000,
    };
    const found = await judge(run([deaf], ({ node }) => (node === "n1" ? refused : fast)));
    expect(found).toMatchObject({ class: "CP-like", cuts: [{ minority: ["n1"], oneWay: true }] });
    expect(
      (
        await judge(
          run([deaf], () => fast),
          false,
        )
      ).class,
    ).toBe("AP-like");
  });

  it("in an even split no side has a majority, so one may serve", async () => {
    const nodes = ["n1", "n2", "n3", "n4", "n5", "n6"];
    const left = ["n1", "n2", "n3"];
    const half = [cut(left, 5000, 17_000, nodes)];
    const serving = (which: readonly NodeId[]): Scenario =>
      run(half, ({ node }) => (which.includes(node) ? fast : refused), { nodes });
    expect((await judge(serving(left))).class).toBe("CP-like");
    expect((await judge(serving([]))).class).toBe("CP-like");
    expect((await judge(serving(nodes))).class).toBe("AP-like");
    expect((await judge(serving(left), false)).class).toBe("neither");
  });
});

describe("what cannot be judged", () => {
  it("no partition: class unknown, yet the checker is content", async () => {
    for (const faults of [[], [{ kind: "kill" as const, targets: ["n1"], beginMs: 5000, endMs: 9000 }]]) {
      const found = await judge(run(faults, () => fast));
      expect(found).toMatchObject({ valid: true, class: "unknown", reason: "no partition in this run", cuts: [] });
      expect(found.table.every(({ side, phase }) => side === "all" && phase === "before")).toBe(true);
      expect(found.minorityYield).toBeNull();
    }
  });

  it("no op at all, no op during the cut, or no proof of it: unknown", async () => {
    expect(await judge(run([], () => fast, { durationMs: 0 }))).toMatchObject({ valid: "unknown" });
    const late = [cut(["n1"], 40_000, 50_000)];
    expect(
      await judge(
        run(late, () => fast),
        true,
        60_000,
      ),
    ).toMatchObject({ valid: "unknown", class: "unknown" });
    const unproved = await judge(run([{ ...(oneCut[0] as Fault), proved: false }], quorum));
    expect(unproved).toMatchObject({ valid: "unknown", class: "unknown", reason: "no cut was proved to bite" });
  });

  it("an unproved cut beside a proved one does not count", async () => {
    const faults = [{ ...cut(["n1", "n2"], 2000, 8000), proved: false }, ...oneCut];
    const found = await judge(run(faults, (ask, since) => (ask.atMs < 9000 ? refused : quorum(ask, since))));
    expect(found).toMatchObject({ valid: true, class: "CP-like" });
    expect(found.cuts.map(({ judged }) => judged)).toEqual([false, true]);
  });

  it("a cut shorter than failure detectors take makes nobody AP-like", async () => {
    const found = await judge(run([cut(["n1", "n2"], 10_000, 12_500)], () => fast));
    expect(found).toMatchObject({ valid: true, class: "unknown" });
    expect(found.reason).toContain("less than 3 s");
  });

  it("a side nobody asked leaves the class open", async () => {
    const three = run(oneCut, () => fast);
    // Clients at n1 … n3 only; the minority is n4, n5.
    const blind = run([cut(["n4", "n5"], 10_000, 20_000)], () => fast, { clients: 3 });
    expect((await judge(three)).class).toBe("AP-like");
    const found = await judge(blind);
    expect(found.class).toBe("unknown");
    expect(found.reason).toContain("nothing was tried on the minority side");
  });

  it("a majority that another fault may have stopped is not held against the system", async () => {
    const kill: Fault = { kind: "kill", targets: ["n3"], beginMs: 9000, endMs: 19_000 };
    const stopped = (faults: readonly Fault[]): Scenario => run(faults, () => refused);
    expect((await judge(stopped(oneCut))).class).toBe("neither");
    expect((await judge(stopped([...oneCut, kill]))).class).toBe("unknown");
  });

  it("answers that came before the cut had bitten are no service of the minority", async () => {
    // Writes under way are answered 40 ms into a cut that takes 100 ms to bite. In the second cut nobody at n1 or n2 writes
    // again: those answers must not stand alone as "the minority answered 2 of 2 writes".
    const cuts = [cut(["n1", "n2"], 10_000, 14_500), cut(["n1", "n2"], 20_000, 24_500)];
    const scenario = run(
      cuts,
      (ask, since) => (!isMinority(ask) ? fast : since < 60 ? { ...fast, latencyMs: 30 } : timedOut),
      { everyMs: 60, clients: 10 },
    );
    const silenced = new Map<Op["process"], boolean>();
    const ops = opsOf(scenario).map((op) => {
      const late = op.time > 20_060e6 && op.time < 24_500e6 && (op.node === "n1" || op.node === "n2");
      if (op.type === "invoke") silenced.set(op.process, late && op.f === "write");
      return silenced.get(op.process) === true ? { ...op, f: "read", value: null } : op;
    });
    const found = await judge(scenario, true, undefined, ops);
    const write = found.evidence.find(({ f }) => f === "write");
    expect(write).toMatchObject({ minorityRefused: "yes", refusedAnswered: 0 });
    expect(found.class).toBe("CP-like");
  });

  it("a kind of op that hardly met the minority, unanswered, does not hide what the others show", async () => {
    const scenario = run(oneCut, (ask) => (isMinority(ask) ? timedOut : fast), {
      everyMs: 1000,
      clients: 10,
      fs: ["read", "cas"],
    });
    /** All but the first cas at n1 and n2 become reads; that one ends as told. */
    const rare = (type: "ok" | "info", consistent: Valid = true) => {
      const changed = new Map<Op["process"], "first" | "more">();
      let seen = 0;
      const ops = opsOf(scenario).map((op): Op => {
        const alone = op.time >= 10_000e6 && op.time < 20_000e6 && (op.node === "n1" || op.node === "n2");
        if (op.type === "invoke") {
          if (alone && op.f === "cas") changed.set(op.process, seen++ === 0 ? "first" : "more");
          else changed.delete(op.process);
        }
        const change = changed.get(op.process);
        if (change === "more") return { ...op, f: "read", value: null };
        return change === "first" && op.type !== "invoke" ? { ...op, type } : op;
      });
      expect(seen).toBeGreaterThan(1);
      return judge(scenario, consistent, undefined, ops);
    };
    const hidden = await rare("info");
    expect(hidden.kinds["cas"]?.class).toBe("unknown");
    expect(hidden).toMatchObject({ class: "CP-like", reason: expect.stringContaining("too little was seen of cas") });
    // Had it been answered, the class would be open; and without a verdict on consistency there is none.
    expect((await rare("ok")).class).not.toBe("CP-like");
    expect((await rare("info", "unknown")).class).toBe("unknown");
  });

  it("one client's time-out in a rare kind of op is no outage of that kind", async () => {
    // 2 s into the cut one client is stuck for 1.5 s in a cas; it would have asked mostly for something else meanwhile.
    let struck = false;
    const scenario = run(
      [cut(["n1", "n2"], 10_000, 15_000)],
      (ask, since) => {
        if (isMinority(ask) || since < 500) return refused;
        if (since < 2000 || struck || ask.f !== "cas") return fast;
        struck = true;
        return { ...timedOut, latencyMs: 1500 };
      },
      { clients: 20, everyMs: 100, fs: ["read", "read", "read", "read", "write", "write", "write", "cas"] },
    );
    const found = await judge(scenario);
    expect(struck).toBe(true);
    expect(found.class).toBe("CP-like");
    expect(found.failoverMs).toBeLessThanOrEqual(600);
  });

  it("ops at a killed node are nobody's refusal", async () => {
    // n3 is dead during the cut; the other majority nodes serve.
    const kill: Fault = { kind: "kill", targets: ["n3"], beginMs: 9000, endMs: 21_000 };
    const found = await judge(
      run([...oneCut, kill], (ask) => (isMinority(ask) || ask.node === "n3" ? refused : fast), { clients: 10 }),
    );
    expect(found.class).toBe("CP-like");
  });
});

describe("the numbers", () => {
  it("count what a stuck client could not issue", async () => {
    const found = await judge(run(oneCut, (ask) => (isMinority(ask) ? timedOut : fast)));
    const during = found.sides.filter(({ side, phase }) => side === "minority" && phase === "during");
    const issued = during.reduce((sum, row) => sum + row.issued, 0);
    const missing = during.reduce((sum, row) => sum + row.missing, 0);
    // 2 clients, stuck for 1 s each time in a cut of 10 s, would have asked every 50 ms: 20 asked, 19 more each.
    expect(issued).toBe(20);
    expect(missing).toBeGreaterThanOrEqual(20 * 18);
    expect(missing).toBeLessThanOrEqual(20 * 19);
    expect(found.minorityYield).toBe(0);
    expect(found.majorityYield).toBe(1);
  });

  it("take a client's pace from calm times, not from the outage itself", async () => {
    const slow: Reply = { type: "fail", latencyMs: 1000, error: "no leader" };
    const found = await judge(run([cut(["n1"], 5000, 25_000)], ({ node }) => (node === "n1" ? slow : fast)));
    const rows = found.table.filter(({ node, phase }) => node === "n1" && phase === "during");
    expect(rows.reduce((sum, { issued }) => sum + issued, 0)).toBe(20);
    expect(rows.reduce((sum, { missing }) => sum + missing, 0)).toBeGreaterThanOrEqual(20 * 18);
  });

  it("count an op that a cut surprised to the cut", async () => {
    const surprised: Scenario = {
      ...run(oneCut, () => fast),
      reply: ({ atMs }) => (atMs >= 9000 && atMs < 10_000 ? timedOut : fast),
    };
    const found = await judge(surprised);
    const info = (phase: string): number =>
      found.sides.reduce((sum, row) => sum + (row.phase === phase ? row.info : 0), 0);
    expect([info("before"), info("during"), info("after")]).toEqual([0, 5, 0]);
  });

  it("date service and refusal from the cut where nobody asked in its first second", async () => {
    const seldom = run([cut(["n1", "n2"], 10_100, 22_000)], (ask) => (isMinority(ask) ? refused : fast), {
      everyMs: 2500,
      clients: 5,
    });
    expect((await judge(seldom)).cuts).toMatchObject([{ failoverMs: 0, refusedAfterMs: 0 }]);
  });

  it("weigh an outage by the time it took, not by the few ops that met it", async () => {
    // Half the time stuck: without the correction 10 of 110 ops would be late.
    const found = await judge(
      run([cut(["n1"], 10_000, 20_000)], (ask, since) => (ask.node === "n1" && since < 5000 ? timedOut : fast)),
    );
    expect(found.minorityYield).toBeGreaterThan(0.45);
    expect(found.minorityYield).toBeLessThan(0.55);
  });

  it("tell the deadlines apart", async () => {
    const found = await judge(run(oneCut, () => ({ type: "ok", latencyMs: 500 }), { everyMs: 1000 }));
    const rows = found.table.filter(({ phase }) => phase === "during");
    for (const row of rows) expect(row).toMatchObject({ within100Ms: 0, within1s: 1, within10s: 1, yield: 1 });
    const slow = await judge(run(oneCut, () => ({ type: "ok", latencyMs: 1500 }), { everyMs: 2000 }));
    for (const row of slow.table.filter(({ phase }) => phase === "during")) {
      expect(row).toMatchObject({ within100Ms: 0, within1s: 0, within10s: 1, yield: 1 });
    }
    expect(slow.class).not.toBe("AP-like");
  });

  it("find the longest time without success, by node and by side", async () => {
    const found = await judge(run(oneCut, (ask, since) => (since < 1800 || isMinority(ask) ? refused : fast)));
    const row = (side: string, node: NodeId | null) =>
      (node === null ? found.sides : found.table).find(
        (one) => one.side === side && one.node === node && one.phase === "during" && one.f === "read",
      );
    expect(row("minority", null)?.longestGapMs).toBe(10_000);
    expect(row("majority", null)?.longestGapMs).toBeGreaterThanOrEqual(1800);
    expect(row("majority", null)?.longestGapMs).toBeLessThan(2100);
    expect(row("majority", "n3")?.longestGapMs).toBeGreaterThanOrEqual(1800);
    expect(row("majority", "n3")?.longestGapMs).toBeLessThan(3000);
  });

  it("measure recovery from the proved end of the cut", async () => {
    const scenario = run(oneCut, quorum);
    const slow: Scenario = {
      ...scenario,
      reply: (ask) => (ask.node === "n1" && ask.atMs >= 20_000 && ask.atMs < 21_600 ? refused : scenario.reply(ask)),
    };
    expect((await judge(scenario)).recoveryMs).toBeLessThanOrEqual(1000);
    const found = await judge(slow);
    expect(found.recoveryMs).toBeGreaterThanOrEqual(1300);
    expect(found.recoveryMs).toBeLessThanOrEqual(1600);
  });

  it("put each op of the main phase into one row by node and one by side, and none of the final phase", async () => {
    const scenario = run(oneCut, quorum);
    const found = await judge(scenario, true, 25_000);
    const asked = opsOf(scenario).filter(
      ({ type, process, time }) => type === "invoke" && process !== "nemesis" && time < 25e9,
    );
    for (const rows of [found.table, found.sides]) {
      expect(rows.reduce((sum, row) => sum + row.issued, 0)).toBe(asked.length);
      for (const row of rows) expect(row.ok + row.answers + row.fail + row.info).toBe(row.issued);
    }
    expect(new Set(found.table.map(({ phase }) => phase))).toEqual(new Set(["before", "during", "after"]));
  });

  it("harvest: which share of the acknowledged elements a read shows", async () => {
    const nodes = ["n1", "n2", "n3"];
    const faults = [cut(["n1"], 10_000, 20_000, nodes)];
    const added: number[] = [];
    const scenario: Scenario = {
      nodes,
      durationMs: 25_000,
      faults,
      fs: ["read", "add"],
      reply: ({ f, n, node, atMs }) => {
        if (f === "add") added.push(n);
        const during = atMs >= 10_000 && atMs < 20_000;
        // Half of the elements, and many that nobody was promised.
        const half = added.flatMap<string | number>((element, i) => (i % 2 === 0 ? [element] : [`unknown ${element}`]));
        const shown = during && node === "n1" ? half : [...added];
        return f === "add" ? fast : { ...fast, value: shown };
      },
    };
    const found = await judge(scenario);
    const reads = found.sides.filter(({ f }) => f === "read");
    const of = (side: string, phase: string) => reads.find((row) => row.side === side && row.phase === phase);
    expect(of("majority", "during")).toMatchObject({ harvest: 1, harvestMin: 1 });
    expect(of("minority", "during")?.harvest).toBeCloseTo(0.5, 1);
    expect(of("minority", "before")).toMatchObject({ harvest: 1 });
    expect(found.sides.find(({ f }) => f === "add")?.harvest).toBeUndefined();
  });
});
