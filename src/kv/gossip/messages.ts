/** What kv-gossip nodes tell each other, and what they keep on disk. */
import type { Key } from "../../core/op.js";
import type { EntropyMessage } from "../entropy.js";
import type { Clock } from "../quorum/cell.js";

/** A register, or an instance of a service (an element of a set). */
export interface Entry {
  readonly key: Key;
  readonly el?: number | string;
  /** The version of what was written, registered or removed; heartbeats leave it alone. */
  readonly c: Clock;
  readonly x?: unknown;
  readonly dead?: true;
  /** Heartbeats since it was registered; absent: it needs none and never expires. */
  readonly beat?: number;
}

/** An entry on its way: `age` is how long ago its newest heartbeat was, so that news of the dying does not make it young. */
export type News = Entry & { readonly age: number };

export type Message = { readonly t: "rumor"; readonly news: readonly News[] } | EntropyMessage<News>;

export type DiskRecord = { readonly k: "boot"; readonly n: number } | { readonly k: "entry"; readonly entry: Entry };
