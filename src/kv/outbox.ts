/** Collects a step's effects, so that node code reads as a list of actions. */
import type { NodeId } from "../core/op.js";
import type { Effect } from "../core/program.js";

export class Outbox {
  private effects: Effect[] = [];

  /** Appends a record to the log, as one line of JSON. Durable only after a `sync`. */
  append(record: unknown): void {
    this.effects.push({ kind: "append", line: JSON.stringify(record) });
  }

  /** What follows waits until everything appended so far is durable. */
  sync(): void {
    this.effects.push({ kind: "sync" });
  }

  /** Replaces the whole log, atomically and durably. */
  replace(records: readonly unknown[]): void {
    this.effects.push({ kind: "replace", lines: records.map((record) => JSON.stringify(record)) });
  }

  send(to: NodeId, body: unknown): void {
    this.effects.push({ kind: "send", to, body });
  }

  reply(id: number, body: unknown): void {
    this.effects.push({ kind: "reply", id, body });
  }

  /** Arms a timer; arming it again replaces it. */
  timer(name: string, afterMs: number): void {
    this.effects.push({ kind: "timer", name, afterMs });
  }

  log(line: string): void {
    this.effects.push({ kind: "log", line });
  }

  /** The effects so far; the box is empty afterwards. */
  take(): readonly Effect[] {
    const taken = this.effects;
    this.effects = [];
    return taken;
  }
}
