/**
 * Anti-entropy (Demers et al. 1987): now and then two nodes compare their hash trees and hand each other what the other
 * lacks. It is what brings nodes together after faults, whatever else was lost.
 *
 * A asks B with its partitions' hashes; B answers with the leaves of those that differ; A with the fingerprints of the items
 * in leaves that differ; B gives the items that A lacks and names those it wants; A gives them.
 */
import type { NodeId } from "../core/op.js";
import type { Fingerprint, HashTree } from "./tree.js";

export type EntropyMessage<Item> =
  | { readonly t: "tree"; readonly at: number; readonly parts: readonly (readonly [number, number])[] }
  | { readonly t: "same"; readonly at: number }
  | { readonly t: "leaves"; readonly parts: readonly (readonly [number, readonly number[]])[] }
  | { readonly t: "prints"; readonly leaves: readonly (readonly [number, number, readonly Fingerprint[]])[] }
  | { readonly t: "items"; readonly give: readonly Item[]; readonly want: readonly string[] };

/** What anti-entropy needs of a store. */
export interface Repairable<Item> {
  readonly tree: HashTree;
  /** Counts changes: two equal numbers mean that nothing changed in between. */
  readonly changes: number;
  item(id: string): Item | undefined;
  /** Takes items in, keeping the newer of each two. */
  take(items: readonly Item[]): void;
}

/** More than this many items go in several rounds. */
const ITEMS_PER_MESSAGE = 500;

export class Entropy<Item> {
  private turn = 0;
  /** For each peer, `changes` of our store when it was last found to hold the same. */
  private readonly clean = new Map<NodeId, number>();

  constructor(
    private readonly store: Repairable<Item>,
    private readonly peers: readonly NodeId[],
    /** The partitions that a peer shares with this node. */
    private readonly shared: (peer: NodeId) => readonly number[],
    private readonly send: (to: NodeId, message: EntropyMessage<Item>) => void,
  ) {}

  /** Compares with the next peer in turn. */
  round(): void {
    const peer = this.peers[this.turn++ % Math.max(1, this.peers.length)];
    if (peer === undefined) return;
    const parts = this.shared(peer).map((p) => [p, this.store.tree.partitionHash(p)] as const);
    this.send(peer, { t: "tree", at: this.store.changes, parts });
  }

  /** Peers not known to hold what this node holds now. */
  unequal(): number {
    return this.peers.filter((peer) => (this.clean.get(peer) ?? 0) !== this.store.changes).length;
  }

  /** Handles a peer's message. */
  receive(from: NodeId, message: EntropyMessage<Item>): void {
    switch (message.t) {
      case "tree":
        this.compareTrees(from, message.at, message.parts);
        break;
      case "same":
        if (message.at === this.store.changes) this.clean.set(from, message.at);
        break;
      case "leaves":
        this.send(from, { t: "prints", leaves: this.differingLeaves(message.parts) });
        break;
      case "prints":
        this.compareItems(from, message.leaves);
        break;
      case "items": {
        this.store.take(message.give);
        const give = this.items(message.want);
        if (give.length > 0) this.send(from, { t: "items", give, want: [] });
        break;
      }
    }
  }

  private compareTrees(from: NodeId, at: number, theirs: readonly (readonly [number, number])[]): void {
    const { tree } = this.store;
    const parts = theirs
      .filter(([p, hash]) => tree.partitionHash(p) !== hash)
      .map(([p]) => [p, tree.leafHashes(p)] as const);
    if (parts.length === 0) {
      this.clean.set(from, this.store.changes);
      this.send(from, { t: "same", at });
    } else {
      this.send(from, { t: "leaves", parts });
    }
  }

  private differingLeaves(theirs: readonly (readonly [number, readonly number[]])[]) {
    const { tree } = this.store;
    return theirs.flatMap(([p, hashes]) => {
      const mine = tree.leafHashes(p);
      return hashes.flatMap((hash, leaf) =>
        mine[leaf] === hash ? [] : [[p, leaf, tree.fingerprints(p, leaf)] as const],
      );
    });
  }

  private compareItems(from: NodeId, leaves: readonly (readonly [number, number, readonly Fingerprint[]])[]): void {
    const give: string[] = [];
    const want: string[] = [];
    for (const [p, leaf, prints] of leaves) {
      const theirs = new Map(prints);
      for (const [id, hash] of this.store.tree.fingerprints(p, leaf)) {
        const other = theirs.get(id);
        theirs.delete(id);
        if (other === hash) continue;
        give.push(id);
        // Both have it, and not the same: which is newer only a merge can tell.
        if (other !== undefined) want.push(id);
      }
      want.push(...theirs.keys());
    }
    if (give.length + want.length === 0) return;
    this.send(from, { t: "items", give: this.items(give), want: want.slice(0, ITEMS_PER_MESSAGE) });
  }

  private items(ids: readonly string[]): readonly Item[] {
    return ids.slice(0, ITEMS_PER_MESSAGE).flatMap((id) => {
      const item = this.store.item(id);
      return item === undefined ? [] : [item];
    });
  }
}
