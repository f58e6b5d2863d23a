/**
 * Registers whose values are each written at most once, in near-linear time.
 *
 * A read names its write then, and a cas names the write it follows directly; so values form chains, and all calls of a
 * chain stand together in every order. A chain's zone reaches from F, where its first call ends, to S, where its last one
 * begins; it must be there in all of [F, S] if F < S (forward), and somewhere in [S, F] else (backward). Chains A and B cannot
 * be ordered iff F(A) < S(B) and F(B) < S(A), and if no two conflict, all can be (Gibbons & Korach 1997, "Testing shared
 * memories", section 4; zones as in Golab, Li & Shah 2011). Counterexample to leaving out crashed writes that were read:
 * w1 crashed, w2, r1, r2 - valid without the write of 1, were it not read.
 */
import { DONE, type Part } from "./calls.js";
import * as words from "./cell-words.js";
import { CAS, type Cells, failedWrites, MISS, READ } from "./cells.js";
import type { FastOutcome, Violation } from "./family.js";

/** No such link or call. */
export const NO = -1;

/** A call that saw a value which nobody wrote. */
export function phantom(cells: Cells, call: number): Violation {
  const failed = (): number[] => failedWrites(cells, call);
  return {
    text: () => words.phantomText(cells, call, failed().length > 0),
    calls: [call],
    failed,
    ofWhole: true,
  };
}

/** Links and chains of one key, in tables that are used again for the next key. */
export class CellSweep {
  /** Value id -> its link + 1. */
  private readonly linkOf: Int32Array;
  /** Links: one per value. Link 0 is the initial value. */
  links = 0;
  readonly writer: Int32Array;
  /** Where the first call of the link ends, and which; where the last one begins, and which. */
  readonly ends: Int32Array;
  readonly endCall: Int32Array;
  readonly begins: Int32Array;
  readonly beginCall: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
  /** A call that saw the link's value; NO where none did for sure. */
  private readonly seenBy: Int32Array;
  /** Chains: `chainHead` is the first link. Chain 0 begins with the initial value. */
  chains = 0;
  readonly chainHead: Int32Array;
  private readonly chainEnds: Int32Array;
  private readonly chainEndCall: Int32Array;
  private readonly chainBegins: Int32Array;
  private readonly chainBeginCall: Int32Array;
  /** Chains in an order that all calls but the misses allow. */
  order: Int32Array = new Int32Array(0);
  private readonly mark: Int32Array;

  constructor(readonly cells: Cells) {
    const { history } = cells.calls;
    const most = 1 + Math.max(0, ...cells.parts.map((part) => part.calls.length));
    this.linkOf = new Int32Array(history.tables.values.size);
    this.writer = new Int32Array(most);
    this.ends = new Int32Array(most);
    this.endCall = new Int32Array(most);
    this.begins = new Int32Array(most);
    this.beginCall = new Int32Array(most);
    this.before = new Int32Array(most);
    this.after = new Int32Array(most);
    this.seenBy = new Int32Array(most);
    this.chainHead = new Int32Array(most);
    this.chainEnds = new Int32Array(most);
    this.chainEndCall = new Int32Array(most);
    this.chainBegins = new Int32Array(most);
    this.chainBeginCall = new Int32Array(most);
    this.mark = new Int32Array(history.length);
  }

  /** Orders the chains of one key: "valid" leaves the order in `order`, all but the misses considered. */
  arrange(part: Part): FastOutcome {
    return this.linkUp(part) ?? this.spread() ?? this.chainUp() ?? this.sweep() ?? "valid";
  }

  /** Clears the tables for the next key. */
  forget(part: Part): void {
    const { cells } = this;
    this.linkOf[cells.initial] = 0;
    for (const call of part.calls) this.linkOf[cells.to[call] as number] = 0;
  }

  /** The link of a value that took effect for sure or may have; NO where nobody wrote it. */
  link(value: number): number {
    return (this.linkOf[value] as number) - 1;
  }

  /** Did the link's write take effect: was it answered, or seen? */
  happened(link: number): boolean {
    const writer = this.writer[link] as number;
    return writer === NO || this.cells.calls.status[writer] === DONE || this.seenBy[link] !== NO;
  }

  private newLink(value: number, writer: number, ends: number, begins: number): void {
    const link = this.links++;
    this.linkOf[value] = link + 1;
    this.writer[link] = writer;
    this.ends[link] = ends;
    this.endCall[link] = writer;
    this.begins[link] = begins;
    this.beginCall[link] = writer;
    this.before[link] = NO;
    this.after[link] = NO;
    this.seenBy[link] = NO;
  }

  /** A link per value, and what was seen of each. */
  private linkUp(part: Part): FastOutcome | undefined {
    const { cells } = this;
    const { kinds, from, to } = cells;
    const { inv, ret, status } = cells.calls;
    this.links = 0;
    this.newLink(cells.initial, NO, -1, -1);
    for (const call of part.calls) {
      const kind = kinds[call] as number;
      if (kind === READ || kind === MISS) continue;
      const value = to[call] as number;
      if (this.linkOf[value] !== 0) return "no";
      this.newLink(value, call, ret[call] as number, inv[call] as number);
    }
    let early = NO;
    for (const call of part.calls) {
      const kind = kinds[call] as number;
      if (kind !== READ && kind !== CAS) continue;
      const link = this.link(from[call] as number);
      const done = status[call] === DONE;
      if (link === NO && done) return phantom(cells, call);
      if (kind === READ) {
        const writer = this.writer[link] as number;
        const end = ret[call] as number;
        if (writer !== NO && end < (inv[writer] as number) && early === NO) early = call;
        if (end < (this.ends[link] as number)) {
          this.ends[link] = end;
          this.endCall[link] = call;
        }
        if ((inv[call] as number) > (this.begins[link] as number)) {
          this.begins[link] = inv[call] as number;
          this.beginCall[link] = call;
        }
      } else this.before[this.link(to[call] as number)] = link;
      if (done) this.seenBy[link] = call;
    }
    if (early === NO) return undefined;
    const writer = this.writer[this.link(from[early] as number)] as number;
    return { text: () => words.earlyReadText(cells, early, writer), calls: this.supported([early]) };
  }

  /** A seen value's cas happened, so the value it replaced was there too. Then each value's only successor. */
  private spread(): FastOutcome | undefined {
    const { cells, before, writer } = this;
    for (let start = 1; start < this.links; start++) {
      for (let link = start; link > 0 && this.happened(link) && cells.kinds[writer[link] as number] === CAS; ) {
        const replaced = before[link] as number;
        if (replaced === NO) {
          const cas = writer[link] as number;
          const proof = this.proof(cas);
          return {
            text: () => words.uselessCasText(cells, proof[0] as number, cas),
            calls: [cas, ...proof],
            ofWhole: true,
          };
        }
        if (this.seenBy[replaced] !== NO) break;
        this.seenBy[replaced] = writer[link] as number;
        link = replaced;
      }
    }
    for (let link = 1; link < this.links; link++) {
      if (!this.happened(link) || before[link] === NO) continue;
      const replaced = before[link] as number;
      if (replaced === link) return this.circle([writer[link] as number]);
      const rival = this.after[replaced] as number;
      if (rival !== NO) {
        const [a, b] = [writer[rival] as number, writer[link] as number];
        return { text: () => words.twoCasText(cells, a, b), calls: this.supported([a, b]) };
      }
      this.after[replaced] = link;
    }
    return undefined;
  }

  /** Follows each chain from its plain write, and measures it. */
  private chainUp(): FastOutcome | undefined {
    this.chains = 0;
    let linked = 0;
    let happened = 0;
    for (let head = 0; head < this.links; head++) {
      if (!this.happened(head)) continue;
      happened++;
      if (head !== 0 && this.before[head] !== NO) continue;
      const chain = this.chains++;
      this.chainHead[chain] = head;
      let ends = this.ends[head] as number;
      let endCall = this.endCall[head] as number;
      let begins = -1;
      let beginCall = NO;
      for (let link = head; link !== NO; link = this.after[link] as number) {
        linked++;
        const linkEnds = this.ends[link] as number;
        if (linkEnds < begins) return this.backwards(this.endCall[link] as number, beginCall);
        if (linkEnds < ends) {
          ends = linkEnds;
          endCall = this.endCall[link] as number;
        }
        if ((this.begins[link] as number) > begins) {
          begins = this.begins[link] as number;
          beginCall = this.beginCall[link] as number;
        }
      }
      this.chainEnds[chain] = ends;
      this.chainEndCall[chain] = endCall;
      this.chainBegins[chain] = begins;
      this.chainBeginCall[chain] = beginCall;
    }
    return linked === happened ? undefined : this.findCircle();
  }

  private backwards(shown: number, late: number): Violation {
    return { text: () => words.backwardsText(this.cells, late, shown), calls: this.supported([shown, late]) };
  }

  /** Some cas calls that follow each other in a circle: no write begins the chain. */
  private findCircle(): Violation {
    const inChains = new Uint8Array(this.links);
    for (let chain = 0; chain < this.chains; chain++) {
      for (let link = this.chainHead[chain] as number; link !== NO; link = this.after[link] as number)
        inChains[link] = 1;
    }
    let start = 0;
    while (inChains[start] === 1 || !this.happened(start)) start++;
    const circle: number[] = [];
    let link = start;
    do {
      circle.push(this.writer[link] as number);
      link = this.after[link] as number;
    } while (link !== start);
    return this.circle(circle);
  }

  private circle(cas: readonly number[]): Violation {
    return { text: () => words.cycleText(this.cells, cas), calls: this.supported(cas), ofWhole: true };
  }

  /** Orders the chains by where their zones begin, and finds two that conflict. */
  private sweep(): FastOutcome | undefined {
    const { mark } = this;
    const marks = new Int32Array(this.chains - 1);
    for (let chain = 1; chain < this.chains; chain++) {
      const at = Math.min(this.chainEnds[chain] as number, this.chainBegins[chain] as number);
      mark[at] = chain;
      marks[chain - 1] = at;
    }
    sortMarks(marks, this.cells.calls.history.length);
    this.order = new Int32Array(this.chains);
    let until = this.chainBegins[0] as number;
    let forward = 0;
    for (let i = 0; i < marks.length; i++) {
      const chain = mark[marks[i] as number] as number;
      this.order[i + 1] = chain;
      const ends = this.chainEnds[chain] as number;
      const begins = this.chainBegins[chain] as number;
      if (ends < until) return this.conflict(forward, chain);
      if (ends < begins) {
        until = begins;
        forward = chain;
      }
    }
    return undefined;
  }

  private conflict(a: number, b: number): Violation {
    const zone = (chain: number): words.Zone => ({
      first: chain === 0 ? NO : (this.chainEndCall[chain] as number),
      last: this.chainBeginCall[chain] as number,
    });
    let [older, newer] = [zone(a), zone(b)];
    if (this.overwrites(b, a)) newer = { ...newer, last: this.writer[this.chainHead[b] as number] as number };
    else if (this.overwrites(a, b)) {
      newer = { ...zone(a), last: this.writer[this.chainHead[a] as number] as number };
      older = zone(b);
      // The initial value is the oldest, whatever began last.
    } else if (a !== 0 && (b === 0 || (this.chainBegins[a] as number) < (this.chainBegins[b] as number))) {
      [older, newer] = [newer, older];
    }
    const ends = [older.first, older.last, newer.first, newer.last].filter((call) => call !== NO);
    return { text: () => words.conflictText(this.cells, older, newer), calls: this.supported(ends) };
  }

  /** Did the write of one chain begin when a call of the other had ended? Then that write alone shows which is newer. */
  private overwrites(newer: number, older: number): boolean {
    const writer = this.writer[this.chainHead[newer] as number] as number;
    const { inv } = this.cells.calls;
    return writer !== NO && (older === 0 || (inv[writer] as number) > (this.chainEnds[older] as number));
  }

  /**
   * Calls that show a violation, with all that they need to mean the same alone: the writes their values go back to, and
   * for crashed ones, who saw that they happened.
   */
  supported(calls: readonly number[]): number[] {
    const out = new Set<number>();
    for (const call of calls) {
      out.add(call);
      for (const proof of this.proof(call)) out.add(proof);
      for (const ancestor of this.lineage(call)) out.add(ancestor);
    }
    return [...out];
  }

  /** Who saw a crashed call's value: a completed call, or a crashed cas and who saw that one's. Empty for completed calls. */
  private proof(call: number): number[] {
    const proof: number[] = [];
    for (let at = call; this.cells.calls.status[at] !== DONE; ) {
      at = this.seenBy[this.link(this.cells.to[at] as number)] as number;
      if (at === NO || proof.includes(at)) break;
      proof.push(at);
    }
    return proof.reverse();
  }

  /** The writes that the value a call saw or wrote goes back to. */
  private lineage(call: number): number[] {
    const { cells } = this;
    const calls = new Set<number>();
    let link = this.link((cells.kinds[call] === READ ? cells.from[call] : cells.to[call]) as number);
    // Where compare-and-sets go round in a circle, once is enough.
    for (; link > 0 && !calls.has(this.writer[link] as number); link = this.before[link] as number) {
      calls.add(this.writer[link] as number);
    }
    return [...calls];
  }
}

/** Sorts positions below `length`: dense ones are read off a bitmap, which is linear. */
function sortMarks(marks: Int32Array, length: number): void {
  if (marks.length * 32 < length) {
    marks.sort();
    return;
  }
  const marked = new Uint8Array(length);
  for (const at of marks) marked[at] = 1;
  let n = 0;
  for (let at = 0; at < length; at++) if (marked[at] === 1) marks[n++] = at;
}
