/** What can be set on a kv-gossip cluster. */

export interface GossipOptions {
  /** A registered instance without a heartbeat for this long is no longer listed; ms. */
  readonly ttlMs: number;
  /** Pause between comparisons with a peer; ms, 0 = no anti-entropy. */
  readonly antiEntropyMs: number;
  /** How many peers a node tells news to at a time. */
  readonly fanout: number;
  readonly bug: string;
}

export const GOSSIP_DEFAULTS: GossipOptions = { ttlMs: 3000, antiEntropyMs: 500, fanout: 2, bug: "none" };
