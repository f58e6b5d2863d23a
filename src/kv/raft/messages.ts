/** What kv-raft nodes say to each other, and what they keep on disk. */
import type { NodeId } from "../../core/op.js";
import type { MachineImage } from "../machine.js";
import type { Reply, Request } from "../protocol.js";

/** A log entry. `request` is null in the entry with which a leader opens its term. */
export interface Entry {
  readonly term: number;
  readonly request: Request | null;
}

/** May I stand in `term`? (pre-vote: nobody's term changes) / I stand in `term`. */
export interface VoteRequest {
  readonly t: "prevote" | "vote";
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
}

/** `asked` is the term of the request, `term` the voter's own. */
export interface VoteReply {
  readonly t: "prevoted" | "voted";
  readonly term: number;
  readonly asked: number;
  readonly granted: boolean;
}

/** AppendEntries, and the heartbeat when `entries` is empty. */
export interface Append {
  readonly t: "append";
  readonly term: number;
  readonly prev: number;
  readonly prevTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** Round of leadership checks this message belongs to, and the leader's clock; both come back in the answer. */
  readonly round: number;
  readonly at: number;
}

/** InstallSnapshot, in one piece: the machine after entry `index`. */
export interface Install {
  readonly t: "install";
  readonly term: number;
  readonly index: number;
  readonly indexTerm: number;
  readonly image: MachineImage;
  readonly round: number;
  readonly at: number;
}

/** The answer to both. `match`: the logs agree up to here (ok), or a guess where they might (not ok). */
export interface Appended {
  readonly t: "appended";
  readonly term: number;
  readonly ok: boolean;
  readonly match: number;
  /** The `prev` that was refused; 0 when ok. */
  readonly prev: number;
  readonly round: number;
  readonly at: number;
}

/** A client's request, handed to the leader of `term`. `run`, `n` and `attempt` name it at the node that hands it on. */
export interface Forward {
  readonly t: "forward";
  readonly term: number;
  readonly run: number;
  readonly n: number;
  readonly attempt: number;
  readonly request: Request;
}

/** What became of an attempt: the machine's answer, or a refusal. `sure`: this attempt has no effect and never will. */
export interface Answer {
  readonly t: "answer";
  readonly run: number;
  readonly n: number;
  readonly attempt: number;
  readonly reply?: Reply;
  readonly refused?: string;
  readonly sure?: boolean;
}

export type Message = VoteRequest | VoteReply | Append | Install | Appended | Forward | Answer;

/** One line of the disk. The last `hard` counts; an `entry` replaces what was at its index and after it. */
export type DiskRecord =
  | { readonly k: "hard"; readonly term: number; readonly vote: NodeId | null }
  | { readonly k: "entry"; readonly i: number; readonly term: number; readonly request: Request | null }
  | { readonly k: "snapshot"; readonly i: number; readonly term: number; readonly image: MachineImage };
