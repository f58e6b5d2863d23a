/** Collects what the scans and the cycle search find: all are counted, the first few of each type are kept with their words. */
import type { ElleAnomaly } from "./types.js";

/** How many cases of one type are kept. */
const KEPT = 8;

export class Findings {
  readonly counts = new Map<string, number>();
  readonly cases = new Map<string, ElleAnomaly[]>();

  /** Adds a case. It is built only where it will be kept. */
  add(type: string, build: () => Omit<ElleAnomaly, "type">): void {
    this.count(type, 1);
    const list = this.cases.get(type) ?? [];
    if (list.length >= KEPT) return;
    this.cases.set(type, list);
    list.push({ type, ...build() });
  }

  count(type: string, more: number): void {
    this.counts.set(type, (this.counts.get(type) ?? 0) + more);
  }
}
