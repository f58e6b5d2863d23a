/** The queue workload: is every acknowledged element given out once, in its turn? */
import { availabilityChecker } from "../checkers/availability.js";
import { linearizableChecker } from "../checkers/linearizable/index.js";
import { perfChecker } from "../checkers/perf.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { drain } from "./drain.js";
import { keyedLoad, keyedOps, keyedOptions } from "./keyed-ops.js";

export const queueWorkload: WorkloadDefinition = {
  name: "queue",
  summary:
    "unique elements go into a few queues and come out, and are drained in the end; linearizable: none is lost, doubled or overtaken",
  needs: ["enqueue", "dequeue"],
  options: keyedOptions("2", "1000"),
  create: ({ options }) => ({
    generator: keyedOps(keyedLoad(options), (_key, unique, random) =>
      random.chance(1, 2) ? { f: "enqueue", value: unique } : { f: "dequeue", value: null },
    ),
    final: drain(),
    checkers: [
      linearizableChecker({ model: "queue", vacuous: "unknown" }),
      availabilityChecker(),
      statsChecker(),
      perfChecker(),
    ],
    model: "queue",
  }),
};
