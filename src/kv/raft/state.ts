/** The memory of one kv-raft node. What it does with it is in the other files, one per part of the protocol. */
import type { NodeId } from "../../core/op.js";
import { type Rng, rng } from "../../core/rng.js";
import { emptyMachine, type Machine } from "../machine.js";
import { majority, type Request } from "../protocol.js";
import { RaftLog } from "./log.js";
import type { Answer } from "./messages.js";
import type { RaftOptions } from "./options.js";
import { RaftOutbox } from "./outbox.js";

export type Role = "follower" | "precandidate" | "candidate" | "leader";

/** What a leader knows of another node. */
export interface Peer {
  readonly node: NodeId;
  /** The logs agree up to here. */
  match: number;
  /** The next entry to send; runs ahead of `match` while messages are under way. */
  next: number;
  /** Where the logs part is not known yet: one small message at a time. */
  probing: boolean;
  /** Messages with entries that were not answered. */
  inFlight: number;
  /** When entries were sent last, and when a snapshot; ms. */
  sentMs: number;
  snapshotMs: number;
  /** When it answered last, by the leader's lease clock; ms. */
  heardMs: number;
  /** The newest round it answered. */
  round: number;
  /** The leader's clock when it sent the newest message that was answered; -1 = none in this term. */
  heardAt: number;
}

/** Who waits for the outcome of an attempt: a node (this one too) and its name for it. */
export interface Origin {
  readonly from: NodeId;
  readonly run: number;
  readonly n: number;
  readonly attempt: number;
}

/** A client's request at the node that received it. */
export interface Pending {
  readonly id: number;
  readonly request: Request;
  readonly sinceMs: number;
  /** Attempts so far, and a bit for each that is known to have no effect (attempt 1 is bit 0). */
  attempts: number;
  refused: number;
  /** The term whose leader was tried last. */
  triedTerm: number;
}

/** An origin that waits for an entry. `named`: copies of the request can be told from new ones. */
export interface Waiter {
  readonly term: number;
  readonly origin: Origin;
  readonly named: boolean;
}

/** A request that came to a leader before it opened its term. */
export interface Held {
  readonly origin: Origin;
  readonly request: Request;
}

/** A read that waits until the leader knows that it still leads. */
export interface Read {
  readonly origin: Origin;
  readonly request: Request;
  /** It may be answered when this round is confirmed and this entry applied. */
  readonly round: number;
  readonly index: number;
}

export class RaftState {
  readonly out = new RaftOutbox();
  readonly others: readonly NodeId[];
  readonly majority: number;
  random: Rng = rng(0);
  /** Random number of this start: answers meant for an earlier life of this node are not ours. */
  run = 0;
  nowMs = 0;
  wallMs = 0;

  /** Durable: the term, the vote given in it, the log, and a machine snapshot (with the log's entries up to it dropped). */
  term = 0;
  vote: NodeId | null = null;
  readonly log = new RaftLog();
  /** The last entry covered by the snapshot on disk. */
  snapshot = 0;
  /** Term or vote differ from what is on disk. */
  hardChanged = false;

  /** Entries up to here are committed, and applied to the machine. */
  commit = 0;
  machine: Machine = emptyMachine();

  role: Role = "follower";
  leader: NodeId | null = null;
  /** When a leader was heard last; ms. */
  heardMs = -1_000_000;
  electionDueMs = 0;
  readonly votes = new Set<NodeId>();

  /** Leader only. */
  peers: readonly Peer[] = [];
  /** Scratch of `majorityOf`. */
  readonly sorted: number[] = [];
  reignMs = 0;
  /** The first entry of this leader's term. */
  opening = 0;
  /** This leader has not opened its term yet, and keeps requests until then. */
  settling = false;
  held: Held[] = [];
  round = 0;
  /** A read waits for the round after the current one. */
  roundWanted = false;
  reads: Read[] = [];

  /** Who waits for the entry at an index, if it is still the one of that term. */
  readonly waiters = new Map<number, Waiter>();
  /** The newest term this node led in this life. */
  ledTerm = 0;
  /** The newest write of each client that this node put into the log in this life. */
  readonly proposed = new Map<string, { readonly seq: number; readonly term: number }>();
  /** The newest write of each client that came to this node from the client itself. */
  readonly received = new Map<string, number>();
  readonly pending = new Map<number, Pending>();
  nextPending = 1;
  expiryArmed = false;
  /** The term whose leader the pending requests were offered to; -1 = nobody leads. */
  offeredTerm = -1;
  /** Answers for this node itself, until the end of the step. */
  readonly ownAnswers: Answer[] = [];

  constructor(
    readonly node: NodeId,
    readonly nodes: readonly NodeId[],
    readonly options: RaftOptions,
  ) {
    this.others = nodes.filter((other) => other !== node);
    this.majority = majority(nodes.length);
  }

  /** Is this planted bug switched on? */
  has(bug: string): boolean {
    return this.options.bug === bug;
  }

  setTerm(term: number): void {
    this.term = term;
    this.vote = null;
    this.hardChanged = true;
  }

  setVote(vote: NodeId): void {
    this.vote = vote;
    this.hardChanged = true;
  }

  /** Puts the next election off by a random time, so that two nodes rarely stand at once. */
  putOffElection(): void {
    const { electionMs } = this.options;
    this.electionDueMs = this.nowMs + electionMs + this.random.below(electionMs);
  }
}
