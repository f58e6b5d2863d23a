/** Service over time by side of the cut: what a picture needs that shows when each side answered and when it did not. */
import type { CheckContext } from "../../src/core/checker.js";
import type { History } from "../../src/core/history.js";
import type { NodeId } from "../../src/core/op.js";
import { callsOf } from "../calls.js";
import { toMs } from "../numbers.js";
import { cadences } from "./cadence.js";
import { sampleOf } from "./measure.js";
import { type Cut, planOf } from "./plan.js";
import { DEADLINE_NS } from "./service.js";

/** Ops by the slice of time they were (or, of a stuck client, would have been) issued in. */
export interface ServiceCounts {
  readonly tried: readonly number[];
  /** Answered within 1 s. */
  readonly answered: readonly number[];
}

/** A fault in the picture. Times in ms since the run began. */
export interface TimelineFault {
  readonly kind: string;
  readonly shape?: string;
  readonly targets: readonly NodeId[];
  readonly beginMs: number;
  /** When healing began; the end of the main phase where it never did. */
  readonly endMs: number;
  readonly proved: boolean;
}

export interface ServiceTimeline {
  readonly sliceMs: number;
  /** The main phase; what comes later is not shown. */
  readonly durationMs: number;
  /** All nodes while there is no cut, else those that reach a majority. */
  readonly majority: ServiceCounts;
  /** Only while there is a cut. */
  readonly minority: ServiceCounts;
  readonly faults: readonly TimelineFault[];
}

/** `answers`: errors of `fail` that are answers, not refusals. */
export function serviceTimeline(
  history: History,
  context: CheckContext,
  sliceMs: number,
  answers: readonly string[],
): ServiceTimeline {
  const calls = callsOf(history);
  const plan = planOf(calls, context);
  const cadence = cadences(calls, plan.mainEndNs);
  const isAnswer = Uint8Array.from(calls.errors, (error) => (answers.includes(error) ? 1 : 0));
  const slices = Math.max(1, Math.ceil(toMs(plan.mainEndNs) / sliceMs));
  const counts = (): { tried: number[]; answered: number[] } => ({
    tried: new Array<number>(slices).fill(0),
    answered: new Array<number>(slices).fill(0),
  });
  const majority = counts();
  const minority = counts();
  for (let call = 0; call < calls.length; call++) {
    if ((calls.invokeNs[call] as number) >= plan.mainEndNs) break;
    const sample = sampleOf(calls, call, cadence, isAnswer);
    const node = calls.nodes[calls.node[call] as number];
    for (let k = 0; k <= sample.missed; k++) {
      const at = sample.invokeNs + (k === 0 ? 0 : k * sample.cadenceNs);
      if (at >= plan.mainEndNs) break;
      const side = cutAt(plan.cuts, at)?.sides.side.get(node ?? "") ?? "majority";
      const into = side === "minority" ? minority : majority;
      const slice = Math.min(slices - 1, Math.floor(at / 1e6 / sliceMs));
      into.tried[slice] = (into.tried[slice] as number) + 1;
      if (sample.answered && sample.endNs - at <= DEADLINE_NS)
        into.answered[slice] = (into.answered[slice] as number) + 1;
    }
  }
  const faults = calls.windows
    .filter(({ beginNs }) => beginNs < plan.mainEndNs)
    .map(({ kind, shape, targets, beginNs, endNs, proved }): TimelineFault => {
      const until = endNs === -1 ? plan.mainEndNs : Math.min(endNs, plan.mainEndNs);
      return {
        kind,
        ...(shape === undefined ? {} : { shape }),
        targets,
        beginMs: toMs(beginNs),
        endMs: toMs(until),
        proved,
      };
    });
  return { sliceMs, durationMs: toMs(plan.mainEndNs), majority, minority, faults };
}

/** The cut that is on at a moment; cuts do not overlap. */
function cutAt(cuts: readonly Cut[], atNs: number): Cut | undefined {
  return cuts.find(({ beginNs, endNs }) => beginNs <= atNs && atNs < endNs);
}
