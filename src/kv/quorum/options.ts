/** What can be set on a kv-quorum cluster. */

export interface QuorumOptions {
  /** Replicas of each key; 0 = all nodes. */
  readonly n: number;
  /** Replicas that must answer a read; 0 = a majority of n. */
  readonly r: number;
  /** Replicas that must have stored a write; 0 = a majority of n. */
  readonly w: number;
  /** Sloppy quorum: other nodes stand in for replicas out of reach, and hand over what they took (hinted hand-off). */
  readonly sloppy: boolean;
  /** blocking: a read answers only when w replicas hold what it returns; async: repairs afterwards; none: never. */
  readonly repair: "blocking" | "async" | "none";
  readonly versions: "lww" | "vector";
  /** Pause between comparisons with a peer; ms, 0 = no anti-entropy. */
  readonly antiEntropyMs: number;
  readonly bug: string;
}

export const QUORUM_DEFAULTS: QuorumOptions = {
  n: 0,
  r: 0,
  w: 0,
  sloppy: false,
  repair: "blocking",
  versions: "lww",
  antiEntropyMs: 500,
  bug: "none",
};
