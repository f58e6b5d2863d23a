/**
 * Replays transactions one by one so that each finds the versions of its keys as it recorded them, and each before all that
 * were invoked after it completed. Where that works, the order of the replay is a serial order that real time allows, so
 * there is no cycle of any kind, and no graph has to be built to see that.
 *
 * It is Kahn's way of peeling the graph of dependencies without its edges: a version knows whether it is there yet and how many
 * of its readers are still to come, which is all that the next append waits for. A transaction is replayed as soon as it can
 * be, which never hinders another: whoever has to come before it has come.
 */
import { FAIL, type TxnHistory } from "./txn-history.js";

// Bits of a step. The transaction finds this version when it first reads the key:
const READS = 1;
/** Its appends to the key come right after this version. */
const APPENDS = 2;
const BITS = 2;

/** What each transaction does to the versions of its keys: a step for each key that it reads or appends to. */
export class Steps {
  private length = 0;
  /** Transaction -> its first step; its last is the one before the next transaction's first. */
  private readonly start: Int32Array;
  /**
   * Step -> its version and bits, and, behind it, the version that its appends lead to, or -1 where there are none or no read
   * shows them.
   */
  private steps: Int32Array;
  /**
   * Version -> twice the number of reads of it, + 1 where it is there, and, behind it, a transaction that waits for it to be
   * there, or for its readers, + 1.
   */
  private readonly versions: Int32Array;

  constructor(txns: number, versions: number) {
    this.start = new Int32Array(txns + 1);
    this.steps = new Int32Array(txns * 4 + 16);
    this.versions = new Int32Array(versions * 2);
  }

  /** A version that no append led to. */
  initial(version: number): void {
    this.versions[version * 2] = 1;
  }

  /** The steps of transaction t come next; in the end, of the one after the last. */
  begin(t: number): void {
    this.start[t] = this.length;
  }

  /** The present transaction finds a key in this version. Returns the number of its step. */
  read(version: number): number {
    this.versions[version * 2] = (this.versions[version * 2] as number) + 2;
    return this.add((version << BITS) | READS, -1);
  }

  /** It appends to a key, without having read it. `makes`: see there. */
  append(version: number, makes: number): number {
    return this.add((version << BITS) | APPENDS, makes);
  }

  /** The transaction of a step appends, or appends more, to its key. */
  appendMore(step: number, makes: number): void {
    this.steps[step * 2] = (this.steps[step * 2] as number) | APPENDS;
    this.steps[step * 2 + 1] = makes;
  }

  /** Is a version the first thing that a transaction reads of its key? */
  isRead(version: number): boolean {
    return (this.versions[version * 2] as number) > 1;
  }

  /** Can the transactions be replayed, all that may have happened? It uses the steps up. */
  replay(txns: TxnHistory): boolean {
    return new Replay(txns, this.start, this.steps, this.versions).run();
  }

  private add(step: number, makes: number): number {
    const at = this.length++;
    if (at * 2 === this.steps.length) this.grow();
    this.steps[at * 2] = step;
    this.steps[at * 2 + 1] = makes;
    return at;
  }

  private grow(): void {
    const { steps } = this;
    this.steps = new Int32Array(steps.length * 2);
    this.steps.set(steps);
  }
}

class Replay {
  private readonly done: Uint8Array;
  /** Transaction -> the next that waits for the same version + 1. */
  private readonly next: Int32Array;

  constructor(
    private readonly txns: TxnHistory,
    private readonly start: Int32Array,
    private readonly steps: Int32Array,
    private readonly versions: Int32Array,
  ) {
    this.done = new Uint8Array(txns.count);
    this.next = new Int32Array(txns.count);
  }

  run(): boolean {
    const { count, invoke, complete, completions, type } = this.txns;
    const { done } = this;
    let t = 0;
    for (let i = 0; i < completions.length; i++) {
      const first = completions[i] as number;
      for (; t < count && (invoke[t] as number) < (complete[first] as number); t++) this.arrive(t);
      // It must have come by now: nobody invoked later may come before it.
      if (done[first] === 0) return false;
    }
    for (; t < count; t++) this.arrive(t);
    // Those of unknown outcome whose appends were read have to fit in somewhere too.
    for (let u = 0; u < count; u++) if (done[u] === 0 && type[u] !== FAIL) return false;
    return true;
  }

  /** Replays a transaction if it can be, and those that have waited for what it does. */
  private arrive(arrived: number): void {
    const { start, steps, versions, next, done } = this;
    // The transactions to look at, linked by `next`.
    let ready = arrived + 1;
    while (ready !== 0) {
      const t = ready - 1;
      ready = next[t] as number;
      const from = (start[t] as number) * 2;
      const end = (start[t + 1] as number) * 2;
      let blocked = -1;
      for (let s = from; s < end && blocked < 0; s += 2) {
        const what = steps[s] as number;
        const state = versions[(what >> BITS) * 2] as number;
        // Nobody but itself may still have to read what it appends to; one that only reads does so while it is there.
        const can = (what & APPENDS) === 0 ? (state & 1) === 1 : state === ((what & READS) === 0 ? 1 : 3);
        if (!can) blocked = what >> BITS;
      }
      if (blocked >= 0) {
        next[t] = versions[blocked * 2 + 1] as number;
        versions[blocked * 2 + 1] = t + 1;
        continue;
      }
      done[t] = 1;
      for (let s = from; s < end; s += 2) {
        const what = steps[s] as number;
        const made = (steps[s + 1] as number) * 2;
        if ((what & READS) !== 0) {
          const version = (what >> BITS) * 2;
          const state = (versions[version] as number) - 2;
          versions[version] = state;
          // Whoever waits for a version that is there will append to it, and may have read it itself.
          if (state <= 3 && versions[version + 1] !== 0) ready = this.wake(version, ready);
        }
        if (made >= 0) {
          versions[made] = (versions[made] as number) | 1;
          if (versions[made + 1] !== 0) ready = this.wake(made, ready);
        }
      }
    }
  }

  /** Puts those that wait for the version at this place before the others to look at. */
  private wake(place: number, ready: number): number {
    const { versions, next } = this;
    const first = versions[place + 1] as number;
    versions[place + 1] = 0;
    let last = first - 1;
    while (next[last] !== 0) last = (next[last] as number) - 1;
    next[last] = ready;
    return first;
  }
}
