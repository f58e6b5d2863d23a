/**
 * Deadlines for many ops with one timer. Every op has the same time-out, so deadlines expire in the order they were made,
 * and a queue does what a timer per op would do at a twentieth of the cost.
 */
import type { Clock } from "../core/runtime.js";

/** One op's deadline. */
export interface Deadline {
  /** The op ended: nothing more to do. */
  settled: boolean;
  /** Called once when the time-out passes and the op has not settled. */
  readonly expire: () => void;
}

interface Waiting {
  readonly dueNs: number;
  readonly deadline: Deadline;
}

/** Later than this is late: a timer of a healthy loop is off by a millisecond or two. */
const LATE_NS = 20e6;
const LATE_PAUSE_MS = 5;

export class DeadlineQueue {
  private queue: Waiting[] = [];
  private head = 0;
  private running = false;
  /** Deadlines before this position were forgiven once for being noticed late. */
  private forgiven = 0;

  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  /** Starts the time-out of one op, now. */
  add(deadline: Deadline): void {
    this.queue.push({ dueNs: this.clock.nowNs() + this.timeoutMs * 1e6, deadline });
    if (!this.running) {
      this.running = true;
      void this.watch();
    }
  }

  private async watch(): Promise<void> {
    for (;;) {
      this.dropSettled();
      const first = this.queue[this.head];
      if (first === undefined) break;
      const leftNs = first.dueNs - this.clock.nowNs();
      if (leftNs > 0) {
        await this.clock.sleep(Math.ceil(leftNs / 1e6));
        continue;
      }
      // We woke late: the event loop was stuck, and timers run before the answers that came meanwhile are read. Without this
      // pause a stall of 1 s would turn every answered op of that second into a time-out. Once per op, or a loop that is
      // always late would never let anything expire.
      if (leftNs < -LATE_NS && this.forgiven <= this.head) {
        this.forgiven = this.head + 1;
        await this.clock.sleep(LATE_PAUSE_MS);
        continue;
      }
      this.head++;
      first.deadline.settled = true;
      first.deadline.expire();
    }
    this.running = false;
  }

  private dropSettled(): void {
    while (this.queue[this.head]?.deadline.settled) this.head++;
    // Compact now and then: shifting one by one would be quadratic.
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
      this.forgiven = 0;
    }
  }
}
