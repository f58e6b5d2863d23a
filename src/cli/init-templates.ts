/** What `cap-test init` writes. A test runs both as they are. */

export const YAML_TEMPLATE = `# The guarantees of your system: \`npx cap-test ci\` checks them. One contract is one run (or several) with expectations.

# Settings of every contract that has none of its own.
defaults:
  timeLimit: 15            # seconds of load and faults
  # nodes, concurrency ("2n"), rate (ops/s), opTimeout (s), nemesisInterval (s), image, runtime: as in \`cap-test run --help\`

contracts:
  - name: stays linearizable under partitions
    system: kv-raft        # \`npx cap-test list systems\`; your own: cap-test init --ts
    workload: register     # \`npx cap-test list workloads\`
    nemesis: partition     # \`npx cap-test list nemeses\`; "partition,kill" for both at once
    runtime: simulation    # docker, simulation, or auto: docker where an engine answers
    tags: [quick]          # npx cap-test ci --tags quick
    expect:
      linearizable: true   # a checker that must hold. What is not proved is unknown, and not green
      availability: CP-like
      lostFraction: "= 0"  # a number of a checker's verdict, with bounds: "<= 0.2", "> 0, < 50"

  - name: loses acknowledged writes when its primary is isolated (known, must be found)
    system: kv-async
    workload: set
    nemesis: partition:primaries
    runtime: simulation
    retries: 3             # tries again, with other seeds, until it is found
    tags: [quick]
    expect:
      lost-writes: false   # must fail: documents a weakness, and notices a test that has gone blind
      lostFraction: "<= 0.5"
`;

export const TS_TEMPLATE = `import { defineConfig } from "cap-test";

// The guarantees of your system: \`npx cap-test ci\` checks them. One contract is one run (or several) with expectations.
export default defineConfig({
  // Settings of every contract that has none of its own. Times in seconds.
  defaults: { timeLimit: 15 },

  contracts: [
    {
      name: "stays linearizable under partitions",
      system: "kv-raft", // \`npx cap-test list systems\`
      workload: "register", // \`npx cap-test list workloads\`
      nemesis: "partition", // \`npx cap-test list nemeses\`; "partition,kill" for both at once
      runtime: "simulation", // docker, simulation, or auto: docker where an engine answers
      tags: ["quick"], // npx cap-test ci --tags quick
      // Checkers that must hold, a class, and numbers of verdicts with bounds: "<= 0.2", "> 0, < 50".
      expect: { linearizable: true, availability: "CP-like", lostFraction: "= 0" },
    },
    {
      name: "loses acknowledged writes when its primary is isolated (known, must be found)",
      system: "kv-async",
      workload: "set",
      nemesis: "partition:primaries",
      runtime: "simulation",
      retries: 3, // tries again, with other seeds, until it is found
      tags: ["quick"],
      expect: { "lost-writes": false, lostFraction: "<= 0.5" },
    },
  ],

  // Your own systems, workloads, nemeses and checkers: they have names of their own, and \`run\` and \`list\` know them too.
  systems: [],
  workloads: [],
  nemeses: [],
  checkers: [],
});
`;
