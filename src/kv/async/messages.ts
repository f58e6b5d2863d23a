/** What kv-async nodes say to each other, and what they keep on disk. */
import type { NodeId } from "../../core/op.js";
import type { MachineImage } from "../machine.js";
import type { Reply, Request } from "../protocol.js";

/** A place in the log: the epoch of the primary that wrote the entry, and its index. Only one entry ever has it. */
export interface Position {
  readonly e: number;
  readonly i: number;
}

export interface Entry extends Position {
  readonly r: Request;
}

export type Message =
  /** Primary to replicas: I am here. `ok`: and I hear a majority. `at`: the primary's clock, echoed by the ack. */
  | { readonly t: "beat"; readonly e: number; readonly ok: boolean; readonly at: number }
  /** Replica to primary: my log ends here. `at` is absent when it answers no heartbeat. */
  | { readonly t: "ack"; readonly e: number; readonly last: Position; readonly at?: number }
  | { readonly t: "entries"; readonly e: number; readonly prev: Position; readonly list: readonly Entry[] }
  /** Primary to a replica whose log is not a prefix of its own: forget yours, take mine. */
  | { readonly t: "full"; readonly e: number; readonly last: Position; readonly image: MachineImage }
  | { readonly t: "elect"; readonly e: number; readonly last: Position }
  | { readonly t: "vote"; readonly e: number }
  /** Anyone to a sender of an old epoch: a primary of this epoch exists, or a vote in it was given. */
  | { readonly t: "newer"; readonly e: number; readonly primary: NodeId | null }
  /** A client's request, from the node that received it; `run` names that node's start, `n` the request within it. */
  | { readonly t: "ask"; readonly run: number; readonly n: number; readonly r: Request }
  | { readonly t: "answer"; readonly run: number; readonly n: number; readonly reply: Reply };

/** One line of the disk. The last `meta` counts; a `snapshot` is only ever the first line. */
export type DiskRecord =
  | { readonly k: "meta"; readonly epoch: number; readonly primary: NodeId | null; readonly voted: number }
  | ({ readonly k: "entry" } & Entry)
  | { readonly k: "snapshot"; readonly last: Position; readonly image: MachineImage };

export function samePosition(a: Position, b: Position): boolean {
  return a.e === b.e && a.i === b.i;
}

/** Is a's log older than b's? The newer epoch wins, then the longer log. */
export function isBehind(a: Position, b: Position): boolean {
  return a.e !== b.e ? a.e < b.e : a.i < b.i;
}
