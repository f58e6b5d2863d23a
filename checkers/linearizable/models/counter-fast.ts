/**
 * Counters that only ever grow (or only ever shrink) by one step, in O(n log n). The values of the reads give their order, and
 * how many increments lie between two of them; so time falls into slots, and each increment fits into a range of them: not
 * before a read that had ended when it began, not after one that began when it had ended. Each slot takes the increments
 * that run out first (earliest deadline first), which finds a way to fill all slots if there is one. Crashed increments run out
 * never, and need not be taken.
 * Increments by different amounts, or in both directions, are another matter (NP-hard): the search's.
 */

import { did } from "../call-words.js";
import { type Calls, DONE, NEVER, type Part } from "../calls.js";
import type { FastOutcome, Violation } from "../family.js";
import { at, who } from "../words.js";
import { counterModel, deltaOf, isCount, valueAfter } from "./counter.js";
import { Heap } from "./heap.js";

const READ = 2;
const FS = ["increment", "decrement"];

/** Reads of one value. */
interface Group {
  /** How many increments are before it. */
  readonly count: number;
  /** The read that ended first, and the one that began last. */
  first: number;
  last: number;
}

export function counterFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const start = counterModel.init(initial);
  const { history, fs, status, inputs, outputs } = calls;
  const increments: number[] = [];
  const reads: number[] = [];
  let step = 0;
  for (const call of part.calls) {
    const output = status[call] === DONE ? history.value(outputs[call] as number) : undefined;
    if (fs[call] === READ) {
      if (!isCount(output)) return "no";
      reads.push(call);
      continue;
    }
    const input = history.value(inputs[call] as number);
    const delta = deltaOf(FS[fs[call] as number] as string, input);
    if (delta === 0 || !isCount(delta) || valueAfter(input, output) !== undefined) return "no";
    if (step !== 0 && delta !== step) return "no";
    step = delta;
    increments.push(call);
  }
  const countOf = (read: number): number => ((history.value(outputs[read] as number) as number) - start) / (step || 1);
  return new CounterSlots(calls, increments, reads, countOf, { start, step }).judge();
}

class CounterSlots {
  private readonly groups: Group[] = [];

  constructor(
    private readonly calls: Calls,
    private readonly increments: readonly number[],
    private readonly reads: readonly number[],
    private readonly countOf: (read: number) => number,
    private readonly steps: { readonly start: number; readonly step: number },
  ) {}

  judge(): FastOutcome {
    const { inv, ret } = this.calls;
    const odd = this.reads.find((read) => this.countOf(read) < 0 || !Number.isInteger(this.countOf(read)));
    if (odd !== undefined) return this.impossible(odd);
    this.group();
    return this.unmade(inv, ret) ?? this.readsInOrder(inv, ret) ?? this.fill(inv, ret) ?? "valid";
  }

  private group(): void {
    const { inv, ret } = this.calls;
    const byCount = new Map<number, Group>();
    for (const read of this.reads) {
      const count = this.countOf(read);
      const group = byCount.get(count);
      if (group === undefined) byCount.set(count, { count, first: read, last: read });
      else {
        if ((ret[read] as number) < (ret[group.first] as number)) group.first = read;
        if ((inv[read] as number) > (inv[group.last] as number)) group.last = read;
      }
    }
    for (const group of [...byCount.values()].sort((a, b) => a.count - b.count)) this.groups.push(group);
  }

  /** A read of more than had begun by then: no order of reads is to blame. */
  private unmade(inv: Int32Array, ret: Int32Array): Violation | undefined {
    for (const { count, first } of this.groups) {
      const latest = this.increments[count - 1];
      if (count > 0 && (latest === undefined || (inv[latest] as number) > (ret[first] as number)))
        return this.tooFew(first);
    }
    return undefined;
  }

  private readsInOrder(inv: Int32Array, ret: Int32Array): Violation | undefined {
    let last = -1;
    for (const group of this.groups) {
      if (last !== -1 && (inv[last] as number) > (ret[group.first] as number)) return this.backwards(group, last);
      if (last === -1 || (inv[group.last] as number) > (inv[last] as number)) last = group.last;
    }
    return undefined;
  }

  /**
   * Fills the slots: slot j lies before group j. An increment may come into slot j if it began before any read from group j
   * on had ended, and if no read before group j began after it had ended.
   */
  private fill(inv: Int32Array, ret: Int32Array): Violation | undefined {
    const { groups, increments } = this;
    /** The read from group j on that ended first. */
    const ends: number[] = [];
    for (let j = groups.length - 1, first = -1; j >= 0; j--) {
      const own = (groups[j] as Group).first;
      if (first === -1 || (ret[own] as number) < (ret[first] as number)) first = own;
      ends[j] = first;
    }
    /** Of the increments from the i-th on, where the first ends. */
    const laterEnds = new Int32Array(increments.length + 1).fill(NEVER);
    for (let i = increments.length - 1; i >= 0; i--)
      laterEnds[i] = Math.min(laterEnds[i + 1] as number, ret[increments[i] as number] as number);
    const heap = new Heap((call) => ret[call] as number);
    let next = 0;
    let placed = 0;
    /** The read up to group j that began last. */
    let last = -1;
    for (const [j, group] of groups.entries()) {
      const end = ret[ends[j] as number] as number;
      // In order of invocation: the first that began too late is followed by others that did.
      for (; next < increments.length && (inv[increments[next] as number] as number) < end; next++)
        heap.push(increments[next] as number);
      for (; placed < group.count; placed++) if (heap.pop() === undefined) return this.tooFew(ends[j] as number);
      if (last === -1 || (inv[group.last] as number) > (inv[last] as number)) last = group.last;
      const soonest = heap.peek() ?? -1;
      // One that had ended before a read began has to be placed by now, though it be one that began too late for its slot.
      const due = Math.min(soonest === -1 ? NEVER : (ret[soonest] as number), laterEnds[next] as number);
      if (due < (inv[last] as number)) return this.tooMany(j, last, ends);
    }
    return undefined;
  }

  /** How many increments of the key began after the read `before` (-1: whenever) and had ended when `last` began. */
  private acknowledged(before: number, last: number): number {
    const { count, fs, keys, inv, ret } = this.calls;
    const from = before === -1 ? -1 : (ret[before] as number);
    const until = inv[last] as number;
    let sum = 0;
    for (let call = 0; call < count && (inv[call] as number) < until; call++) {
      if (fs[call] === READ || keys[call] !== keys[last]) continue;
      if ((inv[call] as number) > from && (ret[call] as number) < until) sum++;
    }
    return sum;
  }

  private get noun(): string {
    return this.steps.step < 0 ? "decrement" : "increment";
  }

  private counted(count: number): string {
    return `${count} ${this.noun}${count === 1 ? "" : "s"}`;
  }

  private readText(read: number): string {
    const { history, outputs } = this.calls;
    return did(this.calls, read, `read ${history.value(outputs[read] as number)}`);
  }

  private impossible(read: number): Violation {
    return {
      text: () => {
        const { start, step } = this.steps;
        if (step === 0) return `${this.readText(read)}, but nothing changed it from ${start}`;
        return `${this.readText(read)}, which no number of ${this.noun}s by ${Math.abs(step)} makes of ${start}`;
      },
      calls: [read, ...this.increments.slice(0, 1)],
      ofWhole: true,
    };
  }

  /** `late`, of a smaller count, began after a read of this group had ended. */
  private backwards(group: Group, late: number): Violation {
    const { history, outputs, ret } = this.calls;
    const seen = group.first;
    return {
      text: () =>
        `${this.readText(late)}, but ${who(this.calls, seen)} had already read ${history.value(outputs[seen] as number)}${at(this.calls, ret[seen] as number)}, and nothing changes it back`,
      calls: [...this.support(seen), seen, late],
    };
  }

  /** The increments that make a read possible: the first so many that began before it ended. */
  private support(read: number): number[] {
    const { inv, ret } = this.calls;
    return this.increments
      .filter((call) => (inv[call] as number) < (ret[read] as number))
      .slice(0, Math.max(0, this.countOf(read)));
  }

  private tooFew(read: number): Violation {
    const begun = this.support(read);
    return {
      text: () =>
        begun.length === 0
          ? `${this.readText(read)}, but no ${this.noun} had begun by then`
          : `${this.readText(read)}, but only ${this.counted(begun.length)} had begun by then, those without an answer included`,
      calls: [...begun, read],
      ofWhole: true,
    };
  }

  /**
   * An increment that had ended before `last` (of a group up to j) began found no place by slot j. So between some read (or
   * the beginning) and `last` more increments happened from begin to end than their values differ by.
   */
  private tooMany(j: number, last: number, ends: readonly number[]): Violation {
    const { inv, ret } = this.calls;
    const done = this.increments.filter((call) => (ret[call] as number) < (inv[last] as number));
    const count = (this.groups[j] as Group).count;
    // The earliest deadline first rule fails only where some such stretch is too full: at the latest the one from the beginning.
    for (let i = Math.min(j + 1, ends.length); ; i--) {
      const before = i === 0 ? -1 : (ends[i - 1] as number);
      const from = before === -1 ? -1 : (ret[before] as number);
      const within = done.filter((call) => (inv[call] as number) > from);
      const most = count - (i === 0 ? 0 : (this.groups[i - 1] as Group).count);
      if (within.length > most || i === 0) return this.squeezed(before, last, within, most + 1);
    }
  }

  /** So `many` of the increments `within` the stretch are enough. */
  private squeezed(before: number, last: number, within: readonly number[], many: number): Violation {
    const shown = within.slice(0, many);
    const text = (): string => {
      const { history, outputs, ret } = this.calls;
      const latest = shown.reduce((late, call) => ((ret[call] as number) > (ret[late] as number) ? call : late));
      // Of the whole history: the calls looked at may be a part of it.
      const count = this.acknowledged(before, last);
      const one = shown.length < count ? "one of them " : "the last of them ";
      const which = count === 1 ? "" : one;
      const since =
        before === -1
          ? ""
          : `, begun after ${who(this.calls, before)} had read ${history.value(outputs[before] as number)}${at(this.calls, ret[before] as number)},`;
      return `${this.readText(last)}, but ${this.counted(count)}${since} had been acknowledged before it began (${which}to ${who(this.calls, latest)}${at(this.calls, ret[latest] as number)})`;
    };
    const seen = before === -1 ? [] : [...this.support(before), before];
    return { text, calls: [...seen, ...shown, last] };
  }
}
