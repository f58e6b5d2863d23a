/** A run in which everything a system or a user can say is an attack on the page. */
import type { Verdict } from "../../src/core/checker.js";
import { historyOf } from "../../src/history/index.js";
import type { ReportInput } from "../report.js";
import { Recorder } from "./recorder.js";
import { runResults, testSpec } from "./samples.js";

/** Sets `window.pwned` if it ever runs. */
export const ATTACKS = [
  `<script>window.pwned=1</script>`,
  `</script><script>window.pwned=1</script>`,
  `"><img src=x onerror="window.pwned=1">`,
  `'onmouseover='window.pwned=1`,
  `<svg/onload=window.pwned=1>`,
  `javascript:window.pwned=1`,
  `<!--<script>`,
  `]]></style><style>*{display:none}`,
  `\u202egnp.exe`,
  `\u0000\u0001`,
  `{{constructor.constructor('window.pwned=1')()}}`,
] as const;

export const HUGE = "A".repeat(1_048_576);

export function hostileRun(): ReportInput {
  const recorder = new Recorder();
  const evil = ATTACKS.join(" ");
  for (const [i, attack] of ATTACKS.entries()) {
    recorder.call({ process: i, node: attack, ms: i * 10, tookMs: 5 }, { f: attack, key: attack, value: attack });
    recorder.call(
      { process: i, node: attack, ms: i * 10 + 6, tookMs: 2 },
      { f: "read", key: attack, result: { [attack]: [attack] } },
    );
    recorder.call({ process: i, node: attack, ms: i * 10 + 8, tookMs: 1 }, { f: "read", key: attack }, "info", attack);
  }
  recorder.call({ process: 50, node: "n1", ms: 200, tookMs: 5 }, { f: "write", key: "k", value: HUGE });
  recorder.call({ process: 51, node: "n1", ms: 210, tookMs: 5 }, { f: "read", key: "k", result: HUGE });
  recorder.partition([[ATTACKS[2]], ["n1", ATTACKS[0]]], 20, 700);
  const ops = recorder.history();
  const test = testSpec({
    system: ATTACKS[1],
    workload: ATTACKS[0],
    nemesis: ATTACKS[2],
    repeat: evil,
    image: ATTACKS[4],
    systemOpts: { [ATTACKS[0]]: ATTACKS[1] },
    nodes: [...ATTACKS],
  });
  const witness = {
    text: `${evil}\n1. ${evil}`,
    ops: ops.filter((op) => op.process !== "nemesis"),
    steps: [...ATTACKS],
  };
  const broken: Verdict = { valid: false, summary: evil, witnesses: [witness] };
  const checkers: Record<string, Verdict> = {
    linearizable: broken,
    [ATTACKS[0]]: { ...broken, parts: { [ATTACKS[1]]: broken, constructor: broken } },
    "lost-writes": {
      ...broken,
      acknowledged: 1,
      lost: 1,
      elements: [{ element: HUGE, node: ATTACKS[0], outcome: ATTACKS[1], missingAt: [...ATTACKS] }],
    } as Verdict,
    availability: {
      ...broken,
      class: ATTACKS[0],
      reason: evil,
      table: [{ side: ATTACKS[0], node: ATTACKS[1], f: ATTACKS[2], phase: "during", yield: 0.5 }],
    } as Verdict,
    perf: { valid: true, summary: evil, byF: { [ATTACKS[0]]: { count: 1, p50Ms: 1 } } } as Verdict,
    mine: {
      valid: true,
      summary: "",
      [ATTACKS[0]]: { [ATTACKS[1]]: [{ [ATTACKS[2]]: ATTACKS[3] }], huge: HUGE },
    } as Verdict,
    __proto__x: { valid: "unknown", summary: evil, reason: evil } as Verdict,
  };
  const results = runResults(test, ops, { valid: false, summary: evil, checkers, ended: evil, dir: evil });
  return { test, results, history: historyOf(ops), logs: { [ATTACKS[0]]: evil, n1: HUGE } };
}
