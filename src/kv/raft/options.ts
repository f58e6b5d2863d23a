/** What can be set on a kv-raft node. */

export interface RaftOptions {
  /**
   * How reads are answered. index: the leader confirms with a majority that it still leads (ReadIndex). lease: it relies on
   * a lease that a majority granted, and falls back to index. local: any node answers from its own copy, which may be old.
   */
  readonly reads: "index" | "lease" | "local";
  /** A follower that hears no leader for this long, and up to twice as long at random, stands for election; ms. */
  readonly electionMs: number;
  readonly heartbeatMs: number;
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
  snapshotEntries: 1000,
  holdMs: 250,
  bug: "none",
};
