/** Which seeds a sweep runs, and whether two sweeps ran some of them both. */
import { UsageError } from "../../core/errors.js";
import type { SeedRange, Shard } from "./types.js";

const SEEDS_MAX = 10_000_000;

/** "2/4" as a shard. @throws UsageError where it is none. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const shard = { index: Number(match?.[1] ?? 0), count: Number(match?.[2] ?? 0) };
  if (shard.index < 1 || shard.index > shard.count) {
    throw new UsageError(`--shard ${text}: write 1/4 for the first of four parts.`);
  }
  return shard;
}

/** @throws UsageError where the range is empty or leaves the safe integers. */
export function checkRange({ firstSeed, seeds }: SeedRange): void {
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > SEEDS_MAX) {
    throw new UsageError(`--seeds ${seeds}: give a whole number from 1 to ${SEEDS_MAX}.`);
  }
  if (!Number.isSafeInteger(firstSeed) || firstSeed < 0 || !Number.isSafeInteger(firstSeed + seeds)) {
    throw new UsageError(`--first-seed ${firstSeed}: give a whole number of 0 or more.`);
  }
}

/** The seeds of a range in order. Shards take turns, so that each gets its share of whatever the order brings. */
export function* seedsOf({ firstSeed, seeds, shard = { index: 1, count: 1 } }: SeedRange): Generator<number> {
  for (let i = shard.index - 1; i < seeds; i += shard.count) yield firstSeed + i;
}

export function countSeeds({ seeds, shard = { index: 1, count: 1 } }: SeedRange): number {
  return Math.max(0, Math.ceil((seeds - (shard.index - 1)) / shard.count));
}

/** Do both hold a seed? */
export function overlap(a: SeedRange, b: SeedRange): boolean {
  const [last, first] = [Math.min(endOf(a), endOf(b)), Math.max(a.firstSeed, b.firstSeed)];
  if (first >= last) return false;
  const mine = new Set(seedsOf(a));
  for (const seed of seedsOf(b)) if (mine.has(seed)) return true;
  return false;
}

const endOf = ({ firstSeed, seeds }: SeedRange): number => firstSeed + seeds;
