/** The longest time without a success, by node and by side: what an outage looks like to somebody who waits it out. */
import type { NodeId } from "../../src/core/op.js";
import type { Calls } from "../calls.js";
import { lowerBound } from "../numbers.js";
import type { Side } from "../sides.js";
import type { Cell, Phase } from "./measure.js";
import type { Plan } from "./plan.js";

/** A piece of the run: before the first cut, during one, or after one. Times in ns. */
interface Piece {
  readonly phase: Phase;
  readonly cut: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Looks up the longest gaps. Ends of a piece count: no success at all is a gap as long as the piece. */
export class Gaps {
  private readonly pieces: readonly Piece[];
  /** f -> node -> when ops were answered, ascending. */
  private readonly answers = new Map<string, Map<NodeId | null, number[]>>();

  constructor(
    calls: Calls,
    private readonly plan: Plan,
    cells: readonly Cell[],
    cellOf: Int32Array,
    answered: (call: number) => boolean,
  ) {
    this.pieces = piecesOf(plan, calls.invokeNs[0] ?? 0);
    for (const { f, node } of cells) {
      const byNode = this.answers.get(f) ?? new Map<NodeId | null, number[]>();
      this.answers.set(f, byNode.set(node, []));
    }
    for (let call = 0; call < calls.length; call++) {
      const cell = cells[cellOf[call] as number];
      if (cell !== undefined && answered(call))
        this.answers
          .get(cell.f)
          ?.get(cell.node)
          ?.push(calls.endNs[call] as number);
    }
    for (const byNode of this.answers.values()) {
      for (const [node, times] of byNode) byNode.set(node, Array.from(Float64Array.from(times).sort()));
    }
  }

  /** The longest gap of one node, ns. */
  ofNode(side: Cell["side"], node: NodeId | null, f: string, phase: Phase): number {
    const times = this.answers.get(f)?.get(node) ?? [];
    let longest = 0;
    for (const piece of this.pieces) {
      if (piece.phase !== phase || this.sideIn(piece, node) !== side) continue;
      longest = Math.max(longest, longestGap(times, piece.fromNs, piece.toNs));
    }
    return longest;
  }

  /** The longest time in which nobody on a side had a success, ns. */
  ofSide(side: Cell["side"], f: string, phase: Phase): number {
    let longest = 0;
    for (const piece of this.pieces) {
      if (piece.phase !== phase) continue;
      const times: number[] = [];
      let nodes = 0;
      for (const [node, list] of this.answers.get(f) ?? []) {
        if (this.sideIn(piece, node) !== side) continue;
        nodes++;
        for (let i = lowerBound(list, piece.fromNs); i < list.length && (list[i] as number) <= piece.toNs; i++) {
          times.push(list[i] as number);
        }
      }
      if (nodes > 0)
        longest = Math.max(
          longest,
          longestGap(
            times.sort((a, b) => a - b),
            piece.fromNs,
            piece.toNs,
          ),
        );
    }
    return longest;
  }

  private sideIn(piece: Piece, node: NodeId | null): Side | "all" {
    return (node === null ? undefined : this.plan.cuts[piece.cut]?.sides.side.get(node)) ?? "all";
  }
}

function piecesOf(plan: Plan, startNs: number): Piece[] {
  const { cuts, mainEndNs } = plan;
  const first = cuts[0]?.beginNs ?? mainEndNs;
  const pieces: Piece[] = [{ phase: "before", cut: 0, fromNs: Math.min(startNs, first), toNs: first }];
  cuts.forEach(({ beginNs, endNs, nextNs }, cut) => {
    pieces.push({ phase: "during", cut, fromNs: beginNs, toNs: endNs });
    pieces.push({ phase: "after", cut, fromNs: endNs, toNs: Math.max(endNs, nextNs) });
  });
  return pieces;
}

function longestGap(times: readonly number[], fromNs: number, toNs: number): number {
  let longest = 0;
  let last = fromNs;
  for (let i = lowerBound(times, fromNs); i < times.length; i++) {
    const time = times[i] as number;
    if (time > toNs) break;
    longest = Math.max(longest, time - last);
    last = time;
  }
  return Math.max(longest, toNs - last);
}
