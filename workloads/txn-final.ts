/** The final phase of the transaction workloads: every key of the run is read at every node, a few keys a transaction. */
import type { Generator } from "../src/core/generator.js";
import type { NodeId } from "../src/core/op.js";
import { finalOps } from "../src/generators/index.js";
import type { MicroOp } from "./txn-ops.js";

/** Keys a final transaction reads: enough to be quick, and few enough for a reply of some kilobytes. */
const KEYS_PER_READ = 8;

/** Keys are numbered, so what has to be heard is the highest number. */
export function finalTxns(nodes: readonly NodeId[]): Generator {
  return finalOps<number>(nodes, {
    heard: -1,
    hear: (highest, { value }) => (Array.isArray(value) ? Math.max(highest, ...value.map(keyOf)) : highest),
    reads: (highest) => {
      const keys = Array.from({ length: highest + 1 }, (_, key) => key);
      const reads = [];
      for (let at = 0; at < keys.length; at += KEYS_PER_READ) {
        const value = keys.slice(at, at + KEYS_PER_READ).map((key): MicroOp => ["r", key, null]);
        reads.push({ f: "txn", value });
      }
      return reads;
    },
  });
}

/** A plan may hold ops of a person's own: what is no numbered key is left out. */
function keyOf(mop: unknown): number {
  return Array.isArray(mop) && typeof mop[1] === "number" ? mop[1] : -1;
}
