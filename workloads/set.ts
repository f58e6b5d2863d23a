/** The set workload: is every element that was acknowledged still there in the end, at every node? */
import { availabilityChecker } from "../checkers/availability.js";
import { lostWritesChecker } from "../checkers/lost-writes.js";
import { perfChecker } from "../checkers/perf.js";
import { setFullChecker } from "../checkers/set-full.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalReads } from "../src/generators/index.js";
import { setOps } from "./set-ops.js";

export const setWorkload: WorkloadDefinition = {
  name: "set",
  summary: "adds of unique elements to one set, reads now and then, and a final read from every node; nothing is lost",
  needs: ["add", "read"],
  options: [{ name: "adds-per-read", summary: "how many adds for each read, about", default: "12", values: "integer" }],
  create: ({ nodes, options }) => ({
    generator: setOps(Math.max(0, Number(options["adds-per-read"]))),
    final: finalReads(nodes),
    checkers: [
      lostWritesChecker({ model: "set" }),
      setFullChecker(),
      availabilityChecker(),
      statsChecker(),
      perfChecker(),
    ],
    model: "set",
  }),
};
