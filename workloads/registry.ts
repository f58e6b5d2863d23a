/** The registry workload: do all nodes agree in the end on what is there, and does what is gone stay away? */
import { availabilityChecker } from "../checkers/availability.js";
import { perfChecker } from "../checkers/perf.js";
import { registryChecker } from "../checkers/service-registry.js";
import { statsChecker } from "../checkers/stats.js";
import type { WorkloadDefinition } from "../src/core/workload.js";
import { finalReads } from "../src/generators/index.js";
import { afterQuiet, registryOps } from "./registry-ops.js";

/** News of a last heartbeat is this long on its way at most, once the faults are over. */
const SPREAD_MS = 1_500;

export const registryWorkload: WorkloadDefinition = {
  name: "registry",
  summary:
    "instances of services are registered, kept alive and removed; in the end all nodes agree, nothing gone returns",
  needs: ["add", "remove", "read"],
  options: [
    { name: "services", summary: "services (keys)", default: "3", values: "integer" },
    {
      name: "lease-ms",
      summary: "how long the system lists an instance without a heartbeat, where it has leases",
      default: "3000",
      values: "integer",
    },
  ],
  create: ({ nodes, options, ops }) => {
    const leases = ["register", "heartbeat", "deregister"].every((f) => ops.includes(f));
    const leaseMs = leases ? Number(options["lease-ms"]) : 0;
    const reads = finalReads(nodes);
    return {
      generator: registryOps({ services: Math.max(1, Number(options["services"])), leases }),
      // Leases are given the time to run out.
      final: leases ? afterQuiet(leaseMs + SPREAD_MS + 500, reads) : reads,
      checkers: [
        registryChecker({ expiryMs: leaseMs + SPREAD_MS }),
        availabilityChecker(),
        statsChecker(),
        perfChecker(),
      ],
      model: "registry",
    };
  },
};
