/**
 * The order of a linearizable register's versions, from real time (Gibbons & Korach 1997, in the zone form of Golab, Li &
 * Shah). A version is done by f = the first completion of a transaction that left or saw it last, and still there at s = the
 * last invocation of one that found it first; v comes before w exactly if f(v) < s(w). That relation has a cycle exactly if
 * it has one of two versions: on any cycle, the version with the least f comes before all others.
 *
 * The pairs are too many to write out (n times the concurrency). In the order of f, each version enters a chain at its own
 * place, and leaves it at the place of the last f before its s.
 */
import type { EdgeList } from "./graph.js";

/** The zone of one version. */
export interface Zones {
  /** Version -> f; NEVER where nobody completed with it. */
  readonly done: Int32Array;
  /** Version -> s; -1 where nobody found it. */
  readonly there: Int32Array;
}

/** The versions of one key on the chain. */
export interface Timeline {
  /** Versions in the order of f; those that never are done come last and do not enter. */
  readonly versions: Int32Array;
  /** How many enter. */
  readonly entering: number;
  /** By place in `versions`: the place whose chain node leads to it, or -1. */
  readonly exit: Int32Array;
}

/** Two versions each of which comes before the other. */
export interface Conflict {
  readonly a: number;
  readonly b: number;
}

/** The timeline of one key's versions, or two that contradict each other. */
export function timelineOf(versions: number[], zones: Zones): Timeline | Conflict {
  const { done, there } = zones;
  const f = (v: number): number => done[v] as number;
  const s = (v: number): number => there[v] as number;
  const sorted = Int32Array.from(versions).sort((a, b) => f(a) - f(b));
  let entering = 0;
  // Of the zones that began before, the one that lasts longest. Two that both reach past f would contradict each other.
  let lasting = -1;
  for (const v of sorted) {
    if (f(v) === NEVER) break;
    entering++;
    if (lasting >= 0 && s(lasting) > f(v) && f(lasting) < s(v)) return { a: lasting, b: v };
    if (lasting < 0 || s(v) > s(lasting)) lasting = v;
  }
  const exit = Int32Array.from(sorted, (v, place) => {
    const until = firstAtOrAfter(sorted, entering, s(v), done);
    // A version is done before it is last seen, mostly; it must not lead to itself, so it leaves before its own place, and
    // what is done while it lasts leads to it directly (see `within`).
    return Math.min(until, place) - 1;
  });
  return { versions: sorted, entering, exit };
}

/** The places after its own whose versions come before the version at `place`: they are done while it lasts. */
export function within(line: Timeline, place: number, zones: Zones): { from: number; to: number } {
  const s = zones.there[line.versions[place] as number] as number;
  return { from: place + 1, to: firstAtOrAfter(line.versions, line.entering, s, zones.done) };
}

const NEVER = 0x7fffffff;

function firstAtOrAfter(sorted: Int32Array, count: number, position: number, done: Int32Array): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((done[sorted[middle] as number] as number) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Who is bound by a version: its writer (or -1) and its readers. */
export interface Bound {
  writer(version: number): number;
  readers(version: number): Int32Array;
}

/** Writes the dependencies of a timeline: who wrote or read a version comes before who wrote a later one. */
export function writeTimeline(
  edges: EdgeList,
  line: Timeline,
  zones: Zones,
  bound: Bound,
  ww: number,
  rw: number,
): void {
  const { versions, entering, exit } = line;
  if (entering === 0) return;
  const node = Array.from({ length: entering }, () => edges.virtual());
  const placeOfWriter = new Map<number, number>();
  const leaving: number[][] = node.map(() => []);
  for (const [place, version] of versions.entries()) {
    const writer = bound.writer(version);
    if (writer < 0) continue;
    placeOfWriter.set(writer, place);
    const at = exit[place] as number;
    if (at >= 0) {
      edges.leave(node[at] as number, writer);
      leaving[at]?.push(writer);
    }
    const direct = place < entering ? within(line, place, zones) : { from: 0, to: 0 };
    for (let i = direct.from; i < direct.to; i++) {
      const earlier = versions[i] as number;
      if (bound.writer(earlier) >= 0) edges.add(bound.writer(earlier), writer, ww);
      for (const reader of bound.readers(earlier)) edges.add(reader, writer, rw);
    }
  }
  for (let place = 0; place < entering; place++) {
    const version = versions[place] as number;
    if (place > 0) edges.link(node[place - 1] as number, node[place] as number);
    const writer = bound.writer(version);
    if (writer >= 0) edges.enter(writer, node[place] as number, ww);
    for (const reader of bound.readers(version)) {
      const own = placeOfWriter.get(reader);
      const leavesAt = own === undefined ? -1 : (exit[own] as number);
      // T reads v and writes w after it: entering at v's place would lead T back to itself. So T leads to those that leave
      // up to where w does one by one, and enters the chain behind that place.
      const from = leavesAt >= place ? leavesAt + 1 : place;
      for (let i = place; i < from; i++) for (const other of leaving[i] ?? []) edges.add(reader, other, rw);
      if (from < entering) edges.enter(reader, node[from] as number, rw);
    }
  }
}
