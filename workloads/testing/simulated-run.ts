/** One whole run in the simulation, judged as `cap-test run` judges it, without a folder. */
import { historyOf } from "../../src/history/index.js";
import { registry } from "../../src/registry.js";
import { type Judged, judge } from "../../src/runner/judge.js";
import { live } from "../../src/runner/live.js";
import { planRun, type RunRequest } from "../../src/runner/plan.js";

const nothing = (): void => undefined;

/** Runs in the simulation for six seconds of virtual time (or as the request says). */
export async function simulatedRun(request: RunRequest): Promise<Judged> {
  const plan = await planRun(
    { timeLimitMs: 6_000, nemesisIntervalMs: 1_500, runtime: "simulation", ...request },
    { registry, version: "test", now: new Date(0), dockerAnswers: async () => false },
  );
  const { signal } = new AbortController();
  const lived = await live({
    plan,
    runId: "test",
    signal,
    leaveRunning: false,
    record: nothing,
    phase: nothing,
    line: nothing,
    trace: false,
  });
  return judge({ plan, history: historyOf(lived.ops), extra: [], ...lived });
}
