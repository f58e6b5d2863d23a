/** The append workload: transactions that append to lists and read them, whose order the lists themselves give away. */
import { availabilityChecker } from "../checkers/availability.js";
import { CONSISTENCY_MODELS, listAppendChecker } from "../checkers/elle/index.js";
import { lostWritesChecker } from "../checkers/lost-writes.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalTxns } from "./txn-final.js";
import { TXN_OPTIONS, txnLoad, txnOps } from "./txn-ops.js";

export const appendWorkload: WorkloadDefinition = {
  name: "append",
  summary:
    "transactions that append to lists and read them; no anomaly that the consistency asked for forbids, and no append is lost",
  needs: ["txn"],
  options: [
    ...TXN_OPTIONS,
    {
      name: "consistency",
      summary: "what the system is held to (serializable, snapshot-isolation, read-committed, …)",
      default: "strict-serializable",
      values: CONSISTENCY_MODELS,
    },
  ],
  create: ({ nodes, options }) => ({
    generator: txnOps(txnLoad("append", options)),
    final: finalTxns(nodes),
    checkers: [
      listAppendChecker({ consistency: options.consistency ?? "strict-serializable" }),
      lostWritesChecker({ model: "list" }),
      availabilityChecker(),
      statsChecker(),
      perfChecker(),
    ],
    model: "list-append",
  }),
};
