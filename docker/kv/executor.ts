/**
 * Carries out a program's effects, in order. While a sync is under way the program goes on stepping; what it wants done
 * queues up, and one sync then serves everything in the queue (group commit).
 */
import type { Effect, Program, ProgramEvent } from "../../src/core/program.js";

/** What the effects act on. */
export interface Outside {
  readonly disk: {
    append(lines: readonly string[]): void;
    sync(): Promise<void>;
    replace(lines: readonly string[]): Promise<void>;
  };
  send(to: string, body: unknown): void;
  reply(id: number, body: unknown): void;
  log(line: string): void;
  /** The disk failed: a node that goes on would promise what it cannot keep. Does not return. */
  die(error: unknown): void;
  /** Whole milliseconds of a clock that never runs backwards. */
  nowMs(): number;
  wallMs(): number;
}

type Unstamped<E> = E extends ProgramEvent ? Omit<E, "wallMs"> : never;

export class Executor {
  private state: unknown;
  private queue: Effect[] = [];
  private syncing = false;
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly program: Program<unknown>,
    private readonly outside: Outside,
  ) {
    this.state = program.init();
  }

  /** Steps the program with an event that happens now. */
  deliver(event: Unstamped<ProgramEvent>): void {
    const stamped = { ...event, wallMs: this.outside.wallMs() } as ProgramEvent;
    const [state, effects] = this.program.step(this.state, stamped, this.outside.nowMs());
    this.state = state;
    for (const effect of effects) this.queue.push(effect);
    if (!this.syncing) this.pump();
  }

  private pump(): void {
    const batch = this.queue;
    this.queue = [];
    const barrier = batch.findIndex(({ kind }) => kind === "sync" || kind === "replace");
    const free = barrier < 0 ? batch : batch.slice(0, barrier);
    for (const effect of free) this.run(effect);
    if (barrier >= 0) void this.settle(batch.slice(barrier));
  }

  /**
   * Writes and syncs what the batch puts on disk, then does the rest of it. Lines reach the disk before messages that stand
   * earlier in the batch are sent; nobody can tell, since those messages could as well have been lost in a crash. The order
   * that counts is kept: no effect happens before the sync it stands behind, and messages and replies keep their order.
   */
  private async settle(batch: readonly Effect[]): Promise<void> {
    this.syncing = true;
    try {
      await this.store(batch);
    } catch (error) {
      this.outside.die(error);
      return;
    }
    this.syncing = false;
    for (const effect of batch) {
      const { kind } = effect;
      if (kind !== "append" && kind !== "sync" && kind !== "replace") this.run(effect);
    }
    if (this.queue.length > 0) this.pump();
  }

  private async store(batch: readonly Effect[]): Promise<void> {
    const { disk } = this.outside;
    let lines: string[] = [];
    let unsynced = false;
    for (const effect of batch) {
      if (effect.kind === "append") lines.push(effect.line);
      else if (effect.kind === "sync") unsynced = true;
      else if (effect.kind === "replace") {
        // The lines before it go with the file they would have been written to.
        await disk.replace(effect.lines);
        lines = [];
        unsynced = false;
      }
    }
    disk.append(lines);
    if (unsynced) await disk.sync();
  }

  private run(effect: Effect): void {
    switch (effect.kind) {
      case "append":
        this.write([effect.line]);
        break;
      case "send":
        this.outside.send(effect.to, effect.body);
        break;
      case "reply":
        this.outside.reply(effect.id, effect.body);
        break;
      case "timer":
        this.arm(effect.name, effect.afterMs);
        break;
      case "log":
        this.outside.log(effect.line);
        break;
      case "sync":
      case "replace":
        throw new Error(`${effect.kind} belongs to settle`);
    }
  }

  private write(lines: readonly string[]): void {
    try {
      this.outside.disk.append(lines);
    } catch (error) {
      this.outside.die(error);
    }
  }

  private arm(name: string, afterMs: number): void {
    clearTimeout(this.timers.get(name));
    const timer = setTimeout(() => {
      this.timers.delete(name);
      this.deliver({ kind: "timer", name });
    }, afterMs);
    this.timers.set(name, timer);
  }
}
