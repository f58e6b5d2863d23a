/**
 * Checks histories of transactions that append to lists and read them (Kingsbury & Alvaro 2020). Reads show the version order
 * of each list, so nearly all dependencies between transactions are known.
 */
import type { Checker } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import { appendEdges, writeOrders } from "./append-edges.js";
import { appendExplainer } from "./append-explain.js";
import { versionOrders } from "./append-index.js";
import { readLists } from "./append-reads.js";
import { scanAppends } from "./append-scan.js";
import { sparseEdges } from "./core.js";
import { Findings } from "./findings.js";
import { isPlain } from "./plain-lists.js";
import { NotTransactions, readTxns } from "./read-txns.js";
import type { TxnHistory } from "./txn-history.js";
import type { ElleOptions, ElleVerdict } from "./types.js";
import { addCycles, type Demands, demandsOf, unknownVerdict, verdictOf } from "./verdict.js";
import { keyOf, opOf, show, writtenBy } from "./words.js";

/**
 * Judges a list-append history: values are lists of ["append", key, value] and ["r", key, list]. Each value is appended to a
 * key once at most. "unknown" where there is no completed read, a value is appended twice, or it is no such history.
 * @throws UsageError for an unknown consistency model.
 */
export function checkListAppend(history: History, options: ElleOptions = {}): ElleVerdict {
  const demands = demandsOf(options);
  let txns: TxnHistory;
  try {
    txns = readTxns(history, "list-append");
  } catch (error) {
    if (error instanceof NotTransactions) return unknownVerdict("list-append", demands, error.message);
    throw error;
  }
  return judgeListAppend(txns, demands);
}

/** The same on transactions that are in columns already. */
export function judgeListAppend(txns: TxnHistory, demands: Demands): ElleVerdict {
  if (isPlain(txns)) return verdictOf("list-append", txns, demands, new Findings());
  const orders = versionOrders(txns);
  const twice = orders.duplicate;
  if (twice >= 0) {
    const owner = opOf(txns, txns.ownerOf(twice));
    const what = `${owner} appends ${show(writtenBy(txns, twice))} to key ${show(keyOf(txns, twice))}`;
    return unknownVerdict("list-append", demands, `${what}, which was appended before: values must be unique per key`);
  }
  const findings = new Findings();
  const sparse = sparseEdges(txns);
  const index = readLists(orders, findings, sparse);
  writeOrders(orders, sparse);
  scanAppends(index, findings);
  const limited = addCycles(txns, sparse, appendEdges(index), appendExplainer(index), demands, findings);
  return verdictOf("list-append", txns, demands, findings, limited);
}

/** The checker "elle-list-append" for workloads of list-append transactions. */
export function listAppendChecker(options: ElleOptions = {}): Checker {
  return { name: "elle-list-append", check: (history) => checkListAppend(history, options) };
}
