/**
 * When was each element of a set known, last seen and last missed? In time linear in the size of the input: with 100,000
 * elements and 1,000 reads, asking each read for each element would be 100 million questions.
 *
 * Reads are scanned latest invocation first. The first read of the scan that shows an element is its last sighting; the
 * first that misses it is its last absence. Elements not missed yet wait in a linked list, in the order of their adds; a
 * read walks that list only as far as the adds invoked before its own completion. Each step of the walk either meets an
 * element the read shows (paid for by the read's own length) or settles one for good (paid for by the element).
 */
import type { History } from "../../src/core/history.js";
import { type Calls, OK } from "../calls.js";
import { identityOf, listOf } from "../values.js";

/** Elements in the order of their first add's invocation; -1 is "never". Columns of positions and call numbers. */
export interface Timeline {
  readonly length: number;
  /** The call that added it first. */
  readonly add: Int32Array;
  readonly values: readonly unknown[];
  /** Position of the completion that made it known: its acknowledgement, or a read that showed it. */
  readonly known: Int32Array;
  /** When that was, ns. */
  readonly knownNs: Float64Array;
  /** The read with the latest invocation that shows it, or misses it. Call numbers. */
  readonly lastPresent: Int32Array;
  readonly lastAbsent: Int32Array;
  /** Elements listed more than once by one read: element -> the most often. */
  readonly duplicates: ReadonlyMap<number, number>;
  /** Values read that nobody added (before the read ended). */
  readonly unexpected: readonly unknown[];
  readonly reads: number;
}

/** The timeline of all adds and reads with the f's "add" and "read". */
export function timelineOf(history: History, calls: Calls): Timeline {
  const { add, values, known, knownNs, ids, reads } = gather(history, calls);
  const length = values.length;
  const lastPresent = new Int32Array(length).fill(-1);
  const lastAbsent = new Int32Array(length).fill(-1);
  const shownBy = new Int32Array(length).fill(-1);
  const shownTimes = new Int32Array(length);
  const duplicates = new Map<number, number>();
  const unexpected = new Map<unknown, unknown>();
  // The waiting list: next[0] is its head, element e sits in slot e + 1.
  const next = Int32Array.from({ length: length + 1 }, (_, slot) => slot + 1);
  for (let i = reads.length - 1; i >= 0; i--) {
    const read = reads[i] as number;
    const ended = calls.endPos[read] as number;
    for (const value of listOf(history.op(ended).value)) {
      const id = identityOf(value);
      const element = ids.get(id);
      // Shown before anybody asked for it: as odd as a value never added.
      if (element === undefined || addedAt(calls, add, element) > ended) {
        unexpected.set(id, value);
        continue;
      }
      if (shownBy[element] !== read) {
        shownBy[element] = read;
        shownTimes[element] = 0;
        if (lastPresent[element] === -1) lastPresent[element] = read;
        const since = known[element] as number;
        if (since === -1 || ended < since) {
          known[element] = ended;
          knownNs[element] = calls.endNs[read] as number;
        }
      }
      const times = (shownTimes[element] as number) + 1;
      shownTimes[element] = times;
      if (times > 1) duplicates.set(element, Math.max(duplicates.get(element) ?? 0, times));
    }
    let slot = 0;
    for (;;) {
      const candidate = next[slot] as number;
      // Past the end, or added after this read: so are all that follow.
      if (candidate > length || addedAt(calls, add, candidate - 1) > ended) break;
      if (shownBy[candidate - 1] === read) slot = candidate;
      else {
        lastAbsent[candidate - 1] = read;
        next[slot] = next[candidate] as number;
      }
    }
  }
  return {
    length,
    add,
    values,
    known,
    knownNs,
    lastPresent,
    lastAbsent,
    duplicates,
    unexpected: [...unexpected.values()],
    reads: reads.length,
  };
}

function addedAt(calls: Calls, add: Int32Array, element: number): number {
  return calls.invokePos[add[element] as number] as number;
}

interface Gathered {
  readonly add: Int32Array;
  readonly values: readonly unknown[];
  readonly known: Int32Array;
  readonly knownNs: Float64Array;
  readonly ids: ReadonlyMap<unknown, number>;
  /** Successful reads in the order of their invocations. */
  readonly reads: readonly number[];
}

function gather(history: History, calls: Calls): Gathered {
  const addF = calls.fs.indexOf("add");
  const readF = calls.fs.indexOf("read");
  const ids = new Map<unknown, number>();
  const values: unknown[] = [];
  const adds: number[] = [];
  const known: number[] = [];
  const knownNs: number[] = [];
  const reads: number[] = [];
  for (let call = 0; call < calls.length; call++) {
    if (calls.f[call] === readF && calls.type[call] === OK) reads.push(call);
    if (calls.f[call] !== addF) continue;
    const { value } = history.op(calls.invokePos[call] as number);
    const id = identityOf(value);
    let element = ids.get(id);
    if (element === undefined) {
      element = values.push(value) - 1;
      ids.set(id, element);
      adds.push(call);
      known.push(-1);
      knownNs.push(0);
    }
    if (calls.type[call] !== OK) continue;
    const ended = calls.endPos[call] as number;
    const before = known[element] as number;
    if (before === -1 || ended < before) {
      known[element] = ended;
      knownNs[element] = calls.endNs[call] as number;
    }
  }
  return {
    add: Int32Array.from(adds),
    values,
    known: Int32Array.from(known),
    knownNs: Float64Array.from(knownNs),
    ids,
    reads,
  };
}
