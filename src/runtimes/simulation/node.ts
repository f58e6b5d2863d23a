/**
 * One node process: it steps its Program and carries out the effects, in order, on the simulated network, disk and timers.
 * Effects that follow a sync wait for it while the program goes on stepping: their effects queue up behind.
 */
import { messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Effect, Program, ProgramEvent } from "../../core/program.js";
import { deriveSeed } from "../../core/rng.js";
import type { SimDisk } from "./disk.js";
import { EventKind } from "./heap.js";
import type { Kernel } from "./kernel.js";
import type { NodeClock } from "./node-clock.js";
import { TimerSlot } from "./timer-slot.js";

/** What a node needs of the rest of the simulation. */
export interface NodeWires {
  send(from: number, to: number, body: unknown, immutable: boolean): void;
  reply(requestId: number, body: unknown, immutable: boolean): void;
  indexOf(node: NodeId): number;
}

const LOG_LINES_MAX = 5_000;

export class SimNode {
  up = false;
  paused = false;
  /** Counts starts; events of an earlier life are recognised by it. */
  incarnation = 0;
  readonly log: string[] = [];
  /** Why the process ended by itself, if it did: a bug in its program. */
  readonly crashes: string[] = [];
  /** Ids of requests delivered and not replied to. */
  readonly open = new Set<number>();
  private state: unknown = undefined;
  private timers = new Map<string, TimerSlot>();
  /** What arrived while the process was stopped (sockets buffer; timers fire late). */
  private inbox: ProgramEvent[] = [];
  /** Effects that wait for the sync under way, oldest first; `cursor` is the place in the first list. */
  private backlog: (readonly Effect[])[] = [];
  private cursor = 0;
  private syncing = false;
  /** The sync ended while the process was paused. */
  private syncedWhilePaused = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly wires: NodeWires,
    readonly index: number,
    readonly id: NodeId,
    private readonly program: Program<unknown>,
    private readonly seed: number,
    readonly disk: SimDisk,
    readonly clock: NodeClock,
  ) {}

  /** Begins a new life from the disk. */
  boot(): void {
    this.incarnation++;
    this.up = true;
    this.paused = false;
    this.state = this.program.init();
    const seed = deriveSeed(this.seed, "start", this.index, this.incarnation);
    this.step({ kind: "start", disk: this.disk.read(), seed, wallMs: this.wallMs() });
  }

  /** Ends the process at once, as SIGKILL does. Returns the requests that were open. */
  die(): readonly number[] {
    this.up = false;
    this.paused = false;
    this.incarnation++;
    this.state = undefined;
    for (const slot of this.timers.values()) slot.cancel();
    this.timers = new Map();
    this.inbox = [];
    this.backlog = [];
    this.cursor = 0;
    this.syncing = false;
    this.syncedWhilePaused = false;
    const open = [...this.open];
    this.open.clear();
    return open;
  }

  resume(): void {
    this.paused = false;
    if (this.syncedWhilePaused) {
      this.syncedWhilePaused = false;
      this.runBacklog();
    }
    const late = this.inbox;
    this.inbox = [];
    for (const event of late) {
      // A program that throws ends its process: what is left in the sockets is lost.
      if (!this.up) return;
      this.step({ ...event, wallMs: this.wallMs() });
    }
  }

  /** An event reaches the process, or waits while it is stopped. The node must be up. */
  deliver(event: ProgramEvent): void {
    if (this.paused) this.inbox.push(event);
    else this.step(event);
  }

  wallMs(): number {
    return this.clock.wallMs(this.kernel.nowUs);
  }

  timerDue(slot: TimerSlot, generation: number): void {
    const { nowUs } = this.kernel;
    if (!slot.takes(generation)) return;
    if (slot.dueUs > nowUs) {
      slot.schedule(this.kernel, this.index);
      return;
    }
    this.deliver({ kind: "timer", name: slot.name, wallMs: this.wallMs() });
  }

  /** The sync begun in `incarnation` is over. */
  synced(incarnation: number): void {
    if (incarnation !== this.incarnation || !this.up) return;
    this.disk.settle();
    this.syncing = false;
    if (this.paused) this.syncedWhilePaused = true;
    else this.runBacklog();
  }

  private step(event: ProgramEvent): void {
    try {
      const [state, effects] = this.program.step(this.state, event, this.clock.nowMs(this.kernel.nowUs));
      this.state = state;
      if (effects.length > 0) this.run(effects);
    } catch (error) {
      this.crash(error);
    }
  }

  private run(effects: readonly Effect[]): void {
    if (this.syncing || this.syncedWhilePaused) {
      this.backlog.push(effects);
      return;
    }
    const stopped = this.runFrom(effects, 0);
    if (stopped < 0) return;
    this.backlog.push(effects);
    this.cursor = stopped;
  }

  private runBacklog(): void {
    try {
      while (this.backlog.length > 0) {
        const stopped = this.runFrom(this.backlog[0] as readonly Effect[], this.cursor);
        this.cursor = stopped;
        if (stopped >= 0) return;
        this.backlog.shift();
        this.cursor = 0;
      }
    } catch (error) {
      this.crash(error);
    }
  }

  /** Carries out effects from `at`; returns where to go on after the sync it ran into, or -1 when all are done. */
  private runFrom(effects: readonly Effect[], at: number): number {
    for (let i = at; i < effects.length; i++) {
      const effect = effects[i] as Effect;
      if (effect.kind === "sync" && !this.disk.dirty) continue;
      this.apply(effect);
      if (effect.kind === "sync" || effect.kind === "replace") {
        this.syncing = true;
        this.kernel.schedule(this.disk.drawSyncUs(), EventKind.synced, this.index, 0, this.incarnation, null, null);
        return i + 1;
      }
    }
    return -1;
  }

  private apply(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        this.wires.send(this.index, this.wires.indexOf(effect.to), effect.body, this.program.immutableBodies === true);
        return;
      case "reply":
        if (this.open.delete(effect.id))
          this.wires.reply(effect.id, effect.body, this.program.immutableBodies === true);
        return;
      case "append":
        this.disk.append(effect);
        return;
      case "replace":
        this.disk.beginReplace(effect.lines);
        return;
      case "timer":
        this.arm(effect.name, effect.afterMs);
        return;
      case "log":
        this.print(effect.line);
        return;
      case "sync":
        return;
    }
  }

  private arm(name: string, afterMs: number): void {
    let slot = this.timers.get(name);
    if (slot === undefined) {
      slot = new TimerSlot(name);
      this.timers.set(name, slot);
    }
    slot.dueUs = this.kernel.nowUs + this.clock.virtualUs(afterMs);
    slot.schedule(this.kernel, this.index);
  }

  print(line: string): void {
    if (this.log.length >= LOG_LINES_MAX) this.log.splice(0, LOG_LINES_MAX >> 1);
    this.log.push(`${(this.kernel.nowUs / 1000).toFixed(3)} ${line}`);
  }

  private crash(error: unknown): void {
    const line = `the program of ${this.id} threw: ${messageOf(error)}`;
    this.crashes.push(line);
    this.print(line);
    this.ended(this.die());
  }

  /** Set by the simulation: what to do with the requests of a process that ended by itself. */
  ended: (open: readonly number[]) => void = () => {};
}
