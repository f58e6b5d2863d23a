/**
 * Did the replicas converge? Eventual consistency (Vogels 2009) promises that once writes have stopped, all reads return one
 * value. The quiet final reads of a run, after its faults have healed, show whether they do.
 */
import type { CheckContext, Valid } from "../../src/core/checker.js";
import type { Key } from "../../src/core/op.js";
import { callsOf } from "../calls.js";
import { NEVER } from "../linearizable/calls.js";
import { type FinalRead, finalReads } from "../lost-writes/final-reads.js";
import { identityOf } from "../values.js";
import { beginOf, endOf, type Rows } from "./rows.js";

export interface Convergence {
  /** unknown: some written key was read at fewer than two places. */
  readonly valid: Valid;
  /** Keys written, those of them read at two places or more, and those at which the reads differ. */
  readonly keys: number;
  readonly compared: number;
  readonly diverged: number;
  /** Two final reads of one key that differ. */
  readonly first?: readonly [FinalRead, FinalRead];
}

export function convergenceOf(rows: Rows, context: CheckContext): Convergence {
  const { history } = rows.cells.calls;
  const byKey = new Map<Key | undefined, number>();
  let any = -1;
  for (let row = 0; row < rows.count; row++) {
    if (rows.writes[row] === 0) continue;
    const end = endOf(rows, row);
    const last = end === NEVER ? beginOf(rows, row) : end;
    const id = (rows.key[row] as number) - 1;
    const key = id === -1 ? undefined : history.key(id);
    byKey.set(key, Math.max(byKey.get(key) ?? -1, last));
    any = Math.max(any, last);
  }
  const readsOf = new Map<Key | undefined, FinalRead[]>();
  for (const read of finalReads(history, callsOf(history), context, { any, byKey })) {
    const reads = readsOf.get(read.key);
    if (reads === undefined) readsOf.set(read.key, [read]);
    else reads.push(read);
  }
  let compared = 0;
  let diverged = 0;
  let first: readonly [FinalRead, FinalRead] | undefined;
  for (const key of byKey.keys()) {
    const [one, ...others] = readsOf.get(key) ?? [];
    if (one === undefined || others.length === 0) continue;
    compared++;
    const other = others.find(({ value }) => identityOf(value) !== identityOf(one.value));
    if (other === undefined) continue;
    diverged++;
    first ??= [one, other];
  }
  const valid = diverged > 0 ? false : compared > 0 && compared === byKey.size ? true : "unknown";
  return { valid, keys: byKey.size, compared, diverged, ...(first === undefined ? {} : { first }) };
}
