/** Lays the run out for measuring: which cuts there were, who was on which side, and until when their aftermath lasts. */
import type { CheckContext } from "../../src/core/checker.js";
import type { FaultWindow } from "../../src/core/fault.js";
import type { NodeId } from "../../src/core/op.js";
import type { Calls } from "../calls.js";
import { overNs } from "../moment.js";
import { type CutSides, nodesOf, sidesOf } from "../sides.js";

/** How long after another fault its effects may still be felt (elections, restarts). */
const SETTLE_NS = 2e9;

/** One partition. Times in ns since the run began, clipped to the main phase. */
export interface Cut {
  /** Which fault of the run, from 0. */
  readonly fault: number;
  readonly window: FaultWindow;
  readonly sides: CutSides;
  readonly beginNs: number;
  readonly endNs: number;
  /** When it was proved over; infinite where it never was. */
  readonly healedNs: number;
  /** The next cut, or the end of the main phase: what follows until then is "after" this one. */
  readonly nextNs: number;
  /** The next fault of any kind, or the end of the main phase: recovery is measured until then. */
  readonly quietUntilNs: number;
  /** Another fault (kill, pause, …) was felt at the same time, so a refusal need not be the cut's doing. */
  readonly disturbed: boolean;
}

export interface Plan {
  /** In time order; they do not overlap. */
  readonly cuts: readonly Cut[];
  readonly nodes: readonly NodeId[];
  /** Ops invoked from here on belong to the final phase and are not counted. */
  readonly mainEndNs: number;
  /** By node: when its process was killed or paused. Such a node owes nobody an answer (Gilbert and Lynch). */
  readonly down: ReadonlyMap<NodeId, readonly { readonly fromNs: number; readonly toNs: number }[]>;
}

export function planOf(calls: Calls, context: CheckContext): Plan {
  const nodes = nodesOf(calls.windows, calls.nodes, context.nodes);
  const mainEndNs = context.finalNs ?? calls.lastNs;
  const partitions = calls.windows
    .map((window, fault) => ({ window, fault }))
    .filter(({ window }) => window.kind === "partition" && window.beginNs < mainEndNs)
    .sort((a, b) => a.window.beginNs - b.window.beginNs);
  const others = calls.windows.filter(({ kind }) => kind !== "partition");
  const cuts = partitions.map(({ window, fault }, i): Cut => {
    const endNs = window.endNs === -1 ? mainEndNs : Math.min(window.endNs, mainEndNs);
    const starts = calls.windows.map(({ beginNs }) => beginNs).filter((ns) => ns > window.beginNs && ns >= endNs);
    return {
      fault,
      window,
      sides: sidesOf(window, nodes),
      beginNs: window.beginNs,
      endNs,
      healedNs: overNs(window),
      nextNs: partitions[i + 1]?.window.beginNs ?? mainEndNs,
      quietUntilNs: Math.min(mainEndNs, ...starts),
      disturbed: others.some((other) => other.beginNs < endNs && overNs(other) + SETTLE_NS > window.beginNs),
    };
  });
  return { cuts, nodes, mainEndNs, down: downTimes(calls.windows) };
}

function downTimes(windows: readonly FaultWindow[]): Map<NodeId, { fromNs: number; toNs: number }[]> {
  const down = new Map<NodeId, { fromNs: number; toNs: number }[]>();
  for (const window of windows) {
    if (window.kind !== "kill" && window.kind !== "pause") continue;
    for (const node of window.targets) {
      const times = down.get(node) ?? [];
      times.push({ fromNs: window.beginNs, toNs: overNs(window) });
      down.set(node, times);
    }
  }
  return down;
}
