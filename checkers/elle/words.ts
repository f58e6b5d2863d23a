/** Small pieces of the sentences in which findings are told. */
import { listOf, type TxnHistory } from "./txn-history.js";

/** A value as JSON, cut where it is long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** "op 17 (process 3)": the op that names a transaction, by its index, as it stands in the file. */
export function opOf(txns: TxnHistory, t: number): string {
  return `${opAt(txns, txns.at(t))} (process ${txns.process(t)})`;
}

/** "op 17": the op at a position. */
export function opAt({ history }: TxnHistory, position: number): string {
  return `op ${history.op(position).index}`;
}

/** The key of a micro-op. */
export function keyOf(txns: TxnHistory, m: number): unknown {
  return txns.keys[txns.mopKey[m] as number];
}

/** The value a micro-op wrote. */
export function writtenBy(txns: TxnHistory, m: number): unknown {
  return txns.value(txns.mopValue[m] as number);
}

/** The list a micro-op read. */
export function listRead(txns: TxnHistory, m: number): unknown[] {
  return Array.from(listOf(txns, m), (id) => txns.value(id));
}
