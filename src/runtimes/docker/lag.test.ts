import { describe, expect, it } from "vitest";
import { realClock } from "./clock.js";
import { startLagMeter } from "./lag.js";

/** Holds the event loop until the clock has moved on by `ms`. */
function block(ms: number): void {
  const clock = realClock();
  while (clock.nowNs() < ms * 1e6);
}

describe("the real clock", () => {
  it("counts whole nanoseconds from its making, and never runs backwards", () => {
    const clock = realClock();
    let last = 0;
    for (let i = 0; i < 1000; i++) {
      const now = clock.nowNs();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
  });

  it("sleeps at least as long as asked, or until the abort, and never rejects", async () => {
    const clock = realClock();
    await clock.sleep(30);
    // setTimeout counts in whole milliseconds and may fire within the last one.
    expect(clock.nowNs()).toBeGreaterThanOrEqual(28e6);
    await clock.sleep(3_600_000, AbortSignal.abort());
    const controller = new AbortController();
    const sleeping = clock.sleep(3_600_000, controller.signal);
    controller.abort();
    await sleeping;
  });
});

describe("the lag meter", () => {
  it("sees a stuck loop, its length and when it ended", async () => {
    const clock = realClock();
    const meter = startLagMeter(clock, 100);
    await clock.sleep(100);
    block(300);
    await clock.sleep(50);
    const report = meter.stop();
    expect(report.maxLagMs).toBeGreaterThan(250);
    expect(report.overBoundMs).toBeGreaterThan(250);
    expect(report.stalls.length).toBeGreaterThan(0);
    const longest = Math.max(...report.stalls.map((stall) => stall.lagMs));
    expect(longest).toBe(report.maxLagMs);
    expect(report.stalls.every((stall) => stall.atNs <= clock.nowNs())).toBe(true);
  });

  it("counts a stall that is still going on when it is stopped, and no more afterwards", () => {
    const meter = startLagMeter(realClock(), 100);
    block(200);
    const report = meter.stop();
    expect(report.maxLagMs).toBeGreaterThan(150);
    block(200);
    expect(meter.stop()).toEqual(report);
  });
});
