/** A generator that acts and one that only listens, so that a final phase can know what the main phase touched. */
import type { Generator, Next } from "../core/generator.js";

/** Acts as `inner`; tells `listener` of everything it does not miss by being silent. */
export interface Listening extends Generator {
  readonly listener: Generator;
}

/** `inner` acts; both hear every event. Take `listener` when the phase is over and run it. */
export function listen(inner: Generator, listener: Generator): Listening {
  return {
    listener,
    next(context): Next {
      const next = inner.next(context);
      return typeof next === "string" ? next : { op: next.op, rest: listen(next.rest, listener) };
    },
    update(context, event): Listening {
      const a = inner.update(context, event);
      const b = listener.update(context, event);
      return a === inner && b === listener ? this : listen(a, b);
    },
  };
}
