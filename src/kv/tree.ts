/**
 * A hash tree over items (Merkle 1987, as Dynamo uses it): nodes that hold the same items have the same hashes, and where
 * they differ two steps down find the few items that do. A leaf's hash is the exclusive or of its items' hashes, so putting
 * an item costs the same however many there are.
 */
import { deriveSeed } from "../core/rng.js";

/** Keys are spread over this many partitions, and the items of a partition over its leaves. */
export const PARTITIONS = 16;
const LEAVES = 64;

/** A 32-bit hash of texts. */
export function hashOf(...texts: readonly string[]): number {
  return deriveSeed(0, ...texts);
}

/** An item's name and the hash of its content. */
export type Fingerprint = readonly [id: string, hash: number];

export class HashTree {
  private readonly partitions = new Int32Array(PARTITIONS);
  private readonly leaves = new Int32Array(PARTITIONS * LEAVES);
  private readonly ids: Map<string, number>[] = Array.from({ length: PARTITIONS * LEAVES }, () => new Map());

  /** Notes that the item `id` of `partition` now has content with this hash; undefined: it is gone. */
  set(partition: number, id: string, hash: number | undefined): void {
    const leaf = partition * LEAVES + (hashOf(id) % LEAVES);
    const ids = this.ids[leaf] as Map<string, number>;
    const old = ids.get(id);
    const change = (old ?? 0) ^ (hash ?? 0);
    this.leaves[leaf] = (this.leaves[leaf] as number) ^ change;
    this.partitions[partition] = (this.partitions[partition] as number) ^ change;
    if (hash === undefined) ids.delete(id);
    else ids.set(id, hash);
  }

  partitionHash(partition: number): number {
    return this.partitions[partition] as number;
  }

  /** The hashes of a partition's leaves, in order. */
  leafHashes(partition: number): readonly number[] {
    return [...this.leaves.subarray(partition * LEAVES, (partition + 1) * LEAVES)];
  }

  /** The items of one leaf. */
  fingerprints(partition: number, leaf: number): readonly Fingerprint[] {
    return [...(this.ids[partition * LEAVES + leaf] as Map<string, number>)];
  }
}
