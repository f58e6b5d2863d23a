/** The entries a node knows, which of two is newer, and which are still alive. */
import type { Key } from "../../core/op.js";
import type { Repairable } from "../entropy.js";
import { lastWriteWins } from "../quorum/cell.js";
import { HashTree, hashOf, PARTITIONS } from "../tree.js";
import type { Entry, News } from "./messages.js";
import type { GossipOptions } from "./options.js";

interface Known {
  readonly entry: Entry;
  /** This node's time of the newest heartbeat, as far as it can be known. */
  readonly freshMs: number;
}

export function idOf({ key, el }: { readonly key: Key; readonly el?: number | string | undefined }): string {
  return JSON.stringify(el === undefined ? [key] : [key, el]);
}

/** Is `a` newer than `b`? The version decides; of one version, the number of heartbeats. */
export function isNewer(a: Entry, b: Entry): boolean {
  const [over, under] = [lastWriteWins.covers(a.c, b.c), lastWriteWins.covers(b.c, a.c)];
  return over && under ? (a.beat ?? 0) > (b.beat ?? 0) : over;
}

export class Store implements Repairable<News> {
  readonly tree = new HashTree();
  changes = 0;
  /** The time of the current step. */
  nowMs = 0;
  private readonly known = new Map<string, Known>();
  private readonly byKey = new Map<Key, Set<string>>();

  constructor(
    private readonly options: GossipOptions,
    /** Told of each entry that is new here. */
    private readonly learned: (id: string, entry: Entry) => void,
  ) {}

  get size(): number {
    return this.known.size;
  }

  entry(id: string): Entry | undefined {
    return this.known.get(id)?.entry;
  }

  /** Is anything known of this key, alive or not? */
  knows(key: Key): boolean {
    return (this.byKey.get(key)?.size ?? 0) > 0;
  }

  entries(): readonly Entry[] {
    return [...this.known.values()].map(({ entry }) => entry);
  }

  item(id: string): News | undefined {
    const known = this.known.get(id);
    return known === undefined ? undefined : { ...known.entry, age: this.nowMs - known.freshMs };
  }

  take(news: readonly News[]): void {
    for (const { age, ...entry } of news) this.put(entry, this.nowMs - age);
  }

  /** Takes an entry in if it is newer than what is known. */
  put(entry: Entry, freshMs: number): void {
    const id = idOf(entry);
    const old = this.known.get(id)?.entry;
    if (old !== undefined && !isNewer(entry, old)) return;
    // Planted bug: a removed entry leaves no trace, so an old copy of it is taken for news. (A sound node keeps the
    // tombstone for good: a node that was cut off may tell of the entry at any time.)
    if (this.options.bug === "comes-back" && entry.dead === true) {
      if (old === undefined) return;
      this.forget(id, entry.key);
    } else {
      this.keep(id, { entry, freshMs });
    }
    this.changes++;
    this.learned(id, entry);
  }

  /** Every entry of a key that is alive. */
  alive(key: Key): readonly Entry[] {
    const ids = [...(this.byKey.get(key) ?? [])];
    return ids.flatMap((id) => {
      const known = this.known.get(id) as Known;
      return this.isAlive(known) ? [known.entry] : [];
    });
  }

  private isAlive({ entry, freshMs }: Known): boolean {
    if (entry.dead === true) return false;
    // Planted bug: nobody looks at the time.
    if (this.options.bug === "never-expires") return true;
    return entry.beat === undefined || this.nowMs - freshMs < this.options.ttlMs;
  }

  private keep(id: string, known: Known): void {
    this.known.set(id, known);
    const ids = this.byKey.get(known.entry.key) ?? new Set();
    this.byKey.set(known.entry.key, ids.add(id));
    this.tree.set(hashOf(id) % PARTITIONS, id, hashOf(id, JSON.stringify([known.entry.c, known.entry.beat ?? 0])));
  }

  private forget(id: string, key: Key): void {
    this.known.delete(id);
    this.byKey.get(key)?.delete(id);
    this.tree.set(hashOf(id) % PARTITIONS, id, undefined);
  }
}
