/** A generator that acts and one that only listens, so that a final phase can know what the main phase touched. */
import type { Context, Generator, GeneratorEvent, Next, When } from "../core/generator.js";
import { whenOf } from "./leaves.js";

/** Acts as `inner`; tells `listener` of everything it does not miss by being silent. */
export interface Listening extends Generator {
  readonly listener: Generator;
}

/** `inner` acts; both hear every event. Take `listener` when the phase is over and run it. */
export function listen(inner: Generator, listener: Generator): Listening {
  return new Listen(inner, listener);
}

class Listen implements Listening {
  constructor(
    private readonly inner: Generator,
    readonly listener: Generator,
  ) {}

  next(context: Context): Next {
    const next = this.inner.next(context);
    return typeof next === "string" ? next : { op: next.op, rest: new Listen(next.rest, this.listener) };
  }

  when(context: Context): When {
    return whenOf(this.inner, context);
  }

  update(context: Context, event: GeneratorEvent): Listening {
    const a = this.inner.update(context, event);
    const b = this.listener.update(context, event);
    return a === this.inner && b === this.listener ? this : new Listen(a, b);
  }
}
