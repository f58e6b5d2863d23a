/** What the harness itself costs: ops a second against an in-memory client that does nothing. Goal: at least 50,000. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clients, limit } from "../src/generators/index.js";
import { Interpreter } from "../src/runner/interpreter.js";
import { HistoryFile } from "../src/runner/store.js";
import { realClock } from "../src/runtimes/docker/clock.js";
import { registerOps } from "../workloads/register-ops.js";

const OPS = 200_000;
const folder = mkdtempSync(join(tmpdir(), "cap-test-bench-"));
for (const disk of [false, true]) {
  const file = new HistoryFile(join(folder, `history-${disk}.jsonl`));
  const interpreter = new Interpreter({
    nodes: ["n1", "n2", "n3", "n4", "n5"],
    concurrency: 10,
    seed: 1,
    clock: realClock(),
    opTimeoutMs: 1000,
    open: async () => ({ invoke: async () => ({ type: "ok", value: 1 }), close: async () => undefined }),
    nemesis: async () => ({ type: "info" }),
    record: (op) => {
      if (disk) file.append(op);
    },
  });
  const began = performance.now();
  await interpreter.run(clients(limit(OPS, registerOps({ liveKeys: 6, opsPerKey: 400, cas: true }))));
  const seconds = (performance.now() - began) / 1000;
  process.stdout.write(`${disk ? "with history.jsonl" : "in memory       "}  ${Math.round(OPS / seconds)} ops/s\n`);
  file.close();
}
rmSync(folder, { recursive: true });
