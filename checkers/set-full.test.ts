/** set-full: golden histories, and Jepsen's rules applied naively to small random ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Op } from "../src/core/op.js";
import { historyOf } from "../src/history/index.js";
import { ops } from "../src/history/testing.js";
import { type SetFullOptions, type SetFullVerdict, setFullChecker } from "./set-full.js";

function judge(history: string | readonly Op[], options: SetFullOptions = {}): SetFullVerdict {
  const list = typeof history === "string" ? ops(history) : history;
  return setFullChecker(options).check(historyOf(list), {}) as SetFullVerdict;
}

describe("set-full", () => {
  it("calls elements stable that every later read shows", () => {
    const found = judge("0:a1 1:r[1] 0:a2 1:r[2,1]");
    expect(found).toMatchObject({ valid: true, attempts: 2, reads: 2, stable: 2, lost: 0, stale: 0, neverRead: 0 });
  });

  it("calls an element lost that a read misses after it was acknowledged or seen", () => {
    const acknowledged = judge("0:a1 0:a2 1:r[2]");
    expect(acknowledged).toMatchObject({ valid: false, lost: 1, stable: 1, lostElements: [{ element: 1 }] });
    expect(acknowledged.witnesses?.[0]?.ops.map(({ index }) => index)).toEqual([0, 1, 4, 5]);
    // Its add never said ok, but somebody saw it.
    const seen = judge("0:a1? 1:r[1] 1:r[]");
    expect(seen).toMatchObject({ valid: false, lost: 1 });
    // Seen before its add had said ok, and missed before it did; added twice, and missed in between.
    expect(judge("0:a1( 1:r[1] 1:r[] 0)")).toMatchObject({ valid: false, lost: 1 });
    expect(judge("0:a1 1:r[] 0:a1")).toMatchObject({ valid: false, lost: 1 });
    // From known (3 ms) to the last sighting's invocation (2 ms): gone at once.
    expect(seen.lostLatency).toMatchObject({ count: 1, maxMs: 0 });
  });

  it("does not call an element lost that was missed only before it was known, or never read", () => {
    expect(judge("0:a1( 1:r[] 0) 1:r[1]")).toMatchObject({ valid: true, stable: 1, stale: 0 });
    expect(judge("0:a1 0:a2? 1:r[1]")).toMatchObject({ valid: true, stable: 1, neverRead: 1, neverReadElements: [2] });
    // The read was under way when 1 was acknowledged.
    expect(judge("1:r( 0:a1 1)[] 1:r[1]")).toMatchObject({ valid: true, stale: 0, lost: 0 });
  });

  it("counts elements that came late as stale, and only a linearizable set may not have them", () => {
    const text = "0:a1 1:r[] 1:r[] 1:r[1]";
    const found = judge(text);
    expect(found).toMatchObject({ valid: true, stable: 1, stale: 1, lost: 0 });
    // Acknowledged at 1 ms; the last read that misses it was invoked at 4 ms.
    expect(found.worstStale).toEqual([{ element: 1, knownAtMs: 1, stableLatencyMs: 3 }]);
    expect(found.stableLatency).toMatchObject({ count: 1, p50Ms: 3, maxMs: 3 });
    expect(judge(text, { linearizable: true })).toMatchObject({ valid: false, stale: 1 });
    expect(judge("0:a1 1:r[1]", { linearizable: true })).toMatchObject({ valid: true, stale: 0 });
  });

  it("finds elements listed twice, and elements nobody added", () => {
    expect(judge("0:a1 1:r[1,1]")).toMatchObject({ valid: false, duplicatedElements: [{ element: 1, times: 2 }] });
    expect(judge("0:a1 1:r[1] 1:r[1]")).toMatchObject({ valid: true, duplicated: 0 });
    expect(judge("0:a1 1:r[1,9]")).toMatchObject({ valid: false, unexpectedElements: [9] });
    expect(judge("1:r[1] 0:a1 1:r[1]")).toMatchObject({ valid: false, unexpectedElements: [1] });
  });

  it("is unknown when nothing was shown", () => {
    expect(judge("").valid).toBe("unknown");
    expect(judge("0:a1").valid).toBe("unknown");
    expect(judge("0:a1 1:r[]!").valid).toBe("unknown");
    expect(judge("0:a1? 1:r[]").valid).toBe("unknown");
  });

  it("of two reads that overlap, believes the one that asked later", () => {
    expect(judge("0:a1 1:r( 2:r( 1)[1] 2)[]")).toMatchObject({ valid: false, lost: 1 });
    expect(judge("0:a1 2:r( 1:r( 2)[] 1)[1]")).toMatchObject({ valid: true, stable: 1, stale: 1 });
  });

  it("refuses reads that are no lists, and takes null for empty", () => {
    expect(() => judge("0:a1 1:r7")).toThrow(/no list/);
    expect(judge("0:a1 1:r")).toMatchObject({ valid: false, lost: 1 });
  });
});

interface Naive {
  readonly outcome: "stable" | "lost" | "never-read";
  readonly stale: boolean;
  readonly latencyNs: number;
}

/** Jepsen's checker/set-full, element by element and read by read. */
function naive(history: readonly Op[], element: unknown): Naive {
  const added = history.findIndex((op) => op.type === "invoke" && op.f === "add" && op.value === element);
  let known: Op | undefined;
  let lastPresent: Op | undefined;
  let lastAbsent: Op | undefined;
  history.forEach((op, end) => {
    if (op.type !== "ok" || end < added) return;
    if (op.f === "add" && op.value === element) known ??= op;
    if (op.f !== "read") return;
    const invoked = history.slice(0, end).findLast((other) => other.process === op.process) as Op;
    if ((op.value as unknown[]).includes(element)) {
      known ??= op;
      if (lastPresent === undefined || lastPresent.index < invoked.index) lastPresent = invoked;
    } else if (lastAbsent === undefined || lastAbsent.index < invoked.index) lastAbsent = invoked;
  });
  const absentAt = lastAbsent?.index ?? -1;
  const presentAt = lastPresent?.index ?? -1;
  const knownAt = known?.index ?? -1;
  const knownNs = known?.time ?? 0;
  const since = (op: Op | undefined): number => Math.max(0, (op === undefined ? 0 : op.time + 1) - knownNs);
  if (lastPresent !== undefined && absentAt < presentAt) {
    return { outcome: "stable", stale: absentAt > knownAt, latencyNs: since(lastAbsent) };
  }
  if (known !== undefined && lastAbsent !== undefined && presentAt < absentAt && knownAt < absentAt) {
    return { outcome: "lost", stale: false, latencyNs: since(lastPresent) };
  }
  return { outcome: "never-read", stale: false, latencyNs: 0 };
}

/** Random adds (each element once) and reads that overlap; some never end. */
const histories: fc.Arbitrary<Op[]> = fc
  .array(
    fc.record({
      process: fc.nat(3),
      read: fc.boolean(),
      mask: fc.nat(255),
      end: fc.constantFrom("ok", "ok", "ok", "info", "fail"),
      pauseMs: fc.nat(2),
    }),
    { maxLength: 24 },
  )
  .map((steps) => {
    const events: Op[] = [];
    const open = new Map<number, { f: string; value: unknown; end: Op["type"]; mask: number }>();
    let elements = 0;
    let time = 0;
    for (const { process, read, mask, end, pauseMs } of steps) {
      time += pauseMs * 1e6;
      const base = { index: events.length, time, process };
      const running = open.get(process);
      if (running === undefined) {
        const asked = read ? { f: "read", value: null } : { f: "add", value: elements++ };
        open.set(process, { ...asked, end: end as Op["type"], mask });
        events.push({ ...base, type: "invoke", ...asked });
      } else {
        open.delete(process);
        const shown = Array.from({ length: elements }, (_, i) => i).filter((i) => (running.mask >> i) & 1);
        events.push({ ...base, type: running.end, f: running.f, value: running.f === "read" ? shown : running.value });
      }
    }
    return events;
  });

describe("set-full against Jepsen's rules applied naively", () => {
  it("agrees on every element's outcome and latency", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const found = judge(history, { limit: 100 });
        const elements = history.filter(({ type, f }) => type === "invoke" && f === "add").map(({ value }) => value);
        const expected = new Map(elements.map((element) => [element, naive(history, element)]));
        const having = (test: (one: Naive) => boolean): unknown[] =>
          [...expected].filter(([, one]) => test(one)).map(([element]) => element);
        const sorted = (values: readonly unknown[]): unknown[] => [...values].sort();
        expect(found.attempts).toBe(elements.length);
        expect(found.stable).toBe(having(({ outcome }) => outcome === "stable").length);
        expect(sorted(found.lostElements.map(({ element }) => element))).toEqual(
          sorted(having(({ outcome }) => outcome === "lost")),
        );
        expect(sorted(found.neverReadElements)).toEqual(sorted(having(({ outcome }) => outcome === "never-read")));
        expect(sorted(found.worstStale.map(({ element }) => element))).toEqual(sorted(having(({ stale }) => stale)));
        const latencies = (outcome: Naive["outcome"]): number[] =>
          [...expected.values()].filter((one) => one.outcome === outcome).map(({ latencyNs }) => latencyNs);
        const worst = (list: number[]): number | null =>
          list.length === 0 ? null : Math.round(Math.max(...list) / 1e3) / 1e3;
        expect(found.stableLatency.maxMs).toBe(worst(latencies("stable")));
        expect(found.lostLatency.maxMs).toBe(worst(latencies("lost")));
        expect(found.valid).toBe(found.lost > 0 ? false : found.stable === 0 ? "unknown" : true);
      }),
      { numRuns: 2000 },
    );
  });
});
