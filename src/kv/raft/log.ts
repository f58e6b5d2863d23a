/** The replicated log in memory: entries from `base` + 1 on, those before are only in the snapshot. */
import type { Entry } from "./messages.js";

export class RaftLog {
  /** Index and term of the last entry that is no longer here; 0 in a new log. */
  base = 0;
  baseTerm = 0;
  private entries: Entry[] = [];

  get last(): number {
    return this.base + this.entries.length;
  }

  get lastTerm(): number {
    return this.entries.at(-1)?.term ?? this.baseTerm;
  }

  /** The entry at an index; undefined before the base, at it, or past the end. */
  at(index: number): Entry | undefined {
    return this.entries[index - this.base - 1];
  }

  /** The term at an index; undefined where it is not known here. Index 0 has term 0. */
  termAt(index: number): number | undefined {
    return index === this.base ? this.baseTerm : this.entries[index - this.base - 1]?.term;
  }

  push(entry: Entry): void {
    this.entries.push(entry);
  }

  /** At most `max` entries from an index on. */
  from(index: number, max: number): readonly Entry[] {
    const start = index - this.base - 1;
    return this.entries.slice(start, start + max);
  }

  /** Forgets the entry at an index and all after it. */
  cutFrom(index: number): void {
    this.entries.length = Math.max(0, Math.min(this.entries.length, index - this.base - 1));
  }

  /** Forgets the entries up to an index; they must be in a snapshot. */
  dropTo(index: number): void {
    const term = this.termAt(index);
    if (index <= this.base || term === undefined) return;
    this.entries = this.entries.slice(index - this.base);
    this.base = index;
    this.baseTerm = term;
  }

  /** Starts anew after a snapshot. */
  reset(base: number, baseTerm: number): void {
    this.base = base;
    this.baseTerm = baseTerm;
    this.entries = [];
  }
}
