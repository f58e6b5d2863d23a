/** The real clock: nanoseconds since the run began, from the operating system's monotonic clock. */
import type { Clock } from "../../core/runtime.js";

/** A clock that reads 0 now. */
export function realClock(): Clock {
  const origin = process.hrtime.bigint();
  return {
    // Exact: a double holds whole nanoseconds up to 104 days.
    nowNs: () => Number(process.hrtime.bigint() - origin),
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
