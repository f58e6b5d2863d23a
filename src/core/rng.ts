/**
 * Seeded randomness for everything random. Integer arithmetic only (Math.imul, shifts), so the same seed gives the same
 * numbers on every machine and Node version.
 */

/** A stream of random numbers. */
export interface Rng {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A whole number in [0, n). n is at least 1 and at most 2^32. */
  below(n: number): number;
  /** True with probability numerator / denominator. */
  chance(numerator: number, denominator: number): boolean;
  /** One element of a non-empty list. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** Mixes 32 bits well (the finalizer of MurmurHash3: each input bit flips each output bit with probability near 1/2). */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** One 32-bit seed from a seed and any labels, so that independent parts draw from independent streams. */
export function deriveSeed(seed: number, ...labels: readonly Label[]): number {
  let h = rooted(seed);
  for (const label of labels) h = labelled(h, label);
  return h >>> 0;
}

type Label = string | number;

function rooted(seed: number): number {
  return mix(seed ^ 0x9e3779b9) ^ mix(Math.floor(seed / 4294967296) + 0x7f4a7c15);
}

function labelled(hash: number, label: Label): number {
  if (typeof label === "number") {
    return mix(Math.imul(hash, 0x01000193) ^ (label | 0)) ^ mix(Math.floor(label / 4294967296) + 0x51ed270b);
  }
  let h = hash;
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
  return mix(h ^ label.length);
}

/**
 * A stream keyed by a seed and labels: `rng(seed, "op", 17)` always starts at the same place, that of
 * `deriveSeed(seed, "op", 17)`. No list of labels is made: each op of a run draws from several streams of its own.
 */
export function rng(seed: number, first?: Label, second?: Label, third?: Label): Rng {
  let h = rooted(seed);
  if (first !== undefined) h = labelled(h, first);
  if (second !== undefined) h = labelled(h, second);
  if (third !== undefined) h = labelled(h, third);
  return new SplitMix32(h >>> 0);
}

/** A class and no closures: every op draws from streams of its own, so making one must cost next to nothing. */
class SplitMix32 implements Rng {
  constructor(private state: number) {}

  /** A Weyl sequence, then a mixer. */
  uint32(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state ^ (this.state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  // Multiply-shift keeps the bias below n / 2^32; exact in doubles, since both factors stay below 2^32 … 2^53 rounding
  // can only touch the lowest bits of the product, and never its integer part's upper bound.
  below(n: number): number {
    return Math.floor((this.uint32() * n) / 4294967296);
  }

  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("pick from an empty list");
    return items[this.below(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = out[i] as T;
      out[i] = out[j] as T;
      out[j] = held;
    }
    return out;
  }
}
