/** The set workload: is every element that was acknowledged still there in the end, at every node? */
import { availabilityChecker } from "../checkers/availability.js";
import { lostWritesChecker } from "../checkers/lost-writes.js";
import { perfChecker } from "../checkers/perf.js";
import { setFullChecker } from "../checkers/set-full.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalReads, unfold } from "../src/generators/index.js";

export const setWorkload: WorkloadDefinition = {
  name: "set",
  summary: "adds of unique elements to one set, reads now and then, and a final read from every node; nothing is lost",
  needs: ["add", "read"],
  options: [{ name: "adds-per-read", summary: "how many adds for each read, about", default: "12", values: "integer" }],
  create: ({ nodes, options }) => ({
    // Elements are 0, 1, 2, … so that none is added twice: a set cannot tell two adds of one element apart.
    generator: unfold(0, (element, random) =>
      random.below(Number(options["adds-per-read"]) + 1) === 0
        ? [{ f: "read", value: null }, element]
        : [{ f: "add", value: element }, element + 1],
    ),
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
