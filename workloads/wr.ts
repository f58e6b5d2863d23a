/** The wr workload: transactions that write unique values to registers and read them. */
import { availabilityChecker } from "../checkers/availability.js";
import { CONSISTENCY_MODELS, impliedRegisterChecker } from "../checkers/elle/index.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalTxns } from "./txn-final.js";
import { TXN_OPTIONS, txnLoad, txnOps } from "./txn-ops.js";

export const wrWorkload: WorkloadDefinition = {
  name: "wr",
  summary: "transactions that write registers and read them; no anomaly that the consistency asked for forbids",
  needs: ["txn"],
  options: [
    ...TXN_OPTIONS,
    {
      name: "consistency",
      summary: "what the system is held to; the order of versions that it implies is used in the search",
      default: "strict-serializable",
      values: CONSISTENCY_MODELS,
    },
  ],
  create: ({ nodes, options }) => {
    const consistency = options.consistency ?? "strict-serializable";
    return {
      generator: txnOps(txnLoad("w", options)),
      final: finalTxns(nodes),
      checkers: [impliedRegisterChecker(consistency), availabilityChecker(), statsChecker(), perfChecker()],
      model: "rw-register",
    };
  },
};
