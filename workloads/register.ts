/** The register workload: do reads, writes and compare-and-sets of single keys look as if one copy existed? */
import { availabilityChecker } from "../checkers/availability.js";
import { levelsChecker } from "../checkers/levels.js";
import { linearizableChecker } from "../checkers/linearizable/index.js";
import { lostWritesChecker } from "../checkers/lost-writes.js";
import { perfChecker } from "../checkers/perf.js";
import { stalenessChecker } from "../checkers/staleness.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalReads } from "../src/generators/index.js";
import { registerOps } from "./register-ops.js";

export const registerWorkload: WorkloadDefinition = {
  name: "register",
  summary: "reads, unique writes and compare-and-sets over many keys; linearizable, and nothing acknowledged is lost",
  needs: ["read", "write"],
  options: [
    { name: "keys", summary: "keys in use at a time", default: "6", values: "integer" },
    {
      name: "ops-per-key",
      summary: "ops after which a key is retired; of three keys, one lives so long, one a quarter, one a sixteenth",
      default: "400",
      values: "integer",
    },
    { name: "cas", summary: "also compare and set, where the system can", default: "true", values: ["true", "false"] },
  ],
  create: ({ nodes, options, ops }) => {
    const cas = options.cas !== "false" && ops.includes("cas");
    return {
      generator: registerOps({
        liveKeys: Math.max(1, Number(options.keys)),
        opsPerKey: Math.max(1, Number(options["ops-per-key"])),
        cas,
      }),
      final: finalReads(nodes),
      checkers: [
        linearizableChecker({ model: "cas-register" }),
        lostWritesChecker({ model: "register" }),
        levelsChecker(),
        stalenessChecker(),
        availabilityChecker(),
        statsChecker(),
        perfChecker(),
      ],
      model: "cas-register",
    };
  },
};
