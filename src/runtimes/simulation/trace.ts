/** Who sent what to whom, when, and what became of it: what a report draws around a violation. Off unless asked for. */
import type { NodeId } from "../../core/op.js";
import type { Fate, TraceEntry } from "../../core/trace.js";

/** Collects entries. A disabled trace costs one comparison a packet. */
export class Trace {
  readonly entries: TraceEntry[] = [];
  constructor(readonly enabled: boolean) {}

  /** Notes a packet that leaves now; the caller keeps the entry and completes it with `end`. */
  leave(
    kind: "message" | "request" | "reply",
    nowUs: number,
    from: NodeId,
    to: NodeId,
    body: unknown,
    copy: boolean,
  ): TraceEntry {
    const entry: TraceEntry = {
      kind,
      sentNs: nowUs * 1000,
      endNs: -1,
      from,
      to,
      body,
      fate: "pending",
      ...(copy ? { copy } : {}),
    };
    this.entries.push(entry);
    return entry;
  }

  end(entry: unknown, nowUs: number, fate: Fate): void {
    if (entry === null) return;
    const open = entry as TraceEntry;
    open.endNs = nowUs * 1000;
    open.fate = fate;
  }

  /** Notes something that is no packet: "killed", "cut …". */
  note(kind: "node" | "fault", nowUs: number, to: NodeId | "client", text: string): void {
    if (!this.enabled) return;
    const ns = nowUs * 1000;
    this.entries.push({ kind, sentNs: ns, endNs: ns, from: "nemesis", to, body: text, fate: "delivered" });
  }
}
