/** The lock workload: is what a lock guards safe from holders whose lease ran out while they were paused? */
import { availabilityChecker } from "../checkers/availability.js";
import { perfChecker } from "../checkers/perf.js";
import { staleWritesChecker } from "../checkers/stale-writes.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { lockOps } from "./lock-ops.js";

export const lockWorkload: WorkloadDefinition = {
  name: "lock",
  summary: "holders of a lock write to what it guards, some after a long pause; nothing stale is accepted",
  needs: ["acquire", "release", "write", "fenced-write"],
  options: [
    { name: "locks", summary: "how many locks", default: "3", values: "integer" },
    {
      name: "pause-ms",
      summary: "how long every second holder pauses before it writes",
      default: "4000",
      values: "integer",
    },
    {
      name: "guard",
      summary: "lock: the lock alone protects the resource; fenced: the resource refuses old tokens as well",
      default: "fenced",
      values: ["lock", "fenced"],
    },
  ],
  create: ({ options }) => {
    const write = options.guard === "lock" ? "write" : "fenced-write";
    return {
      generator: lockOps({ locks: Math.max(1, Number(options.locks)), pauseMs: Number(options["pause-ms"]), write }),
      checkers: [staleWritesChecker([write]), availabilityChecker(), statsChecker(), perfChecker()],
      model: "stale-writes",
    };
  },
};
