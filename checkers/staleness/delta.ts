/**
 * The smallest time by which reads would have to begin earlier for a history to be atomic: delta-atomicity of Golab, Li & Shah
 * 2011, "Analyzing consistency properties for fun and profit". Found by halving: each try is a sweep over zones.
 */
import { NEVER } from "../linearizable/calls.js";
import type { Zones } from "./zones.js";

/** The most values of a key for which delta is looked for. */
const MOST_VALUES = 100_000;

/** Moments in ns, and -1 for before everything. */
interface Timed {
  readonly ends: Float64Array;
  readonly begins: Float64Array;
  readonly lastReads: Float64Array;
  readonly initialLastRead: number;
}

/** Delta of all keys together in ns, exact to 1 ns; undefined where a key has too many values. */
export function deltaOf(keys: readonly Zones[], times: Float64Array): number | undefined {
  let delta = 0;
  for (const zones of keys) {
    const timed = timedOf(zones, times);
    if (isAtomic(timed, delta)) continue;
    if (zones.count > MOST_VALUES) return undefined;
    // With all reads beginning at the start of the run no zone lies across another.
    let low = delta;
    let high = times[times.length - 1] as number;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (isAtomic(timed, middle)) high = middle;
      else low = middle;
    }
    delta = high;
  }
  return delta;
}

function timedOf(zones: Zones, times: Float64Array): Timed {
  const shown = [...zones.ends.keys()].filter((at) => zones.ends[at] !== NEVER);
  const timeOf = (position: number): number => (position === -1 ? -1 : (times[position] as number));
  return {
    ends: Float64Array.from(shown, (at) => timeOf(zones.ends[at] as number)),
    begins: Float64Array.from(shown, (at) => timeOf(zones.begins[at] as number)),
    lastReads: Float64Array.from(shown, (at) => timeOf(zones.lastReads[at] as number)),
    initialLastRead: timeOf(zones.initialLastRead),
  };
}

/** Is there no conflict between zones if reads begin `delta` ns earlier? See `linearizable/cell-fast.ts` for zones. */
function isAtomic({ ends, begins, lastReads, initialLastRead }: Timed, delta: number): boolean {
  const lasts = begins.map((begin, at) => Math.max(begin, (lastReads[at] as number) - delta));
  const order = [...ends.keys()].sort(
    (a, b) => Math.min(ends[a] as number, lasts[a] as number) - Math.min(ends[b] as number, lasts[b] as number),
  );
  let until = initialLastRead - delta;
  for (const at of order) {
    const end = ends[at] as number;
    const last = lasts[at] as number;
    if (end < until) return false;
    if (end < last) until = Math.max(until, last);
  }
  return true;
}
