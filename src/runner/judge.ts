/** The verdict of a run: the workload's checkers, and those that ask whether the run proves anything at all. */
import { type Composed, type ComposedVerdict, compose } from "../../checkers/compose.js";
import { faultsChecker } from "../../checkers/faults.js";
import { harnessChecker } from "../../checkers/harness.js";
import type { CheckContext, Checker, Valid, Verdict } from "../core/checker.js";
import type { History } from "../core/history.js";
import { columnar, NEMESIS, OP_TYPES } from "../history/index.js";
import type { PhaseOutcome } from "./phases.js";
import type { RunPlan } from "./plan.js";

export interface JudgeInput {
  readonly plan: RunPlan;
  readonly history: History;
  readonly outcome: PhaseOutcome;
  readonly maxLagMs: number;
  readonly extra: readonly Checker[];
}

export interface Judged {
  readonly valid: Valid;
  readonly checkers: Readonly<Record<string, Verdict>>;
  readonly summary: string;
  readonly ops: { readonly ok: number; readonly fail: number; readonly info: number };
}

/**
 * A stall of our own event loop this many op time-outs long makes the run unknown: time-outs that no node is to blame for
 * would be booked as unavailability. Shorter ones are forgiven op by op (deadlines.ts).
 */
const LAG_BOUND_TIMEOUTS = 2;

/** Pure but for the checkers a user brings. */
export async function judge(input: JudgeInput): Promise<Judged> {
  const { composed, context } = checkersOf(input);
  return judged(input, await composed.check(input.history, context));
}

/** The same where it is for counting alone: of a valid run not every checker's verdict is there. */
export async function judgeBriefly(input: JudgeInput): Promise<Judged> {
  const { composed, context } = checkersOf(input);
  return judged(input, await composed.checkBriefly(input.history, context));
}

function checkersOf({ plan, outcome, maxLagMs, extra }: JudgeInput): { composed: Composed; context: CheckContext } {
  const { spec, workload } = plan;
  const context: CheckContext = {
    nodes: spec.nodes,
    opTimeoutMs: spec.opTimeoutMs,
    ...(outcome.finalNs === undefined ? {} : { finalNs: outcome.finalNs }),
  };
  const { ended } = outcome;
  const own = [
    faultsChecker({ expected: plan.nemeses.length > 0 }),
    harnessChecker({
      maxLagMs,
      boundMs: LAG_BOUND_TIMEOUTS * spec.opTimeoutMs,
      ...(ended === undefined ? {} : { ended }),
    }),
  ];
  return { composed: compose([...workload.checkers, ...extra, ...own]), context };
}

function judged({ plan, history }: JudgeInput, { valid, checkers }: ComposedVerdict): Judged {
  return { valid, checkers, summary: sentence(plan, valid, checkers), ops: countEndings(history) };
}

function countEndings(history: History): Judged["ops"] {
  const ops = { ok: 0, fail: 0, info: 0 };
  const { length, types, processes } = columnar(history);
  for (let position = 0; position < length; position++) {
    const type = OP_TYPES[types[position] as number];
    if (processes[position] !== NEMESIS && type !== undefined && type !== "invoke") ops[type]++;
  }
  return ops;
}

/** The verdict in a sentence: the first finding that decided it; the others stand below it wherever this is shown. */
function sentence({ spec }: RunPlan, valid: Valid, checkers: Readonly<Record<string, Verdict>>): string {
  const under = spec.nemesis === "none" ? "without faults" : `under ${spec.nemesis}`;
  const what = `${spec.system}, ${spec.workload} ${under}`;
  if (valid === true) return `${what}: no violation was found in this run.`;
  const first = Object.values(checkers).find((verdict) => verdict.valid === valid);
  const finding = first === undefined ? "" : first.summary.replace(/\.$/, "");
  return valid === false ? `${what}: ${finding}.` : `${what}: nothing was proved. ${finding}.`;
}
