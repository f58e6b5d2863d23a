/** The wr workload: transactions that write unique values to registers and read them. */
import { availabilityChecker } from "../checkers/availability.js";
import { CONSISTENCY_MODELS, type RegisterOptions, rwRegisterChecker } from "../checkers/elle/index.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalTxns } from "./txn-final.js";
import { TXN_OPTIONS, txnLoad, txnOps } from "./txn-ops.js";

/** Models under which every register by itself is linearizable. */
const STRICT: ReadonlySet<string> = new Set(["strict-serializable", "strong-serializable", "PL-SS"]);
/** Models under which nothing comes between the version a transaction read and the one it wrote to the same key. */
const FIRST_COMMITTER_WINS: ReadonlySet<string> = new Set([
  ...STRICT,
  "serializable",
  "PL-3",
  "snapshot-isolation",
  "PL-SI",
]);

/**
 * Reads of registers alone tell little of the order of their versions. What the consistency asked for says of that order is
 * used as well: where it is not so, the system breaks what was asked for, and that is what the cycles found then show.
 */
export function claimsOf(consistency: string): RegisterOptions {
  return { linearizableKeys: STRICT.has(consistency), wfrKeys: FIRST_COMMITTER_WINS.has(consistency) };
}

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
      checkers: [
        rwRegisterChecker({ consistency, ...claimsOf(consistency) }),
        availabilityChecker(),
        statsChecker(),
        perfChecker(),
      ],
      model: "rw-register",
    };
  },
};
