/** A deadline for one question to a node: a paused node accepts connections and never answers, so nothing may wait for it. */
import { getEventListeners, setMaxListeners } from "node:events";
import { isHeard } from "../core/abort.js";
import type { Clock } from "../core/runtime.js";

const ANSWERED = "answered";

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
  let over = false;
  // After the answer it ends whatever `ask` left under way. Mostly nothing: and to abort a signal costs more than all the rest.
  const expire = (): void => {
    if (!over || isHeard(deadline.signal, getEventListeners(deadline.signal, "abort").length)) deadline.abort();
  };
  if (outer.aborted) expire();
  outer.addEventListener("abort", expire, { once: true });
  // Ends at once when `answered` aborts.
  void clock.sleep(ms, answered.signal).then(expire);
  try {
    return await ask(deadline.signal);
  } finally {
    over = true;
    // With a reason of its own: else one is made, with a stack.
    answered.abort(ANSWERED);
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
