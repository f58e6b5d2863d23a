/**
 * Looks for an order of overlapping calls that a sequential object allows: the search of Wing & Gong (1993) with Lowe's
 * just-in-time view of it (2017), and less to search.
 *
 * A configuration is: the completed calls in the order of their completion, of which the first `placed` are in the order;
 * which of the calls still open at the next completion are in it too (a bit per slot, so a mask is as long as calls ever
 * overlap); the state; and which crashed calls were used. What is cut away, and why that is sound:
 *
 * - *Looks first.* A call that never changes a state goes in as soon as the state allows it: in any order that completes
 *   the configuration it could be moved to the front.
 * - *Twins.* Of open calls with the same effect, the one that must complete first goes first; a crashed one only when no
 *   completed one is open; of crashed ones the earliest invoked. In any order that does otherwise, the two can swap.
 * - *Used less is better.* See Memo.
 * - *Crashed calls lazily*, for machines that declare it safe (single cells): only where one changes the state and the next
 *   call looks at the state; else it could be left out. Not safe for queues: enq(1) crashed, enq(2), deq -> 1 is legal,
 *   although enq(2) looks at nothing.
 */
import { grown } from "../../src/history/strings.js";
import { NEVER } from "./calls.js";
import { Memo } from "./memo.js";
import { EMPTY, Multisets } from "./multisets.js";

/** A sequential object over the calls of one problem, in small numbers. */
export interface Machine {
  readonly initial: number;
  /** The state after a call, or -1 where it is impossible. */
  step(state: number, call: number): number;
  /** What its steps took beyond one each, as steps of the budget: states can be large. */
  readonly spent?: number;
  /** True when it has no room for more states: the search must stop. */
  readonly full?: boolean;
}

export interface Problem {
  readonly count: number;
  /** Positions; `inv` ascends. `ret` NEVER: crashed, may be left out. */
  readonly inv: Int32Array;
  readonly ret: Int32Array;
  /** Calls with the same label have the same effect in every state. Labels are 0 … labelCount - 1. */
  readonly labels: Int32Array;
  readonly labelCount: number;
  /** 1: never changes a state. */
  readonly looks: Uint8Array;
  /** 1: not possible in every state. */
  readonly depends: Uint8Array;
  /** May crashed calls be taken lazily? */
  readonly lazy: boolean;
  readonly machine: Machine;
}

export interface Outcome {
  readonly valid: boolean | "unknown";
  readonly steps: number;
  /** The most completed calls that could be placed, of `total`. */
  readonly placed: number;
  readonly total: number;
  /** The call that could not be placed after those; -1 where all were. */
  readonly blocked: number;
  /** States possible there (some of them). */
  readonly states: readonly number[];
  /** Why it stopped, where it did. */
  readonly stopped?: string;
}

/** At most so many states are told. */
const STATES_TOLD = 16;
const SIGNAL_EVERY = 1 << 13;
/** To look at so many crashed calls costs as much as a step. */
const LOOKS_A_STEP = 16;

/** Searches within a budget of steps (calls tried). */
export function search(problem: Problem, budget: number, signal?: AbortSignal): Outcome {
  return new Search(problem).run(budget, signal);
}

class Search {
  private readonly machine: Machine;
  /** Completed calls by completion. */
  private readonly byRet: Int32Array;
  /** Call -> its place in `byRet`; NEVER for crashed ones. */
  private readonly rank: Int32Array;
  private readonly slotOf: Int32Array;
  private readonly slots: number;
  /** The completed calls slot by slot; `next[slot]` is where the one that is or will be open next is. */
  private readonly slotCalls: Int32Array;
  private readonly slotEnds: Int32Array;
  private readonly next: Int32Array;
  /** Crashed calls class by class (a class is a label), each in order of invocation. */
  private readonly members: Int32Array;
  private readonly classStarts: Int32Array;
  private readonly usedOf: Int32Array;
  private readonly multisets: Multisets;
  private readonly memo: Memo;

  // The configuration.
  private placed = 0;
  private state: number;
  /** 1: the last call was a crashed one taken lazily, so the next must look. */
  private owed = 0;
  private used = EMPTY;
  private readonly mask: Int32Array;

  // The way here. Trail: (call, placed before) pairs; crashed calls as ~class.
  private trail = new Int32Array(64);
  private trailLength = 0;
  private frames = new Int32Array(6 * 16);
  private depth = 0;
  private candidates = new Int32Array(64);
  private candidateCount = 0;

  private readonly bestOfLabel: Int32Array;
  private readonly stampOfLabel: Int32Array;
  private stamp = 0;
  private deepest = -1;
  /** Crashed calls looked at. */
  private looked = 0;
  private readonly states = new Set<number>();

  constructor(private readonly problem: Problem) {
    const { count, inv, ret } = problem;
    this.machine = problem.machine;
    this.state = this.machine.initial;
    this.byRet = Int32Array.from({ length: count }, (_, call) => call).filter((call) => ret[call] !== NEVER);
    this.byRet.sort((a, b) => (ret[a] as number) - (ret[b] as number) || a - b);
    this.rank = new Int32Array(count).fill(NEVER);
    for (let i = 0; i < this.byRet.length; i++) this.rank[this.byRet[i] as number] = i;
    this.slotOf = new Int32Array(count);
    this.slots = this.assignSlots(inv, ret);
    this.mask = new Int32Array((this.slots + 31) >>> 5);
    const grouped = groupBy(this.byRet, this.slotOf, this.slots);
    this.slotCalls = grouped.items;
    this.slotEnds = grouped.starts.subarray(1);
    this.next = grouped.starts.slice(0, this.slots);
    const classes = this.classify();
    this.members = classes.items;
    this.classStarts = classes.starts;
    this.usedOf = new Int32Array(classes.starts.length - 1);
    this.multisets = new Multisets(Math.max(1, this.usedOf.length));
    this.memo = new Memo(this.mask.length, this.multisets);
    this.bestOfLabel = new Int32Array(problem.labelCount);
    this.stampOfLabel = new Int32Array(problem.labelCount);
  }

  run(budget: number, signal?: AbortSignal): Outcome {
    let tried = 0;
    let steps = 0;
    if (this.enter()) return this.outcome(true, steps);
    while (this.depth > 0) {
      const frame = (this.depth - 1) * 6;
      const end = this.frames[frame + 2] as number;
      if (end === this.frames[frame + 1]) {
        this.leave(frame);
        continue;
      }
      this.frames[frame + 2] = end - 1;
      steps = ++tried + Math.floor(this.looked / LOOKS_A_STEP + (this.machine.spent ?? 0));
      if (steps > budget) return this.outcome("unknown", steps, `it took more than ${budget} steps`);
      if (tried % SIGNAL_EVERY === 0 && signal?.aborted === true)
        return this.outcome("unknown", steps, "it was stopped");
      if (this.memo.full || this.multisets.full || this.machine.full === true)
        return this.outcome("unknown", steps, "it needed too much memory");
      this.candidateCount = end;
      const before = this.trailLength;
      this.take(this.candidates[end - 1] as number);
      if (this.enter(before)) return this.outcome(true, steps);
    }
    return this.outcome(false, steps);
  }

  /**
   * Takes all looks that are possible, and opens a frame for the configuration unless it was seen before. `before` is the
   * trail's length before the call that led here.
   * @returns true where every completed call is placed.
   */
  private enter(before = 0): boolean {
    this.takeLooks();
    if (this.placed === this.byRet.length) return true;
    if (this.placed >= this.deepest) this.noteDepth();
    if (!this.memo.add(this.placed, this.state * 2 + this.owed, this.mask, this.used)) {
      this.undoTo(before);
      this.restore();
      return false;
    }
    const start = this.depth === 0 ? 0 : (this.frames[(this.depth - 1) * 6 + 2] as number);
    this.candidateCount = start;
    this.findCandidates();
    const frame = this.depth++ * 6;
    if (frame + 6 > this.frames.length) this.frames = grown(this.frames, this.frames.length * 2);
    this.frames[frame] = before;
    this.frames[frame + 1] = start;
    this.frames[frame + 2] = this.candidateCount;
    this.frames[frame + 3] = this.state;
    this.frames[frame + 4] = this.owed;
    this.frames[frame + 5] = this.used;
    return false;
  }

  private leave(frame: number): void {
    this.undoTo(this.frames[frame] as number);
    this.depth--;
    this.restore();
  }

  /** State as it was in the frame on top. */
  private restore(): void {
    if (this.depth === 0) return;
    const frame = (this.depth - 1) * 6;
    this.state = this.frames[frame + 3] as number;
    this.owed = this.frames[frame + 4] as number;
    this.used = this.frames[frame + 5] as number;
  }

  private noteDepth(): void {
    if (this.placed > this.deepest) this.states.clear();
    this.deepest = this.placed;
    if (this.states.size < STATES_TOLD) this.states.add(this.state);
  }

  /** Calls invoked before this position may be placed now. */
  private bound(): number {
    return this.placed < this.byRet.length ? (this.problem.ret[this.byRet[this.placed] as number] as number) : NEVER;
  }

  private takeLooks(): void {
    const { inv, looks } = this.problem;
    for (let again = true; again; ) {
      again = false;
      const bound = this.bound();
      for (let slot = 0; slot < this.slots; slot++) {
        const call = this.openIn(slot, bound, inv);
        if (call === -1 || looks[call] === 0 || this.machine.step(this.state, call) === -1) continue;
        this.place(call);
        this.owed = 0;
        again = true;
      }
    }
  }

  /** The call in a slot that is open now and not placed, or -1. */
  private openIn(slot: number, bound: number, inv: Int32Array): number {
    const at = this.next[slot] as number;
    if (at === this.slotEnds[slot] || ((this.mask[slot >>> 5] as number) & (1 << (slot & 31))) !== 0) return -1;
    const call = this.slotCalls[at] as number;
    return (inv[call] as number) < bound ? call : -1;
  }

  /** Puts the calls worth trying next on the stack of candidates, the most promising last. */
  private findCandidates(): void {
    const { inv, labels, looks, depends } = this.problem;
    const bound = this.bound();
    const stamp = ++this.stamp;
    for (let slot = 0; slot < this.slots; slot++) {
      const call = this.openIn(slot, bound, inv);
      if (call === -1 || looks[call] === 1) continue;
      const label = labels[call] as number;
      const rival = this.stampOfLabel[label] === stamp ? (this.bestOfLabel[label] as number) : -1;
      if (rival !== -1 && (this.rank[rival] as number) < (this.rank[call] as number)) continue;
      this.stampOfLabel[label] = stamp;
      this.bestOfLabel[label] = call;
    }
    // Classes are in the order of their first members.
    for (let kind = 0; kind < this.usedOf.length; kind++) {
      if ((inv[this.members[this.classStarts[kind] as number] as number] as number) >= bound) break;
      this.looked++;
      const at = (this.classStarts[kind] as number) + (this.usedOf[kind] as number);
      if (at === this.classStarts[kind + 1]) continue;
      const call = this.members[at] as number;
      if ((inv[call] as number) >= bound || this.stampOfLabel[labels[call] as number] === stamp) continue;
      if (this.owed === 1 && depends[call] === 0) continue;
      const after = this.machine.step(this.state, call);
      // One that changes nothing would only be used up.
      if (after === -1 || after === this.state) continue;
      this.push(~kind);
    }
    const musts = this.candidateCount;
    for (let slot = 0; slot < this.slots; slot++) {
      const call = this.openIn(slot, bound, inv);
      if (call === -1 || looks[call] === 1 || this.bestOfLabel[labels[call] as number] !== call) continue;
      if (this.owed === 1 && depends[call] === 0) continue;
      if (this.machine.step(this.state, call) === -1) continue;
      this.push(call);
      this.sink(musts);
    }
  }

  /** Sorts the last candidate in, so that the one that must complete first is on top. */
  private sink(from: number): void {
    const { candidates, rank } = this;
    let at = this.candidateCount - 1;
    const call = candidates[at] as number;
    for (; at > from && (rank[candidates[at - 1] as number] as number) < (rank[call] as number); at--) {
      candidates[at] = candidates[at - 1] as number;
    }
    candidates[at] = call;
  }

  private push(candidate: number): void {
    if (this.candidateCount === this.candidates.length)
      this.candidates = grown(this.candidates, this.candidateCount * 2);
    this.candidates[this.candidateCount++] = candidate;
  }

  private take(candidate: number): void {
    if (candidate >= 0) {
      this.state = this.machine.step(this.state, candidate);
      this.owed = 0;
      this.place(candidate);
      return;
    }
    const kind = ~candidate;
    const call = this.members[(this.classStarts[kind] as number) + (this.usedOf[kind] as number)] as number;
    this.state = this.machine.step(this.state, call);
    this.owed = this.problem.lazy ? 1 : 0;
    this.usedOf[kind] = (this.usedOf[kind] as number) + 1;
    this.used = this.multisets.plus(this.used, kind);
    this.log(candidate);
  }

  /** Puts a completed call into the order. */
  private place(call: number): void {
    this.log(call);
    this.setBit(this.slotOf[call] as number);
    if (this.byRet[this.placed] !== call) return;
    for (;;) {
      const first = this.byRet[this.placed];
      if (first === undefined || !this.isPlaced(first)) return;
      const slot = this.slotOf[first] as number;
      this.clearBit(slot);
      this.next[slot] = (this.next[slot] as number) + 1;
      this.placed++;
    }
  }

  /** Is a call that is the next to complete in the order? Then its slot's bit is its own. */
  private isPlaced(call: number): boolean {
    const slot = this.slotOf[call] as number;
    return (
      this.slotCalls[this.next[slot] as number] === call &&
      ((this.mask[slot >>> 5] as number) & (1 << (slot & 31))) !== 0
    );
  }

  private log(entry: number): void {
    if (this.trailLength + 2 > this.trail.length) this.trail = grown(this.trail, this.trail.length * 2);
    this.trail[this.trailLength++] = entry;
    this.trail[this.trailLength++] = this.placed;
  }

  /** Takes back calls until the trail is as short as it was. Restoring state, owed and used is the caller's. */
  private undoTo(length: number): void {
    while (this.trailLength > length) {
      const before = this.trail[--this.trailLength] as number;
      const entry = this.trail[--this.trailLength] as number;
      if (entry < 0) {
        this.usedOf[~entry] = (this.usedOf[~entry] as number) - 1;
        continue;
      }
      while (this.placed > before) {
        const slot = this.slotOf[this.byRet[--this.placed] as number] as number;
        this.next[slot] = (this.next[slot] as number) - 1;
        this.setBit(slot);
      }
      this.clearBit(this.slotOf[entry] as number);
    }
  }

  private setBit(slot: number): void {
    this.mask[slot >>> 5] = (this.mask[slot >>> 5] as number) | (1 << (slot & 31));
  }

  private clearBit(slot: number): void {
    this.mask[slot >>> 5] = (this.mask[slot >>> 5] as number) & ~(1 << (slot & 31));
  }

  /** Gives each completed call a slot that no call open at the same time has; the number of slots. */
  private assignSlots(inv: Int32Array, ret: Int32Array): number {
    const free: number[] = [];
    let slots = 0;
    let returned = 0;
    for (let call = 0; call < this.problem.count; call++) {
      if (ret[call] === NEVER) continue;
      while (returned < this.byRet.length && (ret[this.byRet[returned] as number] as number) < (inv[call] as number)) {
        free.push(this.slotOf[this.byRet[returned++] as number] as number);
      }
      this.slotOf[call] = free.pop() ?? slots++;
    }
    return slots;
  }

  /** The crashed calls grouped by label, labels without any left out. */
  private classify(): { items: Int32Array; starts: Int32Array } {
    const { labels, labelCount, count } = this.problem;
    const classOf = new Int32Array(labelCount).fill(-1);
    const crashed = Int32Array.from({ length: count }, (_, call) => call).filter((call) => this.rank[call] === NEVER);
    let classes = 0;
    const kinds = new Int32Array(count);
    for (const call of crashed) {
      const label = labels[call] as number;
      if (classOf[label] === -1) classOf[label] = classes++;
      kinds[call] = classOf[label] as number;
    }
    return groupBy(crashed, kinds, classes);
  }

  private outcome(valid: boolean | "unknown", steps: number, stopped?: string): Outcome {
    return {
      valid,
      steps,
      placed: valid === true ? this.byRet.length : this.deepest,
      total: this.byRet.length,
      blocked: valid === true ? -1 : (this.byRet[this.deepest] as number),
      states: valid === true ? [] : [...this.states],
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
}

/** Groups items by a small number, keeping their order: group g is items[starts[g]] … items[starts[g + 1] - 1]. */
function groupBy(of: Int32Array, groups: Int32Array, count: number): { items: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const item of of) starts[(groups[item] as number) + 1] = (starts[(groups[item] as number) + 1] as number) + 1;
  for (let g = 0; g < count; g++) starts[g + 1] = (starts[g + 1] as number) + (starts[g] as number);
  const at = starts.slice();
  const items = new Int32Array(of.length);
  for (const item of of) {
    const group = groups[item] as number;
    items[at[group] as number] = item;
    at[group] = (at[group] as number) + 1;
  }
  return { items, starts };
}
