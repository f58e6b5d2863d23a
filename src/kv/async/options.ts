/** What can be set on a kv-async node. */

export interface AsyncOptions {
  /** How long the primary must be silent before the replicas elect another; ms. */
  readonly failoverMs: number;
  /** How long a primary goes on serving without hearing from a majority; ms, 0 = for ever. */
  readonly primaryTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A planted bug's name, or "none". */
  readonly bug: string;
}

export const ASYNC_DEFAULTS: AsyncOptions = { failoverMs: 1500, primaryTimeoutMs: 1500, heartbeatMs: 100, bug: "none" };
