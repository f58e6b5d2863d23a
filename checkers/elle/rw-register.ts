/**
 * Checks histories of transactions that write unique values to registers and read them. A read tells who wrote; the order of
 * a key's versions is known only from the initial one on, unless the user claims more (see RegisterOptions).
 */
import type { Checker } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import { sparseEdges } from "./core.js";
import { Findings } from "./findings.js";
import { canonicalModels } from "./models.js";
import { NotTransactions, readTxns } from "./read-txns.js";
import { registerEdges } from "./register-edges.js";
import { registerExplainer } from "./register-explain.js";
import { registerIndex } from "./register-index.js";
import { scanRegisters } from "./register-scan.js";
import type { TxnHistory } from "./txn-history.js";
import type { ElleVerdict, RegisterOptions } from "./types.js";
import { addCycles, type Demands, demandsOf, unknownVerdict, verdictOf } from "./verdict.js";
import { versionsOf } from "./versions.js";
import { keyOf, opOf, show, writtenBy } from "./words.js";

/**
 * Judges a register history: values are lists of ["w", key, value] and ["r", key, value]. Each value is written to a key once
 * at most. "unknown" where there is no completed read, a value is written twice, or it is no such history.
 * @throws UsageError for an unknown consistency model.
 */
export function checkRwRegister(history: History, options: RegisterOptions = {}): ElleVerdict {
  const demands = demandsOf(options);
  let txns: TxnHistory;
  try {
    txns = readTxns(history, "rw-register", options.initial);
  } catch (error) {
    if (error instanceof NotTransactions) return unknownVerdict("rw-register", demands, error.message);
    throw error;
  }
  return judgeRwRegister(txns, demands, options);
}

/** The same on transactions that are in columns already. */
export function judgeRwRegister(txns: TxnHistory, demands: Demands, options: RegisterOptions): ElleVerdict {
  const index = registerIndex(txns);
  const twice = index.duplicate;
  if (twice >= 0) {
    const owner = opOf(txns, index.owner[twice] as number);
    const what = `${owner} writes ${show(writtenBy(txns, twice))} to key ${show(keyOf(txns, twice))}`;
    return unknownVerdict("rw-register", demands, `${what}, which was written before: values must be unique per key`);
  }
  const findings = new Findings();
  scanRegisters(index, findings);
  const versions = versionsOf(index, options, findings);
  const explain = registerExplainer(index, versions);
  const sparse = sparseEdges(txns);
  const writeEdges = registerEdges(index, versions);
  writeEdges(sparse);
  const limited = addCycles(txns, sparse, writeEdges, explain, demands, findings);
  const verdict = verdictOf("rw-register", txns, demands, findings, limited);
  if (verdict.valid !== true || options.linearizableKeys === true) return verdict;
  if (!canonicalModels(demands.models).includes("PL-SS")) return verdict;
  return { ...verdict, summary: `${verdict.summary}; ${UNCLAIMED}` };
}

/** What a verdict without claims leaves open: stale reads pass, since nobody knows which version is older. */
const UNCLAIMED =
  "little of the order of versions is known without a claim: that keys are linearizable, which it implies, would show more";

/** The checker "elle-rw-register" for workloads of register transactions. */
export function rwRegisterChecker(options: RegisterOptions = {}): Checker {
  return { name: "elle-rw-register", check: (history) => checkRwRegister(history, options) };
}
