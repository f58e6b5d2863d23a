/**
 * A node's two clocks. The monotonic one runs a little fast or slow for the whole run (a quartz's drift); the wall clock is
 * what the clock nemesis shifts and bends. All whole milliseconds, computed with exact integer arithmetic.
 */
import type { ClockSkew } from "../../core/runtime.js";

/** The wall clocks of a run start here (14 Nov 2023): a fixed date, so that the same seed gives the same bytes. */
const EPOCH_MS = 1_700_000_000_000;

/** What a clock that gains `ppm` shows more than a true one after `elapsedUs`. Whole microseconds, rounded down. */
function gainUs(elapsedUs: number, ppm: number): number {
  // Split so that the products stay exact: elapsed x ppm passes 2^53 within a few hours of virtual time.
  const seconds = Math.floor(elapsedUs / 1_000_000);
  const rest = elapsedUs - seconds * 1_000_000;
  return seconds * ppm + Math.floor((rest * ppm) / 1_000_000);
}

export class NodeClock {
  private skew: ClockSkew = { offsetMs: 0, driftPpm: 0 };
  private skewedAtUs = 0;
  /** The last answer: both clocks are read at each event, at the same moment. */
  private readUs = -1;
  private readMs = 0;

  /** `driftPpm`: how much the monotonic clock gains, for good. */
  constructor(readonly driftPpm: number) {}

  private localUs(nowUs: number): number {
    return nowUs + gainUs(nowUs, this.driftPpm);
  }

  /** Monotonic milliseconds. */
  nowMs(nowUs: number): number {
    if (nowUs !== this.readUs) {
      this.readUs = nowUs;
      this.readMs = Math.floor(this.localUs(nowUs) / 1000);
    }
    return this.readMs;
  }

  wallMs(nowUs: number): number {
    const { offsetMs, driftPpm } = this.skew;
    if (driftPpm === 0) return EPOCH_MS + offsetMs + this.nowMs(nowUs);
    const bent = gainUs(nowUs - this.skewedAtUs, driftPpm);
    return EPOCH_MS + offsetMs + Math.floor((this.localUs(nowUs) + bent) / 1000);
  }

  /** Replaces the skew; its drift counts from now. */
  setSkew(skew: ClockSkew, nowUs: number): void {
    this.skew = skew;
    this.skewedAtUs = nowUs;
  }

  /** How long `afterMs` of this node's time take in virtual time, in microseconds. */
  virtualUs(afterMs: number): number {
    const us = Math.max(0, Math.round(afterMs * 1000));
    return Math.max(0, us - gainUs(us, this.driftPpm));
  }
}
