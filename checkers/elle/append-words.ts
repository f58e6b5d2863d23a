/** Findings that both models share, in words. */
import type { Findings } from "./findings.js";
import type { TxnHistory } from "./txn-history.js";
import { keyOf, opOf, show } from "./words.js";

/** Transaction `t` read, in micro-op `m`, a value that no transaction wrote. */
export function addUnwritten(txns: TxnHistory, findings: Findings, t: number, m: number, value: number): void {
  findings.add("unwritten-read", () => ({
    text: `${opOf(txns, t)} read ${show(txns.value(value))} of key ${show(keyOf(txns, m))}, which nobody wrote.`,
    positions: [txns.at[t] as number],
    key: keyOf(txns, m),
  }));
}

/** `a` and `b` both read `version` of the key of micro-op `m` and then wrote that key. */
export function addLostUpdate(
  txns: TxnHistory,
  findings: Findings,
  a: number,
  b: number,
  m: number,
  version: unknown,
): void {
  findings.add("lost-update", () => ({
    text: `${opOf(txns, a)} and ${opOf(txns, b)} both read ${show(version)} of key ${show(keyOf(txns, m))} and both wrote that key: one did not see the other's update.`,
    positions: [txns.at[a] as number, txns.at[b] as number],
    key: keyOf(txns, m),
  }));
}
