/**
 * Event-loop lag. While the loop is stuck, answers lie unread and deadlines pass: the client would then record time-outs
 * that the system never caused. So lag is measured all along, and the runner calls a run with too much of it unknown.
 */
import type { Clock } from "../../core/runtime.js";
import { realClock } from "./clock.js";

/** A sample of lag above this is a stall: a tenth of the default op deadline. */
export const LAG_BOUND_MS = 100;
const EVERY_MS = 20;
/** Stalls kept one by one; the sums go on counting beyond. */
const STALLS_MAX = 1000;

export interface Stall {
  /** When the loop ran again; nanoseconds of the given clock. The stall lasted from `lagMs` before. */
  readonly atNs: number;
  readonly lagMs: number;
}

export interface LagReport {
  readonly boundMs: number;
  readonly samples: number;
  readonly maxLagMs: number;
  /** How long the loop was stuck in stalls above the bound, summed. */
  readonly overBoundMs: number;
  /** The stalls above the bound, oldest first; at most 1,000. */
  readonly stalls: readonly Stall[];
}

export interface LagMeter {
  /** What was seen so far. */
  read(): LagReport;
  /** Ends measuring. Counts a stall that is going on. Safe to call twice. */
  stop(): LagReport;
}

/** Starts measuring: a timer that should fire every 20 ms, and how late it does. Does not keep the process alive. */
export function startLagMeter(clock: Clock = realClock(), boundMs: number = LAG_BOUND_MS): LagMeter {
  const stalls: Stall[] = [];
  let samples = 0;
  let maxLagMs = 0;
  let overBoundMs = 0;
  let lastNs = clock.nowNs();
  let running = true;
  const sample = (): void => {
    const nowNs = clock.nowNs();
    const lagMs = Math.max(0, (nowNs - lastNs) / 1e6 - EVERY_MS);
    lastNs = nowNs;
    samples++;
    maxLagMs = Math.max(maxLagMs, lagMs);
    if (lagMs <= boundMs) return;
    overBoundMs += lagMs;
    if (stalls.length < STALLS_MAX) stalls.push({ atNs: nowNs, lagMs });
  };
  const timer = setInterval(sample, EVERY_MS).unref();
  const read = (): LagReport => ({ boundMs, samples, maxLagMs, overBoundMs, stalls: stalls.slice() });
  return {
    read,
    stop() {
      if (running) sample();
      running = false;
      clearInterval(timer);
      return read();
    },
  };
}
