/** The availability table: side of the cut x node x f x phase, and the same summed by side. */
import type { NodeId } from "../../src/core/op.js";
import { share, toMs } from "../numbers.js";
import type { Side } from "../sides.js";
import type { Gaps } from "./gaps.js";
import type { Cell, Phase } from "./measure.js";

/** One row. Shares are of `issued + missing`. */
export interface AvailabilityRow {
  /** "all": there was no cut, or the client was pinned to no node. */
  readonly side: Side | "all";
  /** null in rows by side, and for clients pinned to no node. */
  readonly node: NodeId | null;
  readonly f: string;
  readonly phase: Phase;
  readonly issued: number;
  /** Ops the clients could not issue because they were stuck. */
  readonly missing: number;
  readonly ok: number;
  /** Definite answers that are no success: a compare-and-set that did not match, a lock that was held. */
  readonly answers: number;
  readonly fail: number;
  readonly info: number;
  /** Answered (ok or `answers`), of everything issued or missing. */
  readonly yield: number;
  /** Answered within 0.1, 1 and 10 s. */
  readonly within100Ms: number;
  readonly within1s: number;
  readonly within10s: number;
  /** The longest time without an answer. */
  readonly longestGapMs: number;
  /** Reads of sets: which share of the elements they should have shown they showed; mean and worst. */
  readonly harvest?: number;
  readonly harvestMin?: number;
}

const SIDE_ORDER = { minority: 0, majority: 1, all: 2 } as const;
const PHASE_ORDER = { before: 0, during: 1, after: 2 } as const;

/** Rows by node, ordered by phase, side, node and f. */
export function nodeRows(cells: readonly Cell[], gaps: Gaps, nodes: readonly NodeId[]): AvailabilityRow[] {
  const rank = (node: NodeId | null): number => (node === null ? nodes.length : nodes.indexOf(node));
  return [...cells]
    .sort(
      (a, b) =>
        PHASE_ORDER[a.phase] - PHASE_ORDER[b.phase] ||
        SIDE_ORDER[a.side] - SIDE_ORDER[b.side] ||
        rank(a.node) - rank(b.node) ||
        (a.f < b.f ? -1 : 1),
    )
    .map((cell) => rowOf(cell, cell.node, gaps.ofNode(cell.side, cell.node, cell.f, cell.phase)));
}

/** Rows by side: the nodes summed up. */
export function sideRows(cells: readonly Cell[], gaps: Gaps): AvailabilityRow[] {
  const sums = new Map<string, Cell>();
  for (const cell of cells) {
    const name = `${PHASE_ORDER[cell.phase]} ${SIDE_ORDER[cell.side]} ${cell.f}`;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? cell : added(sum, cell));
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, cell]) => rowOf(cell, null, gaps.ofSide(cell.side, cell.f, cell.phase)));
}

function added(a: Cell, b: Cell): Cell {
  return {
    ...a,
    issued: a.issued + b.issued,
    missing: a.missing + b.missing,
    ok: a.ok + b.ok,
    answers: a.answers + b.answers,
    fail: a.fail + b.fail,
    info: a.info + b.info,
    answered: a.answered + b.answered,
    within: [a.within[0] + b.within[0], a.within[1] + b.within[1], a.within[2] + b.within[2]],
    harvestSum: a.harvestSum + b.harvestSum,
    harvestCount: a.harvestCount + b.harvestCount,
    harvestMin: Math.min(a.harvestMin, b.harvestMin),
  };
}

function rowOf(cell: Cell, node: NodeId | null, gapNs: number): AvailabilityRow {
  const { side, f, phase, issued, missing, ok, answers, fail, info, answered, within } = cell;
  const whole = issued + missing;
  return {
    side,
    node,
    f,
    phase,
    issued,
    missing,
    ok,
    answers,
    fail,
    info,
    yield: share(answered, whole),
    within100Ms: share(within[0], whole),
    within1s: share(within[1], whole),
    within10s: share(within[2], whole),
    longestGapMs: toMs(gapNs),
    ...(cell.harvestCount === 0
      ? {}
      : { harvest: share(cell.harvestSum, cell.harvestCount), harvestMin: share(cell.harvestMin, 1) }),
  };
}

/** Yield of one side during the cuts, over all kinds of op; null where nothing was tried there. */
export function yieldOf(cells: readonly Cell[], side: Side, phase: Phase): number | null {
  let answered = 0;
  let whole = 0;
  for (const cell of cells) {
    if (cell.side !== side || cell.phase !== phase) continue;
    answered += cell.answered;
    whole += cell.issued + cell.missing;
  }
  return whole === 0 ? null : share(answered, whole);
}
