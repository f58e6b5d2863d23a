/** When something happened, told relative to the faults of the run: "830 ms after the cut of n2, on the minority side". */
import type { FaultKind, FaultWindow } from "../src/core/fault.js";
import type { NodeId } from "../src/core/op.js";
import { toMs } from "./numbers.js";
import { type Side, sidesOf } from "./sides.js";

/** A moment beside the fault that explains it best. */
export interface Moment {
  /** Which fault, counted from 0 over all faults of the run. */
  readonly fault: number;
  readonly kind: FaultKind;
  readonly shape?: string;
  readonly relation: "before" | "during" | "after";
  /** before: ms until the fault began; during: ms since it began; after: ms since it was over. */
  readonly offsetMs: number;
  /** Partitions: the side the node was on, or will be on in the cut that comes. */
  readonly side?: Side;
}

/**
 * Finds the fault for moments. Faults that cover a moment win, partitions before others (a partition explains a lost write
 * better than a pause of some other node at the same time), then the one that began last; else the nearer of the last one
 * over and the next one to begin (a write acknowledged 2 ms before a cut is that cut's, not the one's healed 4 s ago).
 */
export class Moments {
  private readonly order: readonly number[];
  private readonly sides = new Map<number, ReadonlyMap<NodeId, Side>>();

  constructor(
    readonly windows: readonly FaultWindow[],
    private readonly nodes: readonly NodeId[],
  ) {
    this.order = windows.map((_, i) => i).sort((a, b) => (windows[a]?.beginNs ?? 0) - (windows[b]?.beginNs ?? 0));
  }

  at(ns: number, node: NodeId | undefined): Moment | undefined {
    let during = -1;
    let past = -1;
    let next = -1;
    for (const i of this.order) {
      const window = this.windows[i] as FaultWindow;
      if (window.beginNs > ns) {
        if (next === -1) next = i;
        continue;
      }
      if (overNs(window) > ns) {
        const held = this.windows[during];
        if (held === undefined || held.kind !== "partition" || window.kind === "partition") during = i;
      } else {
        const held = this.windows[past];
        if (held === undefined || overNs(held) <= overNs(window)) past = i;
      }
    }
    if (during !== -1) return this.moment(during, "during", ns, node);
    if (past === -1 && next === -1) return undefined;
    const sincePast = past === -1 ? Number.POSITIVE_INFINITY : ns - overNs(this.windows[past] as FaultWindow);
    const untilNext = next === -1 ? Number.POSITIVE_INFINITY : (this.windows[next] as FaultWindow).beginNs - ns;
    return sincePast <= untilNext ? this.moment(past, "after", ns, node) : this.moment(next, "before", ns, node);
  }

  private moment(i: number, relation: Moment["relation"], ns: number, node: NodeId | undefined): Moment {
    const window = this.windows[i] as FaultWindow;
    const offsetNs =
      relation === "before" ? window.beginNs - ns : ns - (relation === "during" ? window.beginNs : overNs(window));
    const side = node === undefined || window.kind !== "partition" ? undefined : this.sidesFor(i).get(node);
    return {
      fault: i,
      kind: window.kind,
      ...(window.shape === undefined ? {} : { shape: window.shape }),
      relation,
      offsetMs: toMs(offsetNs),
      ...(side === undefined ? {} : { side }),
    };
  }

  private sidesFor(i: number): ReadonlyMap<NodeId, Side> {
    const known = this.sides.get(i);
    if (known !== undefined) return known;
    const { side } = sidesOf(this.windows[i] as FaultWindow, this.nodes);
    this.sides.set(i, side);
    return side;
  }
}

/** When a fault was over, ns; infinite while it lasts. */
export function overNs(window: FaultWindow): number {
  if (window.healedNs !== -1) return window.healedNs;
  return window.endNs === -1 ? Number.POSITIVE_INFINITY : window.endNs;
}

/** "the partition (primaries)". */
export function faultName(fault: { readonly kind: FaultKind; readonly shape?: string }): string {
  return fault.shape === undefined ? `the ${fault.kind}` : `the ${fault.kind} (${fault.shape})`;
}

/** "830 ms after the partition (primaries) began, on the minority side". */
export function describeMoment(moment: Moment): string {
  const name = faultName(moment);
  const side = moment.side === undefined ? "" : `, on the ${moment.side} side`;
  const offset = `${Math.round(moment.offsetMs)} ms`;
  if (moment.relation === "before") return `${offset} before ${name} began`;
  return moment.relation === "during" ? `${offset} after ${name} began${side}` : `${offset} after ${name} was over`;
}
