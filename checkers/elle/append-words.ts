/** Findings in words: those that both models share, and those of a list-append transaction at odds with itself. */
import type { Findings } from "./findings.js";
import type { TxnHistory } from "./txn-history.js";
import { keyOf, listRead, opOf, show, writtenBy } from "./words.js";

/** Transaction `t` read, in micro-op `m`, a value that no transaction wrote. */
export function addUnwritten(txns: TxnHistory, findings: Findings, t: number, m: number, value: number): void {
  findings.add("unwritten-read", () => ({
    text: `${opOf(txns, t)} read ${show(txns.value(value))} of key ${show(keyOf(txns, m))}, which nobody wrote.`,
    positions: [txns.at(t)],
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
    positions: [txns.at(a), txns.at(b)],
    key: keyOf(txns, m),
  }));
}

/** Transaction `t` read, in micro-op `m`, a list that does not follow from what it did before. */
export function addInternal(txns: TxnHistory, findings: Findings, t: number, m: number): void {
  findings.add("internal", () => ({
    text: `${opOf(txns, t)} read ${show(listRead(txns, m))} of key ${show(keyOf(txns, m))}, which is not what it had read and appended itself before.`,
    positions: [txns.at(t)],
    key: keyOf(txns, m),
  }));
}

/** Transaction `t` read what it appends itself only later, in micro-op `append`. */
export function addFutureRead(txns: TxnHistory, findings: Findings, t: number, append: number): void {
  findings.add("future-read", () => ({
    text: `${opOf(txns, t)} read ${show(writtenBy(txns, append))} of key ${show(keyOf(txns, append))} before it appended it itself.`,
    positions: [txns.at(t)],
    key: keyOf(txns, append),
  }));
}
