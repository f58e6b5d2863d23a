/**
 * Causal consistency with convergence (CCv) of a history whose values are each written once: Bouajjani, Enea, Guerraoui & Hamza
 * 2017, "On verifying causal consistency", which shows it equal to the absence of four patterns. The causal order CO is
 * session order and reads-from, closed; w comes before v by conflict (CF) where a read of v has w, another write of the key, in
 * its causal past. Patterns: a cycle in CO and CF together; a read of the initial value with a write of the key in its past; a
 * value out of thin air. It is the causal consistency of Viotti & Vukolic 2016 (visibility holds the past, one order decides).
 */
import { INITIAL, type Rows, THIN_AIR } from "./rows.js";

/** The most numbers that clocks may take: 64 MB. */
const CLOCK_BUDGET = 1 << 24;

/** What is before what. */
export interface Causality {
  /** Row -> how many writes of its session come before it. */
  readonly order: Int32Array;
  /** The strict past of a row: for each session, how many of its writes. */
  pastOf(row: number): Int32Array;
  /** Is the write in the strict past of the row? */
  before(write: number, row: number): boolean;
  /** The first pattern found, as rows that show it; undefined: the history is causally consistent. */
  readonly violation?: readonly number[];
  /** What the rows show. */
  readonly pattern?: "cycle" | "initial" | "thin-air";
}

/** Undefined where there are too many sessions for clocks: O(ops x sessions) time and space. */
export function causalityOf(rows: Rows): Causality | undefined {
  if (rows.count * rows.sessions > CLOCK_BUDGET) return undefined;
  return new Clocks(rows).result();
}

/** A key's writes by one session, in its order. */
interface Writers {
  readonly session: number;
  readonly rows: number[];
}

class Clocks {
  private readonly order: Int32Array;
  /** Row -> its past: for each session, how many of its writes. */
  private readonly past: Int32Array;
  private readonly nextRow: Int32Array;
  private readonly writers = new Map<number, Writers[]>();
  /** Row -> the first row that read its write, and the next one after a row; -1. */
  private readonly readers: { readonly first: Int32Array; readonly next: Int32Array };
  /** CF edges, as pairs. */
  private readonly conflicts: number[] = [];
  private found: { pattern: "cycle" | "initial" | "thin-air"; rows: readonly number[] } | undefined;

  constructor(private readonly rows: Rows) {
    this.order = new Int32Array(rows.count);
    this.past = new Int32Array(rows.count * rows.sessions);
    this.nextRow = new Int32Array(rows.count).fill(-1);
    this.readers = { first: new Int32Array(rows.count).fill(-1), next: new Int32Array(rows.count).fill(-1) };
    this.group();
  }

  result(): Causality {
    const { order, past, rows } = this;
    this.run();
    const { sessions, session } = rows;
    return {
      order,
      pastOf: (row) => past.subarray(row * sessions, (row + 1) * sessions),
      before: (write, row) => (past[row * sessions + (session[write] as number)] as number) > (order[write] as number),
      ...(this.found === undefined ? {} : { violation: this.found.rows, pattern: this.found.pattern }),
    };
  }

  private group(): void {
    const { rows, order } = this;
    const counts = new Int32Array(rows.sessions);
    const last = new Int32Array(rows.sessions).fill(-1);
    for (let row = 0; row < rows.count; row++) {
      const session = rows.session[row] as number;
      const before = last[session] as number;
      if (before !== -1) this.nextRow[before] = row;
      last[session] = row;
      order[row] = counts[session] as number;
      if (rows.source[row] === THIN_AIR) this.tell("thin-air", [row]);
      if (rows.writes[row] === 0) continue;
      counts[session] = (counts[session] as number) + 1;
      const key = rows.key[row] as number;
      const known = this.writers.get(key);
      const own = known?.find((writer) => writer.session === session);
      if (own !== undefined) own.rows.push(row);
      else if (known !== undefined) known.push({ session, rows: [row] });
      else this.writers.set(key, [{ session, rows: [row] }]);
    }
  }

  private tell(pattern: "cycle" | "initial" | "thin-air", rows: readonly number[]): void {
    this.found ??= { pattern, rows };
  }

  /** Visits rows after all that is before them in CO; what cannot be visited is in a cycle or behind one. */
  private run(): void {
    const { rows } = this;
    const { source, count } = rows;
    const waits = new Uint8Array(count);
    const { first, next: nextReader } = this.readers;
    for (let row = count - 1; row >= 0; row--) {
      const next = this.nextRow[row] as number;
      if (next !== -1) waits[next] = (waits[next] as number) + 1;
      const from = source[row] as number;
      if (from < 0) continue;
      waits[row] = (waits[row] as number) + 1;
      nextReader[row] = first[from] as number;
      first[from] = row;
    }
    const ready: number[] = [];
    for (let row = count - 1; row >= 0; row--) if (waits[row] === 0) ready.push(row);
    let visited = 0;
    const release = (row: number): void => {
      waits[row] = (waits[row] as number) - 1;
      if (waits[row] === 0) ready.push(row);
    };
    for (let row = ready.pop(); row !== undefined; row = ready.pop()) {
      visited++;
      this.visit(row);
      const next = this.nextRow[row] as number;
      if (next !== -1) {
        this.pass(row, next);
        release(next);
      }
      for (let reader = first[row] as number; reader !== -1; reader = nextReader[reader] as number) release(reader);
    }
    // One pattern is enough.
    if (this.found !== undefined || (visited === count && this.conflicts.length === 0)) return;
    const cycle = this.cycle();
    if (cycle !== undefined) this.tell("cycle", cycle);
  }

  /** What was before a row, and itself, is before the next row of its session. */
  private pass(row: number, next: number): void {
    this.join(next, row);
    if (this.rows.writes[row] === 1) this.raise(next, row);
  }

  private join(row: number, other: number): void {
    const { past } = this;
    const { sessions } = this.rows;
    const to = row * sessions;
    const from = other * sessions;
    for (let i = 0; i < sessions; i++) {
      const seen = past[from + i] as number;
      if (seen > (past[to + i] as number)) past[to + i] = seen;
    }
  }

  /** The write itself becomes part of the row's past. */
  private raise(row: number, write: number): void {
    const at = row * this.rows.sessions + (this.rows.session[write] as number);
    this.past[at] = Math.max(this.past[at] as number, (this.order[write] as number) + 1);
  }

  private visit(row: number): void {
    const { source, sessions, session, key } = this.rows;
    const from = source[row] as number;
    if (from >= 0) {
      // What is in the past already brought its own past along.
      const at = row * sessions + (session[from] as number);
      if ((this.past[at] as number) <= (this.order[from] as number)) {
        this.join(row, from);
        this.raise(row, from);
      }
    } else if (from !== INITIAL) return;
    for (const { session: writer, rows: written } of this.writers.get(key[row] as number) ?? []) {
      const seen = this.past[row * sessions + writer] as number;
      const write = latest(written, this.order, seen);
      if (write === -1 || write === from) continue;
      if (from === INITIAL) this.tell("initial", [write, row]);
      // Where the write is in the past of what was read, CO says so already.
      else if (
        this.found === undefined &&
        (this.past[from * sessions + writer] as number) <= (this.order[write] as number)
      )
        this.conflicts.push(write, from);
    }
  }

  /** A cycle in CO and CF, as rows in its order. */
  private cycle(): readonly number[] | undefined {
    const { readers } = this;
    const { count } = this.rows;
    const later = new Map<number, number[]>();
    for (let i = 0; i < this.conflicts.length; i += 2) {
      const write = this.conflicts[i] as number;
      const list = later.get(write);
      if (list === undefined) later.set(write, [this.conflicts[i + 1] as number]);
      else list.push(this.conflicts[i + 1] as number);
    }
    const after = Array.from({ length: count }, (_, row) => {
      const next = this.nextRow[row] as number;
      const rows = next === -1 ? [] : [next];
      for (let reader = readers.first[row] as number; reader !== -1; reader = readers.next[reader] as number) {
        rows.push(reader);
      }
      const conflicting = later.get(row);
      return conflicting === undefined ? rows : rows.concat(conflicting);
    });
    const left = unpeeled(after);
    const start = left.indexOf(1);
    return start === -1 ? undefined : shortest(left, after, [...later.keys()]);
  }
}

/** The last of a session's rows whose number is below `seen`. */
function latest(rows: readonly number[], order: Int32Array, seen: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[rows[middle] as number] as number) < seen) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : (rows[low - 1] as number);
}

/** Marks what is in a cycle or between two: rows are taken away while they have nothing before them, then nothing after. */
function unpeeled(after: readonly (readonly number[])[]): Uint8Array {
  const count = after.length;
  const left = new Uint8Array(count).fill(1);
  const before: number[][] = Array.from({ length: count }, () => []);
  after.forEach((nexts, row) => {
    for (const next of nexts) (before[next] as number[]).push(row);
  });
  for (const [to, from] of [
    [after, before],
    [before, after],
  ] as const) {
    const open = Int32Array.from(from, (rows) => rows.reduce((sum, row) => sum + (left[row] as number), 0));
    const ready: number[] = [];
    for (let row = 0; row < count; row++) if (left[row] === 1 && open[row] === 0) ready.push(row);
    for (let row = ready.pop(); row !== undefined; row = ready.pop()) {
      left[row] = 0;
      for (const next of to[row] as readonly number[]) {
        open[next] = (open[next] as number) - 1;
        if (open[next] === 0 && left[next] === 1) ready.push(next);
      }
    }
  }
  return left;
}

/** How many starts are tried for the shortest cycle. */
const STARTS = 32;

/** The shortest cycle through one of the first starts that are left. */
function shortest(
  left: Uint8Array,
  after: readonly (readonly number[])[],
  starts: readonly number[],
): readonly number[] | undefined {
  let best: readonly number[] | undefined;
  for (const start of starts.filter((row) => left[row] === 1).slice(0, STARTS)) {
    best = cycleFrom(start, left, after, best?.length ?? left.length + 1) ?? best;
  }
  // None of the starts need be in a cycle; some row is.
  for (let row = 0; best === undefined && row < left.length; row++) {
    if (left[row] === 1) best = cycleFrom(row, left, after, left.length + 1);
  }
  return best;
}

/** A shortest cycle through a row, if it has fewer rows than `below`. */
function cycleFrom(
  start: number,
  left: Uint8Array,
  after: readonly (readonly number[])[],
  below: number,
): readonly number[] | undefined {
  const cameFrom = new Map<number, number>([[start, start]]);
  let front = [start];
  for (let length = 1; length < below && front.length > 0; length++) {
    const next: number[] = [];
    for (const row of front) {
      for (const to of after[row] as readonly number[]) {
        if (to === start) {
          const path = [row];
          for (let at = row; at !== start; path.push(at)) at = cameFrom.get(at) as number;
          return path.reverse();
        }
        if (left[to] === 0 || cameFrom.has(to)) continue;
        cameFrom.set(to, row);
        next.push(to);
      }
    }
    front = next;
  }
  return undefined;
}
