/** The message trace of a simulated run: who sent what to whom, when, and what became of it. */
import type { NodeId } from "./op.js";

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
