/**
 * Stacks of values that go in once, in O(n x depth). A value stays in the stack for sure from where its push ended to where
 * its pop began. One that stays at no moment for sure may be pushed and popped at once, and matters to no other.
 *
 * Where the others' stays leave a moment free, what was there before and what comes after can be ordered apart: each call
 * before the moment may end there, each after may begin. Where they leave none, no order empties the stack in between (a
 * moment at which it does would be free), so some value lies at the bottom all the while: its push is the first call and its
 * pop the last. Any value that can be there will do, since leaving a value out of a legal order leaves a legal order: so it is
 * left out, and what lies on it is ordered likewise. (Compare the decrease-and-conquer of Lee & Mathur 2025.)
 *
 * Crashed pops: what was popped for sure decides "invalid"; an order in which they took a guess of values decides "valid".
 */
import type { Calls, Part } from "../calls.js";
import type { FastOutcome } from "../family.js";
import { stackModel } from "./stack.js";
import { withCrashedPops } from "./stack-crashed.js";
import { Stays } from "./stays.js";
import { callsOfTransits, type Transit, type TransitWords, transitsOf } from "./transits.js";

const WORDS: TransitWords = {
  put: "pushed",
  take: "popped",
  toPut: "push",
  toTake: "pop",
  object: "stack",
  model: stackModel,
};

/** So much may be looked at before the search is asked instead: deep stacks of very many values. */
const MOST_LOOKS = 300_000_000;

export function stackFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const found = transitsOf(calls, part, stackModel.init(initial), WORDS);
  if (found === "no" || "calls" in found) return found;
  const { transits, empties, crashed } = found;
  const order = orderOf(transits);
  const violation = order === "valid" ? new Stays(transits).violation(calls, empties, WORDS) : undefined;
  if (order === "valid" && violation === undefined) return "valid";
  if (crashed.length === 0)
    return violation ?? (order === "no" ? "no" : { calls: callsOfTransits(order as Transit[]) });
  // Crashed pops may have taken what nobody else did. Where what was popped for sure does not fit by itself, it is settled.
  const popped = transits.filter(({ take }) => take !== -1);
  const sure = orderOf(popped);
  if (sure !== "valid") return sure === "no" ? "no" : { calls: callsOfTransits(sure) };
  const never = new Stays(popped).violation(calls, empties, WORDS);
  if (never !== undefined) return never;
  // Else it is enough that they may have: an order in which they took what they are guessed to have taken is an order.
  const guessed = withCrashedPops(transits, {
    empties: empties.map((pop) => [calls.inv[pop] as number, calls.ret[pop] as number]),
    crashed: crashed.map((call) => ({ call, inv: calls.inv[call] as number })),
  });
  const fits = guessed !== undefined && orderOf(guessed) === "valid";
  return fits && new Stays(guessed).violation(calls, empties, WORDS) === undefined ? "valid" : "no";
}

/** Values that cannot be ordered, where there are some. */
function orderOf(transits: readonly Transit[]): "valid" | "no" | readonly Transit[] {
  const staying = transits.filter(({ putRet, takeInv }) => putRet < takeInv).sort((a, b) => a.putRet - b.putRet);
  const todo: Transit[][] = [staying];
  let looks = 0;
  for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
    looks += block.length;
    if (looks > MOST_LOOKS) return "no";
    for (const piece of pieces(block)) {
      // All calls of a piece begin before this, and end after that.
      const lastBegin = piece.reduce((most, { takeInv }) => Math.max(most, takeInv), -1);
      const firstEnd = (piece[0] as Transit).putRet;
      const rest = piece.filter(({ putInv, takeRet }) => putInv > firstEnd || takeRet < lastBegin);
      if (rest.length === piece.length) return piece;
      if (rest.length > 0) todo.push(rest);
    }
  }
  return "valid";
}

/** Splits values, ordered by where their stays begin, at the moments in no stay. */
function pieces(block: readonly Transit[]): Transit[][] {
  const out: Transit[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const transit of block) {
    if (transit.putRet > until) out.push([]);
    (out[out.length - 1] as Transit[]).push(transit);
    until = Math.max(until, transit.takeInv);
  }
  return out;
}
