/** A deadline for one question to a node: a paused node accepts connections and never answers, so nothing may wait for it. */
import { setMaxListeners } from "node:events";
import type { Clock } from "../core/runtime.js";

/** Calls `ask` with a signal that aborts after `ms`, or when `outer` aborts. The clock's timer ends with the call. */
export async function within<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  // One question may go to every node at once, and Node warns of a leak from the eleventh listener on.
  setMaxListeners(0, deadline.signal);
  const answered = new AbortController();
  const expire = (): void => deadline.abort();
  if (outer.aborted) expire();
  outer.addEventListener("abort", expire, { once: true });
  // Ends at once when `answered` aborts; expiring a deadline nobody looks at any more is harmless.
  void clock.sleep(ms, answered.signal).then(expire);
  try {
    return await ask(deadline.signal);
  } finally {
    answered.abort();
    outer.removeEventListener("abort", expire);
  }
}

/** Asks again every `everyMs` until the answer is true. False: the signal aborted first. */
export async function until(
  clock: Clock,
  everyMs: number,
  signal: AbortSignal,
  ask: () => Promise<boolean>,
): Promise<boolean> {
  for (;;) {
    if (await ask()) return true;
    if (signal.aborted) return false;
    await clock.sleep(everyMs, signal);
  }
}
