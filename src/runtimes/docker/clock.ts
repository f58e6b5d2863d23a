/** The real clock: nanoseconds since the run began, from the operating system's monotonic clock. */
import type { Clock } from "../../core/runtime.js";

/** A clock that reads 0 now. */
export function realClock(): Clock {
  const originNs = Math.round(performance.now() * 1e6);
  return {
    // The same monotonic clock as hrtime, at half the cost of its big integers; a double holds whole nanoseconds up to 104 days.
    nowNs: () => Math.round(performance.now() * 1e6) - originNs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal?.addEventListener("abort", done, { once: true });
      }),
  };
}
