/** Availability on made-up systems whose class is known: quorum systems, sloppy ones, Redis-like ones, and runs that show nothing. */
import { describe, expect, it } from "vitest";
import type { Valid, Verdict } from "../src/core/checker.js";
import { historyOf } from "../src/history/index.js";
import { type AvailabilityVerdict, availabilityChecker } from "./availability.js";
import { compose } from "./compose.js";
import { type Ask, cut, type Fault, FIVE, opsOf, type Reply, type Scenario } from "./testing/scenario.js";

const fast: Reply = { type: "ok", latencyMs: 3 };
const refused: Reply = { type: "fail", latencyMs: 2, error: "no leader" };
const timedOut: Reply = { type: "info", latencyMs: 1000, error: "timeout" };

async function judge(scenario: Scenario, consistent: Valid): Promise<AvailabilityVerdict> {
  const other: Verdict = { valid: consistent, summary: "as told" };
  const composed = compose([availabilityChecker(), { name: "linearizable", check: () => other }]);
  const { checkers } = await composed.check(historyOf(opsOf(scenario)), { nodes: scenario.nodes });
  return checkers.availability as AvailabilityVerdict;
}

/** A system by its behaviour during cuts. */
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

describe("the class", () => {
  it("is CP-like for a quorum system: consistent, majority served after fail-over, minority refused", async () => {
    const found = await judge(
      run(oneCut, (ask, since) => (isMinority(ask) ? timedOut : since < 1800 ? refused : fast)),
      true,
    );
    expect(found).toMatchObject({ class: "CP-like", valid: true, consistent: true });
    expect(found.failoverMs).toBeGreaterThanOrEqual(1500);
    expect(found.failoverMs).toBeLessThanOrEqual(1900);
  });

  it("is AP-like when both sides are served throughout, consistent or not", async () => {
    for (const consistent of [true, false, "unknown"] as const) {
      expect(
        (
          await judge(
            run(oneCut, () => fast),
            consistent,
          )
        ).class,
      ).toBe("AP-like");
    }
  });

  it("is neither for an inconsistent system whose minority acknowledges for a while and then refuses", async () => {
    const redis = run(oneCut, (ask, since) => (isMinority(ask) === since < 2700 ? fast : refused));
    const found = await judge(redis, false);
    expect(found.class).toBe("neither");
    expect(found.reason).toContain("not consistent");
    expect(found.reason).toContain("refused");
    // The same behaviour, consistent: it refused where it had to.
    expect((await judge(redis, true)).class).toBe("CP-like");
    expect((await judge(redis, "unknown")).class).toBe("unknown");
  });

  it("is neither when reads are AP-like and writes CP-like", async () => {
    const found = await judge(
      run(oneCut, (ask) => (isMinority(ask) && ask.f === "write" ? timedOut : fast)),
      true,
    );
    expect(found.kinds.read?.class).toBe("AP-like");
    expect(found.kinds.write?.class).toBe("CP-like");
    expect(found.class).toBe("neither");
  });

  it("is neither when nobody is served in a long cut, unknown when the cut was too short for a fail-over", async () => {
    expect(
      (
        await judge(
          run([cut(["n1"], 5000, 20_000)], () => refused),
          true,
        )
      ).class,
    ).toBe("neither");
    expect(
      (
        await judge(
          run([cut(["n1"], 5000, 10_000)], () => refused),
          true,
        )
      ).class,
    ).toBe("unknown");
  });
});
