/** What can be set on a kv-raft node. */
import { UsageError } from "../../core/errors.js";

export interface RaftOptions {
  /**
   * How reads are answered. index: the leader confirms with a majority that it still leads (ReadIndex). lease: it relies on
   * a lease that a majority granted, and falls back to index. local: any node answers from its own copy, which may be old.
   */
  readonly reads: "index" | "lease" | "local";
  /** A follower that hears no leader for this long, and up to twice as long at random, stands for election; ms. */
  readonly electionMs: number;
  readonly heartbeatMs: number;
  /**
   * Ask before an election whether it could be won, and help nobody to replace a leader that is heard. Without, a node that
   * was cut off disturbs the others when it comes back, and elections are far more frequent; safety does not depend on it.
   * Leases do.
   */
  readonly preVote: boolean;
  /**
   * How long a new leader only brings the others up to date, before it opens its term and takes requests (as Zab does: first
   * synchronization, then broadcast); ms. Nothing of its predecessors is committed meanwhile, so requests wait. 0: it opens at once.
   */
  readonly settleMs: number;
  /** Entries applied since the last snapshot before the next one is written. */
  readonly snapshotEntries: number;
  /** How long a node keeps a request while no leader is known, before it refuses; ms. */
  readonly holdMs: number;
  /** A planted bug's name, or "none". */
  readonly bug: string;
}

export const RAFT_DEFAULTS: RaftOptions = {
  reads: "index",
  electionMs: 500,
  heartbeatMs: 50,
  preVote: true,
  settleMs: 0,
  snapshotEntries: 1000,
  holdMs: 250,
  bug: "none",
};

/** All options, the missing ones by default. @throws UsageError where they contradict each other. */
export function raftOptions(given: Partial<RaftOptions>): RaftOptions {
  const { electionMs } = { ...RAFT_DEFAULTS, ...given };
  // Several may be lost or late before a follower misses its leader.
  const heartbeatMs = Math.max(1, Math.min(RAFT_DEFAULTS.heartbeatMs, Math.floor(electionMs / 10)));
  const options = { ...RAFT_DEFAULTS, heartbeatMs, ...given };
  if (options.reads === "lease" && !options.preVote) {
    throw new UsageError("kv-raft: leases need pre-vote: without it nodes vote while a lease lasts.");
  }
  return options;
}
