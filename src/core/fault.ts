/** How faults are written into a history, and how to read them back as windows of time. */
import type { NodeId, Op } from "./op.js";
import type { ClockSkew, Grudge, PacketFault } from "./runtime.js";

export type FaultKind = "partition" | "kill" | "pause" | "clock" | "packet";

/** The value of a nemesis op's completion. Every fault has a `begin` and an `end` record of the same kind. */
export interface FaultRecord {
  readonly kind: FaultKind;
  readonly phase: "begin" | "end";
  /** The kind within the kind: "primaries", "halves", "majorities-ring", … */
  readonly shape?: string;
  readonly oneWay?: boolean;
  /** Partitions: who refuses whose packets. */
  readonly grudge?: Readonly<Record<NodeId, readonly NodeId[]>>;
  /** Nodes hurt: the killed, the paused, or the smaller side of a cut. */
  readonly targets: readonly NodeId[];
  /** Partitions that split the nodes: the sides, smallest first. Absent for bridge and ring. */
  readonly sides?: readonly (readonly NodeId[])[];
  /** Clocks: who is off by how much. */
  readonly skews?: Readonly<Record<NodeId, ClockSkew>>;
  /** Packets: what happens to them. */
  readonly packet?: PacketFault;
  /** Nanoseconds since the run began. */
  readonly beganNs: number;
  readonly completeNs: number;
  /** Did it bite (begin) or end (end), shown by evidence rather than assumed? */
  readonly proved: boolean;
  readonly facts: readonly string[];
}

/** A fault from its begin record to its end record (or to the end of the history). Times in ns since the run began. */
export interface FaultWindow {
  readonly kind: FaultKind;
  readonly shape?: string;
  readonly oneWay?: boolean;
  readonly targets: readonly NodeId[];
  readonly sides?: readonly (readonly NodeId[])[];
  readonly grudge?: Readonly<Record<NodeId, readonly NodeId[]>>;
  /** When the first node was touched; ops may feel it from here. */
  readonly beginNs: number;
  /** When it was proved to bite on all nodes. */
  readonly biteNs: number;
  /** When healing began; -1 while it lasts. */
  readonly endNs: number;
  /** When it was proved over; -1 while it lasts. */
  readonly healedNs: number;
  readonly proved: boolean;
  readonly healProved: boolean;
}

/** A grudge as JSON: sorted, without empty entries. */
export function grudgeToJson(grudge: Grudge): Record<NodeId, readonly NodeId[]> {
  const out: Record<NodeId, readonly NodeId[]> = {};
  for (const node of [...grudge.keys()].sort()) {
    const refused = [...(grudge.get(node) ?? [])].sort();
    if (refused.length > 0) out[node] = refused;
  }
  return out;
}

/** Is this the completion of a nemesis op that carries a fault record? */
export function faultRecordOf(op: Op): FaultRecord | undefined {
  if (op.process !== "nemesis" || op.type === "invoke") return undefined;
  const value = op.value as Partial<FaultRecord> | null;
  if (typeof value !== "object" || value === null) return undefined;
  if (value.phase !== "begin" && value.phase !== "end") return undefined;
  return value as FaultRecord;
}

/** Pairs begin and end records per kind, oldest first. A begin while one of its kind is open ends the open one there. */
export function faultWindows(ops: Iterable<Op>): FaultWindow[] {
  const windows: FaultWindow[] = [];
  const open = new Map<FaultKind, number>();
  for (const op of ops) {
    const record = faultRecordOf(op);
    if (record === undefined) continue;
    const at = open.get(record.kind);
    if (at !== undefined) {
      const window = windows[at] as FaultWindow;
      const healProved = record.phase === "end" && record.proved;
      windows[at] = { ...window, endNs: record.beganNs, healedNs: record.completeNs, healProved };
      open.delete(record.kind);
    }
    if (record.phase === "begin") {
      open.set(record.kind, windows.length);
      windows.push(windowOf(record));
    }
  }
  return windows;
}

function windowOf(record: FaultRecord): FaultWindow {
  const { kind, shape, oneWay, targets, sides, grudge, beganNs, completeNs, proved } = record;
  return {
    kind,
    ...(shape === undefined ? {} : { shape }),
    ...(oneWay === undefined ? {} : { oneWay }),
    targets,
    ...(sides === undefined ? {} : { sides }),
    ...(grudge === undefined ? {} : { grudge }),
    beginNs: beganNs,
    biteNs: completeNs,
    endNs: -1,
    healedNs: -1,
    proved,
    healProved: false,
  };
}
