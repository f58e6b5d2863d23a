/**
 * Judges all keys of registers at once, in a few passes over the history's columns: no calls in rows, no parts, no sorting.
 * For histories in which every value is written at most once. It proves keys valid; those that it cannot prove valid are
 * named, and looked at one by one by `cell-fast.ts` and the search, which also have the words for what is wrong.
 *
 * The method is that of `cell-fast.ts` (Gibbons & Korach 1997, "Testing shared memories", section 4; zones as in Golab, Li &
 * Shah 2011). A value has a slot of its own in every table; the initial value has one for each key, behind all values.
 */
import { type ColumnarHistory, FAIL, INVOKE, NEMESIS, NONE, NULL_VALUE, OK } from "../../src/history/index.js";
import { NEVER } from "./calls.js";
import { Arrangement, type Slots } from "./cell-arrangement.js";
import { CELL_FS, type CellOptions, READ, WRITE } from "./cells.js";
import type { Screening } from "./family.js";

/** Codes of fs beside READ, WRITE and CAS: not known. */
const UNKNOWN_F = 255;

/** Undefined where the history has ops that a register does not know: then it is for others to say so. */
export function scanCells(history: ColumnarHistory, options: CellOptions): Screening | undefined {
  const scan = new Scan(history, options);
  if (!scan.gather()) return undefined;
  if (scan.casCount > 0) scan.chainUp();
  scan.sweep();
  return scan.result();
}

class Scan implements Slots {
  casCount = 0;
  readonly values: number;
  private readonly canonical: Int32Array | undefined;
  private readonly initial: number;
  private readonly skipNil: boolean;
  /** Slot -> position of the write that may have happened + 1; 0: none. */
  readonly writer: Int32Array;
  /** Slot -> where the first call of the value ends; NEVER where none did: the write crashed and nobody read it. */
  readonly ends: Int32Array;
  /** Slot -> where the last call of the value begins. */
  readonly begins: Int32Array;
  /** With cas. Slot -> the slot that a cas made of it, + 1; only of cas that happened. */
  after: Int32Array;
  /** With cas. Slot -> the slot that its cas expected, + 1. */
  private before: Int32Array;
  /** With cas: the zone of the chain that begins with a slot. Without: `ends` and `begins` themselves. */
  private chainEnds: Int32Array;
  private chainBegins: Int32Array;
  /** Key + 1 -> was it seen, and is it undecided? */
  private readonly seen: Uint8Array;
  private readonly undecided: Uint8Array;
  /** The slots that cas wrote, and the invocations of cas that failed with "mismatch". */
  private readonly casSlots: number[] = [];
  private readonly misses: number[] = [];
  /** Key + 1 -> what `spares` gives. */
  private spareSlots: Map<number, number[]> | undefined;
  private reads = 0;
  private writes = 0;
  private okCas = 0;
  /** String id of "mismatch"; -2 where no op has that error. */
  private readonly mismatch: number;

  constructor(
    private readonly history: ColumnarHistory,
    options: CellOptions,
  ) {
    const { values, keys } = history.tables;
    const given = values.intern(options.initial ?? null);
    this.canonical = values.hasCompounds ? values.canonical() : undefined;
    this.initial = this.canonical === undefined ? given : (this.canonical[given] as number);
    this.skipNil = options.nilReads === "any";
    const mismatch = history.fId("mismatch");
    this.mismatch = mismatch === NONE ? -2 : mismatch;
    this.values = values.size;
    const slots = this.values + keys.length + 1;
    this.writer = new Int32Array(slots);
    this.ends = new Int32Array(slots).fill(NEVER);
    this.begins = new Int32Array(slots).fill(-1);
    this.ends.fill(-1, this.values);
    this.after = new Int32Array(0);
    this.before = new Int32Array(0);
    this.chainEnds = this.ends;
    this.chainBegins = this.begins;
    this.seen = new Uint8Array(keys.length + 1);
    this.undecided = new Uint8Array(keys.length + 1);
  }

  /** Fills the tables; false where an op is none of a register. */
  gather(): boolean {
    const { history, canonical, initial, skipNil, writer, ends, begins, seen } = this;
    const { types, processes, pairs, values, keys, fs, length } = history;
    const codes = this.codes();
    const keyed = history.tables.keys.length > 0;
    let reads = 0;
    let writes = 0;
    for (let at = 0; at < length; at++) {
      const type = types[at] as number;
      if (type !== INVOKE && type !== OK) continue;
      const code = codes[fs[at] as number] as number;
      if (code === WRITE) {
        if (processes[at] === NEMESIS) continue;
        const pair = pairs[at] as number;
        // The completion tells nothing new: what is written is in the invocation.
        const given = values[type === OK ? pair : at] as number;
        const value = canonical === undefined ? given : (canonical[given] as number);
        if (type === OK) {
          if ((ends[value] as number) > at) ends[value] = at;
          continue;
        }
        if (pair !== NONE && types[pair] === FAIL) continue;
        writes++;
        const key = (keys[at] as number) + 1;
        seen[key] = 1;
        if (writer[value] !== 0 || value === initial) this.twice(value, key);
        writer[value] = at + 1;
        begins[value] = at;
      } else if (code === READ) {
        if (type === INVOKE || processes[at] === NEMESIS) continue;
        const given = values[at] as number;
        if (skipNil && given === NULL_VALUE) continue;
        reads++;
        const value = canonical === undefined ? given : (canonical[given] as number);
        const begin = pairs[at] as number;
        const key = keyed ? (keys[at] as number) + 1 : 0;
        const slot = value === initial ? this.values + key : value;
        seen[key] = 1;
        if (slot === value) {
          const wrote = writer[value] as number;
          if (wrote === 0 || (keyed && (keys[wrote - 1] as number) + 1 !== key)) this.undecided[key] = 1;
        }
        if ((ends[slot] as number) > at) ends[slot] = at;
        if ((begins[slot] as number) < begin) begins[slot] = begin;
      } else if (processes[at] !== NEMESIS && !this.other(at, code)) return false;
    }
    this.reads = reads;
    this.writes = writes;
    return true;
  }

  private codes(): Uint8Array {
    const codes = new Uint8Array(this.history.tables.strings.size).fill(UNKNOWN_F);
    for (const [name, code] of CELL_FS) {
      const id = this.history.fId(name);
      if (id !== -1) codes[id] = code;
    }
    return codes;
  }

  /** A value that was written before, or is the initial one: its keys are not for this method. */
  private twice(value: number, key: number): void {
    this.undecided[key] = 1;
    const wrote = this.writer[value] as number;
    if (wrote !== 0) this.undecided[(this.history.keys[wrote - 1] as number) + 1] = 1;
  }

  private slotOf(id: number, key: number): number {
    const value = this.canonical === undefined ? id : (this.canonical[id] as number);
    return value === this.initial ? this.values + key : value;
  }

  /** A cas; false for an f that a register does not know, unless it failed. */
  private other(at: number, code: number): boolean {
    const { history, writer, ends, begins } = this;
    const { types, pairs, values, keys } = history;
    const invoked = types[at] === INVOKE;
    const pair = pairs[at] as number;
    const begin = invoked ? at : pair;
    const ended = invoked && pair !== NONE ? types[pair] : NONE;
    const missed = ended === FAIL && code !== UNKNOWN_F && history.errors[pair] === this.mismatch;
    if (ended === FAIL && !missed) return true;
    const value = values[begin] as number;
    if (code === UNKNOWN_F || !history.tables.values.isPair(value)) return false;
    const key = (keys[at] as number) + 1;
    const to = this.slotOf(history.tables.values.second(value), key);
    if (!invoked) {
      this.okCas++;
      if ((ends[to] as number) > at) ends[to] = at;
      return true;
    }
    if (this.casCount++ === 0) {
      this.before = new Int32Array(writer.length);
      this.after = new Int32Array(writer.length);
    }
    this.seen[key] = 1;
    if (missed) {
      this.misses.push(at);
      return true;
    }
    const from = this.slotOf(history.tables.values.first(value), key);
    if (to >= this.values || to === from) {
      this.undecided[key] = 1;
      return true;
    }
    if (writer[to] !== 0) this.twice(to, key);
    writer[to] = at + 1;
    if ((begins[to] as number) < at) begins[to] = at;
    this.before[to] = from + 1;
    this.casSlots.push(to);
    return true;
  }

  /** Key + 1 of a slot that was written, or is an initial one. */
  private keyOf(slot: number): number {
    if (slot >= this.values) return slot - this.values;
    return (this.history.keys[(this.writer[slot] as number) - 1] as number) + 1;
  }

  /**
   * Finds for each value the one that a cas made of it. A cas happened if it was answered, or its value was read, or taken by
   * another cas that happened; then the value that it expected was there, too.
   */
  chainUp(): void {
    const { writer, ends, after, before, undecided } = this;
    for (const start of this.casSlots) {
      if (ends[start] === NEVER) continue;
      for (let to = start; ; ) {
        const from = (before[to] as number) - 1;
        const key = this.keyOf(to);
        const next = after[from] as number;
        if (next === to + 1) break;
        const written = from >= this.values || (writer[from] !== 0 && this.keyOf(from) === key);
        if (next !== 0 || !written) {
          undecided[key] = 1;
          break;
        }
        after[from] = to + 1;
        if (from >= this.values || before[from] === 0 || ends[from] !== NEVER) break;
        to = from;
      }
    }
    this.measure();
  }

  /** The zone of each chain, from its first value on; within it no value may end before an earlier one was last begun on. */
  private measure(): void {
    const { writer, ends, begins, after, before, values } = this;
    const chainEnds = new Int32Array(writer.length).fill(NEVER);
    const chainBegins = new Int32Array(writer.length).fill(-1);
    const walked = new Uint8Array(writer.length);
    for (let head = 0; head < writer.length; head++) {
      if (head < values && (writer[head] === 0 || before[head] !== 0 || !this.happened(head))) continue;
      let first = NEVER;
      let last = -1;
      for (let slot = head; slot !== -1; slot = (after[slot] as number) - 1) {
        walked[slot] = 1;
        const end = ends[slot] as number;
        if (end < last) this.undecided[this.keyOf(head)] = 1;
        if (end < first) first = end;
        if ((begins[slot] as number) > last) last = begins[slot] as number;
      }
      chainEnds[head] = first;
      chainBegins[head] = last;
    }
    // Cas that follow each other in a circle have no first value.
    for (const slot of this.casSlots) {
      if (walked[slot] === 0 && this.happened(slot)) this.undecided[this.keyOf(slot)] = 1;
    }
    this.chainEnds = chainEnds;
    this.chainBegins = chainBegins;
  }

  private happened(slot: number): boolean {
    return this.ends[slot] !== NEVER || this.after[slot] !== 0;
  }

  /** Goes through all zones by where they begin: none may end before the last forward zone of its key does. */
  sweep(): void {
    const { chainEnds, chainBegins, undecided } = this;
    const marks = this.marks();
    const until = chainBegins.slice(this.values);
    const keyed = until.length > 1;
    const order = this.misses.length > 0 ? new Arrangement(this, until.length) : undefined;
    for (let key = 0; order !== undefined && key < until.length; key++) order.append(this.values + key, key);
    for (let at = 0; at < marks.length; at++) {
      const mark = marks[at] as number;
      if (mark === 0) continue;
      const head = mark - 1;
      const key = keyed ? this.keyOf(head) : 0;
      const end = chainEnds[head] as number;
      const begin = chainBegins[head] as number;
      if (end < (until[key] as number)) undecided[key] = 1;
      else if (end < begin) until[key] = begin;
      if (order?.append(head, key) === false) undecided[key] = 1;
    }
    if (order !== undefined) this.placeMisses(order);
  }

  /** Position -> the slot + 1 whose chain's zone begins there. */
  private marks(): Int32Array {
    const { writer, before, chainEnds, chainBegins, values } = this;
    const marks = new Int32Array(this.history.length);
    const chained = before.length > 0;
    for (let slot = 0; slot < values; slot++) {
      if (writer[slot] === 0 || (chained && before[slot] !== 0)) continue;
      const end = chainEnds[slot] as number;
      const begin = chainBegins[slot] as number;
      // A crashed write that nobody read has no end, and no zone.
      if (end !== NEVER) marks[end < begin ? end : begin] = slot + 1;
    }
    return marks;
  }

  /** See `cell-misses.ts`. */
  private placeMisses(order: Arrangement): void {
    const { history, writer, misses } = this;
    const keyOf = (miss: number): number => (history.keys[misses[miss] as number] as number) + 1;
    const slots = Int32Array.from(misses, (at, miss) => {
      const key = keyOf(miss);
      if (this.undecided[key] === 1) return -1;
      const slot = this.slotOf(history.tables.values.first(history.values[at] as number), key);
      return slot >= this.values || (writer[slot] !== 0 && this.keyOf(slot) === key) ? slot : -1;
    });
    const begins = Int32Array.from(misses);
    const ends = begins.map((at) => history.pairs[at] as number);
    const left = order.fitAll({ count: misses.length, slots, begins, ends }, keyOf);
    for (const miss of left) this.undecided[keyOf(miss)] = 1;
  }

  /** Slots of crashed plain writes of a key that nobody saw, in the order they began. */
  spares(key: number): number[] {
    this.spareSlots ??= this.findSpares();
    return this.spareSlots.get(key) ?? [];
  }

  private findSpares(): Map<number, number[]> {
    const { writer, before, values } = this;
    const found = new Map<number, number[]>();
    for (let slot = 0; slot < values; slot++) {
      if (writer[slot] === 0 || before[slot] !== 0 || this.happened(slot)) continue;
      const key = this.keyOf(slot);
      const known = found.get(key);
      if (known === undefined) found.set(key, [slot]);
      else known.push(slot);
    }
    for (const spares of found.values()) spares.sort((a, b) => (writer[a] as number) - (writer[b] as number));
    return found;
  }

  result(): Screening {
    const undecided = new Set<number>();
    let keys = 0;
    for (let key = 0; key < this.seen.length; key++) {
      keys += this.seen[key] as number;
      if (this.undecided[key] === 1) undecided.add(key - 1);
    }
    return {
      ops: this.reads + this.writes + this.casCount,
      keys,
      keyed: keys > 1 || (keys === 1 && this.seen[0] === 0),
      observes: this.reads + this.okCas + this.misses.length > 0,
      undecided,
    };
  }
}
