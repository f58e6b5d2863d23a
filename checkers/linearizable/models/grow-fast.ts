/**
 * Lists that are only appended to and sets that are only added to, read as a whole: the reads give the order of almost
 * everything. Of two reads the smaller is contained in the larger (a list's is its beginning), so that all calls fall into
 * levels: what a read shows and smaller ones do not, the reads of that size, what the next shows, …, what nobody saw. Calls
 * of one level may come in any order. Such an order exists iff no call began after one of a later level had ended; so it is
 * enough to walk along the levels with the latest begin so far. Linear in the size of the reads.
 */
import { UsageError } from "../../../src/core/errors.js";
import { identityOf } from "../../values.js";
import { type Calls, DONE, type Part } from "../calls.js";
import type { FastOutcome, Violation } from "../family.js";

import { show } from "../words.js";
import { GrowWords } from "./grow-words.js";
import { listOf } from "./lists.js";

export interface GrowKind {
  /** The codes of its fs. */
  readonly put: number;
  readonly read: number;
  /** A list: what is read has an order, and an element may be there twice. */
  readonly ordered: boolean;
}

/** What was put in, once or (a set) several times. */
export interface Element {
  readonly value: unknown;
  /** The put that began first: the others may follow it at any time. -1: it was there from the start. */
  first: number;
  /** All puts, crashed ones included. */
  readonly puts: number[];
  /** Which read shows it first (a place in `reads`); -1: none. */
  level: number;
  /** Where a pass over a read last met it. */
  mark: number;
}

/** What a read showed. */
export interface Sight {
  /** -1: the initial value, as if read before everything. */
  readonly read: number;
  readonly elements: readonly Element[];
}

export function growFast(calls: Calls, part: Part, initial: unknown, kind: GrowKind): FastOutcome {
  const growth = new Growth(calls, kind);
  return growth.collect(part, initial) ?? growth.sortReads() ?? growth.walk() ?? "valid";
}

class Growth {
  private readonly elements = new Map<unknown, Element>();
  private readonly sights: Sight[] = [];
  private readonly words: GrowWords;
  private marks = 0;

  constructor(
    private readonly calls: Calls,
    private readonly kind: GrowKind,
  ) {
    this.words = new GrowWords(calls, kind.ordered);
  }

  collect(part: Part, initial: unknown): FastOutcome | undefined {
    const { calls, kind } = this;
    const { history, fs, inputs } = calls;
    const start = listOf(initial, "the initial value");
    for (const value of start) this.element(value, -1);
    if (kind.ordered && this.elements.size < start.length) return "no";
    for (const call of part.calls) {
      if (fs[call] !== kind.put) continue;
      const value = history.value(inputs[call] as number);
      const known = this.elements.get(identityOf(value));
      if (known === undefined) this.element(value, call);
      else if (kind.ordered) return "no";
      else known.puts.push(call);
    }
    this.sights.push({ read: -1, elements: [...this.elements.values()].filter(({ first }) => first === -1) });
    for (const call of part.calls) {
      if (fs[call] === kind.read) {
        const violation = this.see(call);
        if (violation !== undefined) return violation;
      }
    }
    return undefined;
  }

  private element(value: unknown, put: number): void {
    const element = { value, first: put, puts: put === -1 ? [] : [put], level: -1, mark: -1 };
    if (!this.elements.has(identityOf(value))) this.elements.set(identityOf(value), element);
  }

  private see(read: number): Violation | undefined {
    const { calls } = this;
    const list = calls.history.value(calls.outputs[read] as number);
    if (list !== null && !Array.isArray(list)) {
      throw new UsageError(
        `op ${calls.history.op(calls.inv[read] as number).index}: a read of a whole is a list, not ${show(list)}`,
      );
    }
    const mark = this.marks++;
    const elements: Element[] = [];
    for (const value of list ?? []) {
      const element = this.elements.get(identityOf(value));
      if (element === undefined) return this.words.fromNowhere(read, value);
      if (element.mark === mark) return this.words.twice(read, element);
      element.mark = mark;
      elements.push(element);
    }
    const lost = this.sights[0]?.elements.find((element) => element.mark !== mark);
    if (lost !== undefined) return this.words.lost({ read, elements }, lost);
    this.sights.push({ read, elements });
    return undefined;
  }

  /** Smaller reads first; each must show what the ones before it showed. The initial value comes first: all reads contain it. */
  sortReads(): Violation | undefined {
    this.sights.sort((a, b) => a.elements.length - b.elements.length || a.read - b.read);
    const order: Element[] = [];
    for (const [level, sight] of this.sights.entries()) {
      const before = order.length;
      let known = 0;
      for (const [i, element] of sight.elements.entries()) {
        if (element.level === -1) {
          element.level = level;
          order.push(element);
        } else if (!this.kind.ordered || element === order[i]) known++;
      }
      if (known < before) return this.words.apart(this.sights[level - 1] as Sight, sight);
    }
    return undefined;
  }

  /** Along the levels, with the latest begin so far. */
  walk(): Violation | undefined {
    const { kind, sights } = this;
    const latest = new Latest(this.calls);
    for (let level = 0; level < sights.length; ) {
      const { elements } = sights[level] as Sight;
      let last = level + 1;
      while (last < sights.length && (sights[last] as Sight).elements.length === elements.length) last++;
      const batch = elements.filter((element) => element.level >= level && element.level < last);
      // A list's elements are levels of their own; a set's come in any order.
      for (const group of kind.ordered ? batch.map((element) => [element]) : [batch]) {
        const late = latest.meets(group.flatMap(({ puts }) => puts));
        if (late !== -1) return this.conflict(latest.call, late);
        for (const { first } of group) latest.note(first);
      }
      const reads = sights.slice(level, last).map(({ read }) => read);
      const late = latest.meets(reads);
      if (late !== -1) return this.conflict(latest.call, late);
      for (const read of reads) latest.note(read);
      level = last;
    }
    const { status } = this.calls;
    for (const { level, puts } of this.elements.values()) {
      if (level !== -1) continue;
      const late = latest.meets(puts.filter((put) => status[put] === DONE));
      if (late !== -1) return this.conflict(latest.call, late);
    }
    return undefined;
  }

  /** `before` has to come before `after`, but began only when that had ended. */
  private conflict(before: number, after: number): Violation {
    const sightOf = (call: number): Sight | undefined => this.sights.find(({ read }) => read === call);
    const elementOf = (call: number): Element =>
      this.elements.get(identityOf(this.calls.history.value(this.calls.inputs[call] as number))) as Element;
    const [one, other] = [sightOf(before), sightOf(after)];
    if (one !== undefined && other !== undefined) return this.words.shrank(other, one);
    if (one !== undefined) return this.words.missed(one, after, elementOf(after));
    const element = elementOf(before);
    if (other !== undefined) return this.words.tooEarly(other, before, element);
    return this.words.swapped(this.sights[element.level] as Sight, before, after, elementOf(after));
  }
}

/** The call that began last of those so far. */
class Latest {
  call = -1;
  private begin = -1;

  constructor(private readonly calls: Calls) {}

  /** One of the calls that had ended when the latest began; -1: none. */
  meets(calls: readonly number[]): number {
    return calls.find((call) => call !== -1 && (this.calls.ret[call] as number) < this.begin) ?? -1;
  }

  note(call: number): void {
    if (call === -1 || (this.calls.inv[call] as number) <= this.begin) return;
    this.call = call;
    this.begin = this.calls.inv[call] as number;
  }
}
