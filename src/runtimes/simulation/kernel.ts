/**
 * What every part of the simulation shares: the virtual time, the event heap, the trace, and the count of things that can
 * still wake a client. Virtual time is counted in whole microseconds; the contracts' nanoseconds are these times 1,000.
 */
import { EventHeap } from "./heap.js";
import { Trace } from "./trace.js";

export class Kernel {
  nowUs = 0;
  readonly heap = new EventHeap();
  readonly trace: Trace;
  /** Sleeps under way. While there is one, virtual time has something to run towards. */
  sleeping = 0;
  /** Requests without an ending. They may never end (the node lost them): alone they do not keep a run alive for ever. */
  waiting = 0;
  /** Set when a client was woken: the pump must let it run before the next event. */
  woke = false;

  constructor(trace: boolean) {
    this.trace = new Trace(trace);
  }

  get nowNs(): number {
    return this.nowUs * 1000;
  }

  schedule(afterUs: number, kind: number, to: number, from: number, tag: number, ref: unknown, extra: unknown): void {
    this.heap.push(this.nowUs + afterUs, kind, to, from, tag, ref, extra);
  }
}
