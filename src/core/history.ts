/** What checkers and reports may ask of a recorded history, however it is kept in memory. */
import type { Op } from "./op.js";

/**
 * A finished, well-formed history: every completion has its invocation, no process has two open ops, times never run
 * backwards. Positions are 0 … length - 1 in recorded order; they are the "time" that checkers reason with.
 */
export interface History extends Iterable<Op> {
  readonly length: number;
  /** The op at a position. A columnar history builds it on request, so do not compare by identity. */
  op(position: number): Op;
  /** Position of the other half (completion of an invocation, invocation of a completion), or -1 where there is none. */
  pair(position: number): number;
}
