/**
 * A node's timer by name. Arming it again replaces it, and programs do that all the time (a follower puts off its election
 * at every heartbeat). So a slot keeps one event in the heap: when it comes too early, it is scheduled again for the rest.
 */
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";

export class TimerSlot {
  dueUs = 0;
  /** When the event in the heap comes; -1 when there is none that counts. */
  private entryUs = -1;
  private generation = 0;

  constructor(readonly name: string) {}

  /** Sees to it that an event comes at `dueUs` or before. */
  schedule(kernel: Kernel, node: number): void {
    if (this.entryUs >= 0 && this.entryUs <= this.dueUs) return;
    this.generation++;
    this.entryUs = this.dueUs;
    kernel.heap.push(this.dueUs, EventKind.timer, node, 0, this.generation, this, null);
  }

  /** Is this the event that counts? If so, it is used up. */
  takes(generation: number): boolean {
    if (generation !== this.generation || this.entryUs < 0) return false;
    this.entryUs = -1;
    return true;
  }

  cancel(): void {
    this.generation++;
    this.entryUs = -1;
  }
}
