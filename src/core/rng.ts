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
export function deriveSeed(seed: number, ...labels: readonly (string | number)[]): number {
  let h = mix(seed ^ 0x9e3779b9) ^ mix(Math.floor(seed / 4294967296) + 0x7f4a7c15);
  for (const label of labels) {
    if (typeof label === "number") {
      h = mix(Math.imul(h, 0x01000193) ^ (label | 0)) ^ mix(Math.floor(label / 4294967296) + 0x51ed270b);
    } else {
      for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
      h = mix(h ^ label.length);
    }
  }
  return h >>> 0;
}

/** A stream keyed by a seed and labels: `rng(seed, "op", 17)` always starts at the same place. */
export function rng(seed: number, ...labels: readonly (string | number)[]): Rng {
  let state = deriveSeed(seed, ...labels);
  const uint32 = (): number => {
    // splitmix32: a Weyl sequence, then a mixer.
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  // Multiply-shift keeps the bias below n / 2^32; exact in doubles, since both factors stay below 2^32 … 2^53 rounding
  // can only touch the lowest bits of the product, and never its integer part's upper bound.
  const below = (n: number): number => Math.floor((uint32() * n) / 4294967296);
  return {
    uint32,
    below,
    chance: (numerator, denominator) => below(denominator) < numerator,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("pick from an empty list");
      return items[below(items.length)] as (typeof items)[number];
    },
    shuffle: (items) => {
      const out = items.slice();
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const held = out[i] as (typeof out)[number];
        out[i] = out[j] as (typeof out)[number];
        out[j] = held;
      }
      return out;
    },
  };
}
