/** Who sent what to whom, when, and what became of it: what a report draws around a violation. Off unless asked for. */
import type { NodeId } from "../../core/op.js";

/** What became of a packet. `pending`: still on its way when the trace was read. */
export type Fate = "pending" | "delivered" | "cut" | "lost" | "dead" | "late";

/** A message between nodes, a client's request or its reply, or something that happened to a node. Times: ns since the run began. */
export interface TraceEntry {
  readonly kind: "message" | "request" | "reply" | "node" | "fault";
  readonly sentNs: number;
  /** When it arrived or was dropped; -1 while pending. */
  endNs: number;
  readonly from: NodeId | "client" | "nemesis";
  readonly to: NodeId | "client";
  /** The body as it left; for `node` and `fault` a sentence. */
  readonly body: unknown;
  fate: Fate;
  /** The second copy of a duplicated packet. */
  readonly copy?: boolean;
}

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
