/** The dependencies of timelines: who wrote or read a version comes before who wrote a later one. */
import { type Edges, RW, WW } from "./graph.js";
import { installs, type RegisterIndex } from "./register-index.js";
import type { Timelines } from "./timelines.js";

/** Version -> the read micro-ops that found it: readers.mop[readers.start[v]] …. */
export interface Readers {
  readonly start: Int32Array;
  readonly mop: Int32Array;
}

export function writeTimelines(index: RegisterIndex, lines: Timelines, readers: Readers, edges: Edges): void {
  const wanted = wantedKeys(index, lines, edges);
  const writer = new TimelineWriter(index, lines, readers, edges, wanted);
  for (let key = 0; key < index.txns.keys.length; key++) if (wanted[key] === 1) writer.write(key);
}

/** Key -> 1 where it has a timeline and the list keeps edges of somebody who touches it. */
function wantedKeys({ txns }: RegisterIndex, lines: Timelines, edges: Edges): Uint8Array {
  const { mopStart, mopEnd, mopKey, count, keys } = txns;
  const wanted = new Uint8Array(keys.length).fill(edges.sparse ? 1 : 0);
  if (!edges.sparse) {
    for (let t = 0; t < count; t++) {
      if (!edges.wants(t)) continue;
      for (let m = mopStart[t] as number; m < (mopEnd[t] as number); m++) wanted[mopKey[m] as number] = 1;
    }
  }
  for (let key = 0; key < keys.length; key++) if (lines.dropped[key] === 1) wanted[key] = 0;
  return wanted;
}

class TimelineWriter {
  /** Version -> the slot where it leaves the chain + 1, 0 where it does not. */
  private readonly exit: Int32Array;
  /** Slot -> the last version that leaves there + 1; version -> the one before it + 1. */
  private readonly lastLeaving: Int32Array;
  private readonly leavingBefore: Int32Array;
  /** Slot -> the earliest invocation among the writers of versions that leave there or later. */
  private readonly soonest: Int32Array;
  /** Of the key being written: its first slot's chain node, less that slot. */
  private base = 0;

  constructor(
    private readonly index: RegisterIndex,
    private readonly lines: Timelines,
    private readonly readers: Readers,
    private readonly edges: Edges,
    private readonly wanted: Uint8Array,
  ) {
    const { mopKind } = index.txns;
    this.exit = new Int32Array(mopKind.length);
    this.leavingBefore = new Int32Array(mopKind.length);
    const slots = lines.start.at(-1) as number;
    this.lastLeaving = new Int32Array(slots);
    this.soonest = new Int32Array(slots).fill(NOWHERE);
    for (let m = 0; m < mopKind.length; m++) this.leave(m);
    for (let k = 0; k < index.txns.keys.length; k++) {
      if (wanted[k] === 0) continue;
      for (let s = (lines.start[k + 1] as number) - 2; s >= (lines.start[k] as number); s--) {
        this.soonest[s] = Math.min(this.soonest[s] as number, this.soonest[s + 1] as number);
      }
    }
  }

  /** Finds where a version leaves. */
  private leave(m: number): void {
    const { index, lines } = this;
    if (this.wanted[index.txns.mopKey[m] as number] === 0 || lines.there[m] === -1 || !installs(index, m)) return;
    const exit = lines.exit(index.txns.mopKey[m] as number, m);
    if (exit < 0) return;
    this.exit[m] = exit + 1;
    this.leavingBefore[m] = this.lastLeaving[exit] as number;
    this.lastLeaving[exit] = m + 1;
    const invoke = index.txns.invoke[index.owner[m] as number] as number;
    if (invoke < (this.soonest[exit] as number)) this.soonest[exit] = invoke;
  }

  write(key: number): void {
    const { lines, index, edges } = this;
    const from = lines.start[key] as number;
    const to = lines.start[key + 1] as number;
    const base = edges.virtual(to - from) - from;
    this.base = base;
    // The latest completion among those that have entered so far.
    let latest = -1;
    for (let s = from; s < to; s++) {
      const version = lines.version[s] as number;
      if (s > from && latest >= (this.soonest[s] as number)) edges.link(base + s - 1, base + s);
      latest = Math.max(latest, this.enter(version, s, to));
      if (installs(index, version)) this.direct(key, version, s);
      for (let m = (this.lastLeaving[s] as number) - 1; m >= 0; m = (this.leavingBefore[m] as number) - 1) {
        const writer = index.owner[m] as number;
        if (latest >= (index.txns.invoke[writer] as number)) edges.leave(base + s, writer);
      }
    }
  }

  /** The writer and the readers of a version enter the chain. Returns the latest completion among them. */
  private enter(version: number, slot: number, end: number): number {
    const { index, readers } = this;
    let latest = -1;
    if (installs(index, version)) latest = this.enterOne(index.owner[version] as number, slot, WW);
    for (let i = readers.start[version] as number; i < (readers.start[version + 1] as number); i++) {
      const read = readers.mop[i] as number;
      const reader = index.owner[read] as number;
      const own = this.ownWrite(reader, read);
      const leavesAt = own < 0 ? -1 : (this.exit[own] as number) - 1;
      // T reads v and writes w after it: entering at v's slot would lead T back to itself. So T leads to those that leave
      // up to where w does one by one, and enters the chain behind that slot.
      const from = leavesAt >= slot ? leavesAt + 1 : slot;
      for (let s = slot; s < from; s++) this.toLeaving(reader, s);
      if (from < end) latest = Math.max(latest, this.enterOne(reader, from, RW));
    }
    return latest;
  }

  /** Skips what real time implies, where the list wants that: all who leave from here on began when t was done. */
  private enterOne(t: number, slot: number, kind: number): number {
    if (!this.edges.wants(t)) return -1;
    const complete = this.index.txns.complete[t] as number;
    if (this.edges.sparse && complete < (this.soonest[slot] as number)) return -1;
    this.edges.enter(t, this.base + slot, kind);
    return this.edges.sparse ? complete : NOWHERE;
  }

  /** Edges from a reader to all who leave at a slot. */
  private toLeaving(reader: number, slot: number): void {
    for (let m = (this.lastLeaving[slot] as number) - 1; m >= 0; m = (this.leavingBefore[m] as number) - 1) {
      this.edges.add(reader, this.index.owner[m] as number, RW);
    }
  }

  /** What is done while a version lasts leads to its writer directly. */
  private direct(key: number, version: number, slot: number): void {
    const { index, lines, edges, readers } = this;
    const writer = index.owner[version] as number;
    for (let s = slot + 1; s < lines.within(key, version); s++) {
      const earlier = lines.version[s] as number;
      if (installs(index, earlier)) edges.add(index.owner[earlier] as number, writer, WW);
      for (let i = readers.start[earlier] as number; i < (readers.start[earlier + 1] as number); i++) {
        edges.add(index.owner[readers.mop[i] as number] as number, writer, RW);
      }
    }
  }

  /** The version that the reader itself installs on the key it reads in micro-op `read`, or -1. */
  private ownWrite(reader: number, read: number): number {
    const { txns } = this.index;
    for (let m = read + 1; m < (txns.mopEnd[reader] as number); m++) {
      if (txns.mopKey[m] === txns.mopKey[read] && installs(this.index, m)) return m;
    }
    return -1;
  }
}

const NOWHERE = 0x7fffffff;
