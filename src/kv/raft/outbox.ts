/**
 * Puts the effects of a step into the order that safety needs: what is written goes first, then what may leave before it is
 * durable, then the sync, then everything that promises something.
 *
 * Only a leader's entries may leave before the sync: it writes to its disk while its followers write to theirs (Ongaro 2014,
 * section 10.2.1). Counterexample for anything else: a vote sent before the sync and forgotten in a crash is given twice.
 * The leader counts its own copy at once; that is safe because every later effect, also of later steps, waits for the sync.
 */
import type { NodeId } from "../../core/op.js";
import type { AppendEffect, Effect } from "../../core/program.js";
import type { DiskRecord, Message } from "./messages.js";

const NOTHING: readonly Effect[] = [];
const SYNC: Effect = { kind: "sync" };

export class RaftOutbox {
  private written: Effect[] = [];
  private early: Effect[] = [];
  private late: Effect[] = [];
  private skipSync = false;

  append(record: DiskRecord): void {
    this.write({ kind: "append", line: JSON.stringify(record) });
  }

  /** An append that is made already. */
  write(effect: AppendEffect): void {
    this.written.push(effect);
  }

  /** Writes everything anew, atomically and durably; what the same step appended is part of it. */
  replace(records: readonly DiskRecord[]): void {
    this.written = [{ kind: "replace", lines: records.map((record) => JSON.stringify(record)) }];
    this.skipSync = true;
  }

  /** Planted bug: what this step promises may not be on disk yet. */
  promiseTooEarly(): void {
    this.skipSync = true;
  }

  /** Sends a message that promises nothing: it need not wait until this step's lines are durable. */
  sendEarly(to: NodeId, body: Message): void {
    this.early.push({ kind: "send", to, body });
  }

  send(to: NodeId, body: Message): void {
    this.late.push({ kind: "send", to, body });
  }

  reply(id: number, body: unknown): void {
    this.late.push({ kind: "reply", id, body });
  }

  timer(name: string, afterMs: number): void {
    this.late.push({ kind: "timer", name, afterMs });
  }

  log(line: string): void {
    this.late.push({ kind: "log", line });
  }

  /** The effects so far, in order; the box is empty afterwards. */
  take(): readonly Effect[] {
    const { written, early, late, skipSync } = this;
    const onlyLate = written.length === 0 && early.length === 0;
    if (onlyLate && late.length === 0) return NOTHING;
    if (late.length > 0) this.late = [];
    if (onlyLate) return late;
    this.written = [];
    this.early = [];
    this.skipSync = false;
    const promised = written.length > 0 && !skipSync;
    for (const effect of early) written.push(effect);
    if (promised) written.push(SYNC);
    for (const effect of late) written.push(effect);
    return written;
  }
}
