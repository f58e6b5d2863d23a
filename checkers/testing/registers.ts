/** A brute-force judge of lost register writes: tries every order of every subset of the writes. */
import type { Op } from "../../src/core/op.js";

/** One write or compare-and-set. Positions in the history; an unknown ending is infinite. */
export interface OracleWrite {
  readonly begin: number;
  readonly end: number;
  readonly acknowledged: boolean;
  /** undefined: a plain write. */
  readonly from: unknown;
  readonly cas: boolean;
  readonly to: unknown;
}

/** The writes of a history of one register that happened or may have happened. */
export function writesOf(ops: readonly Op[]): OracleWrite[] {
  const writes: OracleWrite[] = [];
  ops.forEach((op, begin) => {
    if (op.type !== "invoke" || (op.f !== "write" && op.f !== "cas")) return;
    const end = ops.findIndex((other, i) => i > begin && other.process === op.process);
    const type = ops[end]?.type;
    if (type === "fail") return;
    const [from, to] = op.f === "cas" ? (op.value as [unknown, unknown]) : [undefined, op.value];
    const acknowledged = type === "ok";
    writes.push({
      begin,
      end: acknowledged ? end : Number.POSITIVE_INFINITY,
      acknowledged,
      from,
      cas: op.f === "cas",
      to,
    });
  });
  return writes;
}

/**
 * May `write` have happened, and the register still hold `value` in the end? True where some writes, `write` among them,
 * can be put in an order that real time allows (none before one that had ended when it began) and that ends with `value`;
 * a compare-and-set other than `write` must find the value it expects.
 */
export function mayBeOverwritten(writes: readonly OracleWrite[], write: OracleWrite, value: unknown): boolean {
  const extend = (order: readonly OracleWrite[], state: unknown): boolean => {
    if (order.includes(write) && state === value) return true;
    return writes.some((next) => {
      if (order.includes(next) || order.some((earlier) => next.end < earlier.begin)) return false;
      if (next.cas && next !== write && next.from !== state) return false;
      return extend([...order, next], next.to);
    });
  };
  return extend([], null);
}
