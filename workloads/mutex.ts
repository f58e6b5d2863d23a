/** The mutex workload: does a lock ever have two holders? */
import { availabilityChecker } from "../checkers/availability.js";
import { linearizableChecker } from "../checkers/linearizable/index.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { mutexOps } from "./mutex-ops.js";

export const mutexWorkload: WorkloadDefinition = {
  name: "mutex",
  summary:
    "clients acquire a few locks, hold them for a while and release them; never two holders, and fencing tokens grow",
  needs: ["acquire", "release"],
  options: [
    { name: "locks", summary: "locks in use at a time", default: "3", values: "integer" },
    { name: "hold-ms", summary: "how long a lock is held, at least", default: "20", values: "integer" },
  ],
  create: ({ options }) => ({
    generator: mutexOps({ locks: Math.max(1, Number(options.locks)), holdMs: Number(options["hold-ms"]) }),
    checkers: [
      linearizableChecker({ model: "mutex", vacuous: "unknown" }),
      availabilityChecker(),
      statsChecker(),
      perfChecker(),
    ],
    model: "mutex",
  }),
};
