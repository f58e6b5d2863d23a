/** The clients' clock in virtual time. A sleep is one heap event, and each event wakes one client at most. */
import type { Clock } from "../../core/runtime.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";

/** A client asleep. An aborted one leaves its event in the heap; the event then finds nobody to wake. */
export class Sleeper {
  done = false;
  /** Most sleeps have no signal, and need no listener. */
  private readonly onAbort: (() => void) | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly resolve: () => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    kernel.sleeping++;
    if (signal === undefined) return;
    this.onAbort = () => {
      if (this.end()) this.resolve();
    };
    signal.addEventListener("abort", this.onAbort);
  }

  private end(): boolean {
    if (this.done) return false;
    this.done = true;
    this.kernel.sleeping--;
    if (this.onAbort !== undefined) this.signal?.removeEventListener("abort", this.onAbort);
    return true;
  }

  /** Called when its time has come. */
  wake(): void {
    if (!this.end()) return;
    this.kernel.woke = true;
    this.resolve();
  }
}

/** A clock that only the pump moves. */
export function virtualClock(kernel: Kernel): Clock {
  return {
    nowNs: () => kernel.nowNs,
    sleep: (ms, signal) => {
      if (signal?.aborted === true) return Promise.resolve();
      // Rounded up, as no real sleep ends early: a deadline of 0.0004 ms must not be "now".
      const us = ms > 0 ? Math.ceil(ms * 1000) : 0;
      return new Promise<void>((resolve) => {
        kernel.schedule(us, EventKind.sleep, 0, 0, 0, new Sleeper(kernel, resolve, signal), null);
      });
    },
  };
}
