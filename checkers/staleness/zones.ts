/**
 * When each value of a register was there for certain, and when it was overwritten for certain: from real time alone. A value's
 * zone begins with its write and is shown by the first call that wrote or read it and has ended.
 */
import { beginOf, endOf, INITIAL, NO_READ, type Rows } from "../levels/rows.js";
import { NEVER } from "../linearizable/calls.js";

/** The written values of one key, in the order in which their writes began. Positions in the history. */
export interface Zones {
  readonly count: number;
  /** Where the write begins. */
  readonly begins: Int32Array;
  /** Where the first call of the value ends; NEVER where only a crashed write knows of it. */
  readonly ends: Int32Array;
  /** Where the last read of the value begins; -1: nobody read it. */
  readonly lastReads: Int32Array;
  /** Of this value and all whose writes began later: the first end. */
  readonly laterEnds: Int32Array;
  /** The initial value's last read. */
  initialLastRead: number;
  /** Reads: their rows, and which value each saw; -1: the initial one. */
  readonly reads: number[];
  readonly seen: number[];
}

/** The zones of each key. Reads of values that nobody wrote, or that end before the write begins, are left out. */
export function zonesOf(rows: Rows): Zones[] {
  const counts = new Map<number, number>();
  for (let row = 0; row < rows.count; row++) {
    const key = rows.key[row] as number;
    counts.set(key, (counts.get(key) ?? 0) + (rows.writes[row] as number));
  }
  const zones = new Map<number, Zones>();
  for (const [key, count] of counts) zones.set(key, emptyZones(count));
  const place = new Int32Array(rows.count);
  const filled = new Map<number, number>();
  for (let row = 0; row < rows.count; row++) {
    if (rows.writes[row] === 0) continue;
    const key = rows.key[row] as number;
    const zone = zones.get(key) as Zones;
    const at = filled.get(key) ?? 0;
    filled.set(key, at + 1);
    place[row] = at;
    zone.begins[at] = beginOf(rows, row);
    zone.ends[at] = endOf(rows, row);
  }
  for (let row = 0; row < rows.count; row++) look(rows, row, zones.get(rows.key[row] as number) as Zones, place);
  for (const zone of zones.values()) {
    let first = NEVER;
    for (let at = zone.count - 1; at >= 0; at--) {
      first = Math.min(first, zone.ends[at] as number);
      zone.laterEnds[at] = first;
    }
  }
  return [...zones.values()];
}

function emptyZones(count: number): Zones {
  return {
    count,
    begins: new Int32Array(count),
    ends: new Int32Array(count),
    lastReads: new Int32Array(count).fill(-1),
    laterEnds: new Int32Array(count),
    initialLastRead: -1,
    reads: [],
    seen: [],
  };
}

/** Takes note of what a row read. A compare-and-set counts as the write that it is, and its reading shows the value, too. */
function look(rows: Rows, row: number, zone: Zones, place: Int32Array): void {
  const source = rows.source[row] as number;
  const end = endOf(rows, row);
  if (source === NO_READ || (source < 0 && source !== INITIAL)) return;
  const pure = rows.writes[row] === 0;
  const begin = beginOf(rows, row);
  if (source === INITIAL) {
    if (!pure) return;
    zone.initialLastRead = Math.max(zone.initialLastRead, begin);
    zone.reads.push(row);
    zone.seen.push(-1);
    return;
  }
  const at = place[source] as number;
  if (end < (zone.begins[at] as number)) return;
  zone.ends[at] = Math.min(zone.ends[at] as number, end);
  if (!pure) return;
  zone.lastReads[at] = Math.max(zone.lastReads[at] as number, begin);
  zone.reads.push(row);
  zone.seen.push(at);
}

/** The first of a key's writes that began after a position; `count` where none did. */
export function firstAfter(begins: Int32Array, position: number): number {
  let low = 0;
  let high = begins.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((begins[middle] as number) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}
