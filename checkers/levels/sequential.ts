/**
 * Sequential consistency (Lamport 1979) of a whole history: one order of all ops, of all keys, that keeps the order of each
 * session and in which every read returns the last write. Deciding it is NP-complete even where values name their writes
 * (Gibbons & Korach 1997), so the search has a budget in steps.
 */
import type { Valid } from "../../src/core/checker.js";
import { beginOf, endOf, INITIAL, NO_READ, type Rows, THIN_AIR } from "./rows.js";

export const SEQUENTIAL_BUDGET_STEPS = 200_000;

/**
 * Depth first over what each session does next. A read whose value is there is taken at once: that can only help. A write must
 * not overwrite a value that somebody still has to read, for it never comes back. So how far each session is says all of a
 * state, and no state is tried twice.
 */
export function isSequential(rows: Rows, budgetSteps = SEQUENTIAL_BUDGET_STEPS): Valid {
  // Nobody wrote it, so no order has it.
  if (rows.source.includes(THIN_AIR)) return false;
  return new Search(rows, budgetSteps).run();
}

/** Where the zone of each write begins: see `linearizable/cell-fast.ts`. */
function dueOf(rows: Rows): Int32Array {
  const due = new Int32Array(rows.count);
  const last = new Int32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    due[row] = endOf(rows, row);
    last[row] = beginOf(rows, row);
  }
  for (let row = 0; row < rows.count; row++) {
    const source = rows.source[row] as number;
    if (source < 0) continue;
    due[source] = Math.min(due[source] as number, endOf(rows, row));
    last[source] = Math.max(last[source] as number, beginOf(rows, row));
  }
  return due.map((end, row) => Math.min(end, last[row] as number));
}

interface Step {
  readonly row: number;
  /** What the key held before. */
  readonly replaced: number;
}

class Search {
  /** Session -> its rows. */
  private readonly lines: number[][];
  /** Session -> how many of them are done. */
  private readonly at: Int32Array;
  /** Key -> the row whose write is there; INITIAL. */
  private readonly held: Int32Array;
  /** Row -> reads of its write that are still to come; at the end, those of each key's initial value. */
  private readonly awaited: Int32Array;
  /** States from which there is no way on. */
  private readonly dead = new Set<string>();
  private readonly initial: number;
  /** Row of a write -> when it may best take effect: the order that fits where the history is linearizable, or nearly so. */
  private readonly due: Int32Array;
  /** What a step costs: it looks at every session. */
  private readonly cost: number;

  constructor(
    private readonly rows: Rows,
    private steps: number,
  ) {
    const { count, sessions, session, source, key } = rows;
    const keys = key.reduce((most, at) => Math.max(most, at), 0) + 1;
    this.lines = Array.from({ length: sessions }, () => []);
    this.at = new Int32Array(sessions);
    this.held = new Int32Array(keys).fill(INITIAL);
    this.awaited = new Int32Array(count + keys);
    this.initial = count;
    this.due = dueOf(rows);
    this.cost = 1 + (sessions >> 4);
    for (let row = 0; row < count; row++) {
      (this.lines[session[row] as number] as number[]).push(row);
      const slot = this.slotOf(source[row] as number, key[row] as number);
      if (slot !== NO_READ) this.awaited[slot] = (this.awaited[slot] as number) + 1;
    }
  }

  run(): Valid {
    const done: Step[] = [];
    /** Where more than one write could have come next: after how many steps, and those not tried yet. */
    const choices: { readonly depth: number; readonly options: number[] }[] = [];
    for (;;) {
      this.read(done);
      if (done.length === this.rows.count) return true;
      if (this.steps <= 0) return "unknown";
      const known = this.dead.size > 0 && this.dead.has(this.at.join());
      choices.push({ depth: done.length, options: known ? [] : this.options() });
      const next = this.choose(choices, done);
      if (next === undefined) return false;
      this.take(next, done);
    }
  }

  /** The next write to try, after going back as far as needed. */
  private choose(choices: { readonly depth: number; readonly options: number[] }[], done: Step[]): number | undefined {
    for (let choice = choices.at(-1); choice !== undefined; choice = choices.at(-1)) {
      while (done.length > choice.depth) this.undo(done);
      const next = choice.options.pop();
      if (next !== undefined) return next;
      this.dead.add(this.at.join());
      this.steps -= this.cost;
      choices.pop();
    }
    return undefined;
  }

  private slotOf(source: number, key: number): number {
    return source === INITIAL ? this.initial + key : source;
  }

  private nextOf(session: number): number {
    return this.lines[session]?.[this.at[session] as number] ?? -1;
  }

  /** Takes all reads that can be taken. */
  private read(done: Step[]): void {
    for (let session = 0, idle = 0; idle < this.lines.length; session = (session + 1) % this.lines.length) {
      const row = this.nextOf(session);
      if (row !== -1 && this.rows.writes[row] === 0 && this.isThere(row)) {
        this.take(row, done);
        idle = 0;
        // The same session again.
        session = (session + this.lines.length - 1) % this.lines.length;
      } else idle++;
    }
  }

  private isThere(row: number): boolean {
    return this.held[this.rows.key[row] as number] === this.rows.source[row];
  }

  /** Writes that may come next, the one that is due first at the end. */
  private options(): number[] {
    const { writes, source, key } = this.rows;
    const out: number[] = [];
    for (let session = 0; session < this.lines.length; session++) {
      const row = this.nextOf(session);
      if (row === -1 || writes[row] === 0) continue;
      const at = key[row] as number;
      const reads = source[row] !== NO_READ;
      if (reads && !this.isThere(row)) continue;
      const awaited = this.awaited[this.slotOf(this.held[at] as number, at)] as number;
      if (awaited === (reads ? 1 : 0)) out.push(row);
    }
    return out.sort((a, b) => (this.due[b] as number) - (this.due[a] as number) || b - a);
  }

  private take(row: number, done: Step[]): void {
    const { session, key, writes } = this.rows;
    this.steps -= this.cost;
    const at = key[row] as number;
    this.at[session[row] as number] = (this.at[session[row] as number] as number) + 1;
    this.await(row, -1);
    done.push({ row, replaced: this.held[at] as number });
    if (writes[row] === 1) this.held[at] = row;
  }

  private undo(done: Step[]): void {
    const { row, replaced } = done.pop() as Step;
    const { session, key } = this.rows;
    this.at[session[row] as number] = (this.at[session[row] as number] as number) - 1;
    this.await(row, 1);
    this.held[key[row] as number] = replaced;
  }

  private await(row: number, by: number): void {
    const slot = this.slotOf(this.rows.source[row] as number, this.rows.key[row] as number);
    if (slot !== NO_READ) this.awaited[slot] = (this.awaited[slot] as number) + by;
  }
}
