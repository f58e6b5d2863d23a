/** The counter workload: is every acknowledged increment counted, once? */
import { availabilityChecker } from "../checkers/availability.js";
import { linearizableChecker } from "../checkers/linearizable/index.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { Key } from "../src/core/op.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalOps } from "../src/generators/index.js";
import { keyedLoad, keyedOps, keyedOptions } from "./keyed-ops.js";

/** A counter that nobody has incremented reads as 0. */
const ABSENT = 0;

export const counterWorkload: WorkloadDefinition = {
  name: "counter",
  summary: "increments by one and reads of a few counters; linearizable: no increment is lost or counted twice",
  needs: ["increment", "read"],
  options: keyedOptions("3", "400"),
  create: ({ nodes, options }) => ({
    // Increments by one alone: their check is near-linear, and with other amounts it is NP-hard.
    generator: keyedOps(keyedLoad(options), (_key, _unique, random) =>
      random.chance(2, 3) ? { f: "increment", value: 1 } : { f: "read", value: ABSENT },
    ),
    final: finalOps<readonly Key[]>(nodes, {
      heard: [],
      hear: (keys, { key }) => (key === undefined || keys.includes(key) ? keys : [...keys, key]),
      reads: (keys) => keys.map((key) => ({ f: "read", key, value: ABSENT })),
    }),
    checkers: [
      linearizableChecker({ model: "counter", vacuous: "unknown" }),
      availabilityChecker(),
      statsChecker(),
      perfChecker(),
    ],
    model: "counter",
  }),
};
