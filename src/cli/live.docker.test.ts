/** Each checker of transactions and objects is fed by real systems in Docker: sound ones pass, and Redis Cluster loses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ElleVerdict } from "../../checkers/elle/index.js";
import type { LinearizableVerdict } from "../../checkers/linearizable/index.js";
import type { StaleWritesVerdict } from "../../checkers/stale-writes.js";
import type { RunResults } from "../core/run.js";
import { dockerIsHere, leftInDocker, scratch, start } from "./testing/cli.js";

const here = dockerIsHere();
const folder = scratch();
afterAll(() => folder.remove());

interface Found {
  readonly code: number | null;
  readonly results: RunResults;
  readonly elle: ElleVerdict;
  readonly linearizable: LinearizableVerdict;
  readonly history: string;
}

async function run(line: string): Promise<Found> {
  const running = start(["run", ...line.split(" "), "--json"], folder.path);
  const { code, stdout, stderr } = await running.ended;
  expect(leftInDocker(running.child.pid)).toEqual([]);
  expect(stdout, stderr).toMatch(/^\{/);
  const results = JSON.parse(stdout) as RunResults;
  const { checkers } = results;
  return {
    code,
    results,
    elle: (checkers["elle-list-append"] ?? checkers["elle-rw-register"]) as ElleVerdict,
    linearizable: checkers["linearizable"] as LinearizableVerdict,
    history: readFileSync(join(results.dir, "history.jsonl"), "utf8"),
  };
}

const why = ({ results }: Found): string =>
  `${results.summary}\n${JSON.stringify(results.checkers, null, 1).slice(0, 3000)}`;

describe.skipIf(!here)("etcd (needs Docker)", () => {
  it("runs strictly serializable transactions through a partition", async () => {
    const found = await run("--system etcd --workload append --nemesis partition:primaries --time-limit 10 --seed 3");
    expect(found.code, why(found)).toBe(0);
    expect(found.elle.transactions.ok).toBeGreaterThan(50);
    // Somebody read what somebody had appended.
    expect(found.history).toMatch(/"type":"ok","f":"txn","value":\[.*\["r",\d+,\[\d/);
  });

  it("keeps registers and locks while nodes are killed", async () => {
    for (const workload of ["wr", "mutex"]) {
      const found = await run(`--system etcd --workload ${workload} --nemesis kill:one --time-limit 10 --seed 4`);
      expect(found.code, why(found)).toBe(0);
      expect(found.results.ops.ok).toBeGreaterThan(50);
    }
  });
});

describe.skipIf(!here)("locks with leases on etcd (need Docker)", () => {
  const paused =
    "--system etcd --system-opt lock-ttl=2 --workload lock --workload-opt pause-ms=3500 --time-limit 10 --seed 7";

  it("do not keep a holder that was paused for too long from writing to what they guard", async () => {
    const found = await run(`${paused} --workload-opt guard=lock`);
    expect(found.code, why(found)).toBe(1);
    expect(found.results.checkers["stale-writes"]).toMatchObject({ valid: false });
  });

  it("do so where the resource looks at the fencing token", async () => {
    const found = await run(`${paused} --workload-opt guard=fenced`);
    expect(found.code, why(found)).toBe(0);
    expect((found.results.checkers["stale-writes"] as StaleWritesVerdict).refused).toBeGreaterThan(0);
  });
});

describe.skipIf(!here)("redis-cluster (needs Docker)", () => {
  it("is consistent without a fault", async () => {
    for (const workload of ["append", "queue"]) {
      const found = await run(`--system redis-cluster --workload ${workload} --time-limit 5 --seed 7`);
      expect(found.code, why(found)).toBe(0);
      expect(found.results.ops.ok).toBeGreaterThan(50);
    }
  });

  it("loses acknowledged transactions when their primary is isolated", async () => {
    const cut = "--nemesis partition:primaries --time-limit 12 --seed 7";
    const found = await run(`--system redis-cluster --workload append ${cut}`);
    expect(found.code, why(found)).toBe(1);
    expect(found.elle.anomalyTypes.length).toBeGreaterThan(0);
    expect(found.elle.witnesses?.[0]?.ops.length).toBeGreaterThan(1);
  });

  it("loses increments when their primary is isolated", async () => {
    const cut = "--nemesis partition:primaries --time-limit 12 --seed 7";
    const found = await run(`--system redis-cluster --workload counter ${cut}`);
    expect(found.code, why(found)).toBe(1);
    expect(found.linearizable.valid).toBe(false);
  });
});
