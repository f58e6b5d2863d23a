/** What the README promises, on real systems in Docker: each row of the ground truth must come out. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LinearizableVerdict } from "../../checkers/linearizable/index.js";
import type { LostWritesVerdict } from "../../checkers/lost-writes.js";
import type { RunResults } from "../core/run.js";
import { parseHistory } from "../history/index.js";
import { dockerIsHere, leftInDocker, scratch, start } from "./testing/cli.js";

const here = dockerIsHere();
const folder = scratch();
afterAll(() => folder.remove());

interface Found {
  readonly code: number | null;
  readonly results: RunResults;
  readonly lost: LostWritesVerdict;
  readonly linearizable: LinearizableVerdict;
  readonly report: string;
}

async function run(line: string): Promise<Found> {
  const running = start(["run", ...line.split(" "), "--json"], folder.path);
  const { code, stdout, stderr } = await running.ended;
  expect(leftInDocker(running.child.pid)).toEqual([]);
  expect(stdout, stderr).toMatch(/^\{/);
  const results = JSON.parse(stdout) as RunResults;
  for (const name of ["test.json", "history.jsonl", "results.json", "report.html", "junit.xml"]) {
    expect(existsSync(join(results.dir, name)), name).toBe(true);
  }
  const { history } = parseHistory(readFileSync(join(results.dir, "history.jsonl")));
  expect(history.length).toBeGreaterThan(100);
  return {
    code,
    results,
    lost: results.checkers["lost-writes"] as LostWritesVerdict,
    linearizable: results.checkers["linearizable"] as LinearizableVerdict,
    report: readFileSync(join(results.dir, "report.html"), "utf8"),
  };
}

const why = ({ results }: Found): string => JSON.stringify(results.checkers, null, 1).slice(0, 4000);

describe.skipIf(!here)("redis-cluster (needs Docker)", () => {
  it("loses acknowledged elements when the primary of the set is isolated, and the report names them", async () => {
    const found = await run(
      "--system redis-cluster --workload set --nemesis partition:primaries --time-limit 20 --seed 7",
    );
    expect(found.code, why(found)).toBe(1);
    expect(found.lost.valid).toBe(false);
    expect(found.lost.lost).toBeGreaterThan(0);
    expect(found.lost.lostFraction).toBeLessThan(0.5);
    const [worst] = found.lost.elements;
    expect(worst).toBeDefined();
    expect(found.report).toContain("partition");
    expect(found.results.checkers["faults"]).toMatchObject({ valid: true });
    expect(found.results.checkers["availability"]).toMatchObject({ class: "neither" });
  });

  it("is not linearizable under the same cut", async () => {
    const found = await run(
      "--system redis-cluster --workload register --nemesis partition:primaries --time-limit 20 --seed 7",
    );
    expect(found.code, why(found)).toBe(1);
    expect(found.linearizable.valid).toBe(false);
    expect(found.linearizable.witnesses?.[0]?.ops.length).toBeGreaterThan(1);
  });

  it("loses nothing and is linearizable without a fault", async () => {
    for (const workload of ["set", "register"]) {
      const found = await run(`--system redis-cluster --workload ${workload} --nemesis none --time-limit 8 --seed 7`);
      expect(found.code, why(found)).toBe(0);
    }
  });
});

describe.skipIf(!here)("etcd (needs Docker)", () => {
  it("keeps its promise under partition, and is CP-like", async () => {
    const found = await run(
      "--system etcd --workload register --nemesis partition:primaries+majority-minority --time-limit 25 --seed 3",
    );
    expect(found.code, why(found)).toBe(0);
    expect(found.results.checkers["availability"]).toMatchObject({ class: "CP-like" });
  });

  it("keeps its promise when killed", async () => {
    const found = await run("--system etcd --workload set --nemesis kill --time-limit 20 --seed 4");
    expect(found.code, why(found)).toBe(0);
    expect(found.lost.lost).toBe(0);
  });

  it("returns stale values with serializable reads", async () => {
    const found = await run(
      "--system etcd --system-opt serializable=true --workload register --nemesis partition:primaries --time-limit 25 --seed 5",
    );
    expect(found.code, why(found)).toBe(1);
    expect(found.linearizable.valid).toBe(false);
  });
});

describe.skipIf(!here)("bundled nodes (need Docker)", () => {
  it("kv-async loses acknowledged elements", async () => {
    const found = await run(
      "--system kv-async --runtime docker --workload set --nemesis partition:primaries --time-limit 20 --seed 6",
    );
    expect(found.code, why(found)).toBe(1);
    expect(found.lost.lost).toBeGreaterThan(0);
  });
});
