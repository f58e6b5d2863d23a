/**
 * The four session guarantees of Terry et al. 1994, "Session guarantees for weakly consistent replicated data", as far as
 * reads can show that they were broken. A session is a process. That a version is older than another is taken from what the
 * clients themselves saw, never from clocks: v is older than w if v is in the causal past of w (Viotti & Vukolic 2016), or
 * is the initial value. So whoever keeps causal consistency keeps all four.
 *
 * A read of v by session s breaks
 * - read your writes, if s had written w to the key, and v is older than w;
 * - monotonic reads, if s had read w of the key, and v is older than w, or s read v before it read w;
 * - monotonic writes, if s had read w of the key, and one session wrote v and later w;
 * - writes follow reads, if s had read w of the key, and the session that wrote w had read v of it before.
 */
import type { Causality } from "./causal.js";
import { INITIAL, type Rows } from "./rows.js";

export const GUARANTEES = ["readYourWrites", "monotonicReads", "monotonicWrites", "writesFollowReads"] as const;
export type Guarantee = (typeof GUARANTEES)[number];

/** Reads that broke a guarantee; the first one, with the row that it should not have fallen behind. */
export interface Breaches {
  readonly violations: number;
  /** The read; what its session had done (its write, or its earlier read); the write of that one's value. */
  readonly first?: readonly number[];
}

/** What a session has seen of a key. */
interface Seen {
  /** Rows of its reads, the first of each written value. */
  readonly reads: number[];
  /** Write read -> `turns` when it was first read. */
  readonly values: Map<number, number>;
  /** How often it read another value than just before. */
  turns: number;
  lastSource: number;
  lastWrite: number;
  /** Session -> how many of its writes are older than something read here. */
  readonly older: Int32Array;
}

/** Counts in one pass over the rows; a read that breaks something costs as much as its session has read of the key. */
export function breachesOf(rows: Rows, causality: Causality): Record<Guarantee, Breaches> {
  const pass = new Pass(rows, causality);
  for (let row = 0; row < rows.count; row++) pass.row(row);
  return pass.found;
}

class Pass {
  readonly found: Record<Guarantee, { violations: number; first?: readonly number[] }> = {
    readYourWrites: { violations: 0 },
    monotonicReads: { violations: 0 },
    monotonicWrites: { violations: 0 },
    writesFollowReads: { violations: 0 },
  };
  private readonly seen = new Map<number, Seen>();
  /** (session, write) -> the session's first row that read it. */
  private readonly firstReads = new Map<number, number>();

  constructor(
    private readonly rows: Rows,
    private readonly causality: Causality,
  ) {
    const { source, session, count } = rows;
    for (let row = 0; row < count; row++) {
      const from = source[row] as number;
      if (from < 0) continue;
      const name = (session[row] as number) * count + from;
      if (!this.firstReads.has(name)) this.firstReads.set(name, row);
    }
  }

  row(row: number): void {
    const { session, key, source, writes, sessions } = this.rows;
    const name = (key[row] as number) * sessions + (session[row] as number);
    let seen = this.seen.get(name);
    if (seen === undefined) {
      seen = {
        reads: [],
        values: new Map(),
        turns: 0,
        lastSource: -1,
        lastWrite: -1,
        older: new Int32Array(sessions),
      };
      this.seen.set(name, seen);
    }
    const from = source[row] as number;
    if (from >= 0) {
      this.judge(row, from, seen);
      this.remember(row, from, seen);
    } else if (from === INITIAL) {
      if (seen.lastWrite !== -1) this.tell("readYourWrites", [row, seen.lastWrite, seen.lastWrite]);
      const read = seen.reads[0];
      if (read !== undefined) this.tell("monotonicReads", [row, read, source[read] as number]);
    }
    if (writes[row] === 1) seen.lastWrite = row;
  }

  private remember(row: number, from: number, seen: Seen): void {
    if (seen.lastSource !== from) seen.turns++;
    seen.lastSource = from;
    if (seen.values.has(from)) return;
    seen.values.set(from, seen.turns);
    seen.reads.push(row);
    const past = this.causality.pastOf(from);
    const { older } = seen;
    for (let i = 0; i < older.length; i++) {
      if ((past[i] as number) > (older[i] as number)) older[i] = past[i] as number;
    }
  }

  private judge(row: number, from: number, seen: Seen): void {
    const { source, session } = this.rows;
    const { before, order } = this.causality;
    const { lastWrite } = seen;
    if (lastWrite !== -1 && before(from, lastWrite)) this.tell("readYourWrites", [row, lastWrite, lastWrite]);
    if ((seen.older[session[from] as number] as number) <= (order[from] as number)) {
      const first = seen.values.get(from);
      if (first === undefined || first === seen.turns) return;
      const other = seen.reads.findLast((read) => source[read] !== from) as number;
      this.tell("monotonicReads", [row, other, source[other] as number]);
      return;
    }
    const newer = seen.reads.filter((read) => before(from, source[read] as number));
    const tell = (guarantee: Guarantee, read: number | undefined): void => {
      if (read !== undefined) this.tell(guarantee, [row, read, source[read] as number]);
    };
    tell("monotonicReads", newer.at(-1));
    tell(
      "monotonicWrites",
      newer.find((read) => this.sameWriter(from, source[read] as number)),
    );
    tell(
      "writesFollowReads",
      newer.find((read) => this.readBefore(from, source[read] as number)),
    );
  }

  private sameWriter(older: number, write: number): boolean {
    return this.rows.session[older] === this.rows.session[write];
  }

  /** Had the session that made the write read the older one before (or in the same compare-and-set)? */
  private readBefore(older: number, write: number): boolean {
    const first = this.firstReads.get((this.rows.session[write] as number) * this.rows.count + older);
    return first !== undefined && first <= write;
  }

  private tell(guarantee: Guarantee, rows: readonly number[]): void {
    const found = this.found[guarantee];
    found.violations++;
    found.first ??= rows;
  }
}
