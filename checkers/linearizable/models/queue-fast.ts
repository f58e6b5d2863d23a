/**
 * Queues of values that go in once, in near-linear time. Without crashed and empty dequeues such a history has an order iff no
 * two values come out in the wrong one: not enq(a) before enq(b) and deq(b) before deq(a), where "never" is after everything
 * (Henzinger, Sezgin & Vafeiadis 2013, "Aspect-oriented linearizability proofs").
 *
 * Crashed dequeues may have taken values that nobody else did. Such a value has to be gone before deq(b) ends, for every b
 * dequeued whose enqueue began after its own had ended: that is its deadline. A crashed dequeue can meet it if it began
 * before. Both only have a place in time, so counting is enough: of all deadlines up to t there must be no more than crashed
 * dequeues begun before t (Hall). A crashed dequeue ends at infinity, so that it breaks no other pair.
 * An empty dequeue needs a moment at which all that was enqueued for sure is gone (see Stays): a moment q puts a deadline of q
 * on every value whose enqueue had ended by q. Whether q can be had does not depend on the moments of other empty dequeues:
 * what an earlier one asks for, a later one asks for too.
 */
import type { Calls, Part } from "../calls.js";
import { NEVER } from "../calls.js";
import type { FastOutcome, Violation } from "../family.js";
import { at, show, who } from "../words.js";
import { neverEmpty } from "./never-empty.js";
import { queueModel } from "./queue.js";
import { Stays } from "./stays.js";
import {
  callsOfTransits,
  putText,
  type Transit,
  type TransitWords,
  tookText,
  transitsOf,
  untakenText,
} from "./transits.js";

const WORDS: TransitWords = {
  put: "enqueued",
  take: "dequeued",
  toPut: "enqueue",
  toTake: "dequeue",
  object: "queue",
  model: queueModel,
};

/** A value that has to be gone by `by`, for `forced` came out then and had gone in later. */
interface Deadline {
  readonly transit: Transit;
  readonly by: number;
  readonly forced: Transit;
}

export function queueFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const found = transitsOf(calls, part, queueModel.init(initial), WORDS);
  if (found === "no" || "calls" in found) return found;
  const { transits, empties, crashed } = found;
  const taken = transits.filter(({ take }) => take !== -1);
  const left = transits.filter(({ take }) => take === -1);
  const swapped = wrongOrder(calls, taken);
  if (swapped !== undefined) return swapped;
  const deadlines = deadlinesOf(taken, left);
  if (crashed.length === 0) {
    const first = deadlines[0];
    if (first !== undefined) return leftBehind(calls, first);
    return new Stays(transits).violation(calls, empties, WORDS) ?? "valid";
  }
  const begins = crashed.map((call) => calls.inv[call] as number);
  const late = tooMany(deadlines, begins);
  if (late !== -1) return takenByNobody(calls, deadlines.slice(0, late + 1), crashed);
  // Where even what was dequeued for sure leaves no moment, the rest need not be looked at.
  const stays = new Stays(taken);
  const never = stays.violation(calls, empties, WORDS);
  if (never !== undefined) return never;
  const goneBy = left.map(({ putRet }) => putRet);
  const due = deadlines.map(({ transit, by }) => ({ from: transit.putRet, by }));
  const windows = empties.map((take) => [calls.inv[take] as number, calls.ret[take] as number] as const);
  return neverEmpty(windows, goneBy, due, begins, stays) ? { calls: [...part.calls] } : "valid";
}

/** Two values that came out in the other order than they went in. */
function wrongOrder(calls: Calls, taken: readonly Transit[]): Violation | undefined {
  const byEnd = taken.toSorted((a, b) => a.takeRet - b.takeRet);
  let latest: Transit | undefined;
  let i = 0;
  for (const transit of taken.toSorted((a, b) => a.takeInv - b.takeInv)) {
    for (; i < byEnd.length && (byEnd[i] as Transit).takeRet < transit.takeInv; i++) {
      const gone = byEnd[i] as Transit;
      if (latest === undefined || gone.putInv > latest.putInv) latest = gone;
    }
    if (latest === undefined || latest.putInv < transit.putRet) continue;
    const younger = latest;
    return {
      text: () =>
        `${tookText(calls, younger, WORDS)}, before ${who(calls, transit.take)} began to dequeue ${show(calls.history.value(transit.value))}${at(calls, transit.takeInv)}; but ${wentInFirst(calls, transit, younger)}`,
      calls: callsOfTransits([transit, younger]),
    };
  }
  return undefined;
}

/** "p0 enqueued 1 at 0.1 s, before p1 began to enqueue 2 at 0.2 s". */
function wentInFirst(calls: Calls, older: Transit, younger: Transit): string {
  const began = `${who(calls, younger.put)} began to enqueue ${show(calls.history.value(younger.value))}${at(calls, younger.putInv)}`;
  return `${putText(calls, older, WORDS)}, before ${younger.put === -1 ? "that" : began}`;
}

/** The deadlines of values that nobody took for sure, soonest first. */
function deadlinesOf(taken: readonly Transit[], left: readonly Transit[]): Deadline[] {
  const byPut = taken.toSorted((a, b) => b.putInv - a.putInv);
  const out: Deadline[] = [];
  let soonest: Transit | undefined;
  let i = 0;
  for (const transit of left.toSorted((a, b) => b.putRet - a.putRet)) {
    for (; i < byPut.length && (byPut[i] as Transit).putInv > transit.putRet; i++) {
      const younger = byPut[i] as Transit;
      if (soonest === undefined || younger.takeRet < soonest.takeRet) soonest = younger;
    }
    if (soonest !== undefined) out.push({ transit, by: soonest.takeRet, forced: soonest });
  }
  return out.sort((a, b) => a.by - b.by || a.transit.putRet - b.transit.putRet);
}

/** The place of the first deadline that cannot be met by dequeues begun at these positions; -1: all can. */
function tooMany(deadlines: readonly Deadline[], begins: readonly number[]): number {
  return deadlines.findIndex(({ by }, i) => (begins[i] ?? NEVER) > by);
}

function leftBehind(calls: Calls, { transit, forced }: Deadline): Violation {
  return {
    text: () =>
      `${tookText(calls, forced, WORDS)}, but ${wentInFirst(calls, transit, forced)}, and ${untakenText(calls, [transit], forced.take, WORDS)} ${show(calls.history.value(transit.value))}`,
    calls: callsOfTransits([transit, forced]),
  };
}

/** More values had to be gone than crashed dequeues could have taken. The last of `due` shows when. */
function takenByNobody(calls: Calls, due: readonly Deadline[], crashed: readonly number[]): Violation {
  const last = due[due.length - 1] as Deadline;
  const could = crashed.filter((call) => (calls.inv[call] as number) < last.by);
  if (could.length === 0) return leftBehind(calls, last);
  const forced = new Set(due.map((deadline) => deadline.forced));
  return {
    text: () =>
      `${tookText(calls, last.forced, WORDS)}, and ${due.length} values enqueued before it had to be gone by then (${due.map(({ transit }) => show(calls.history.value(transit.value))).join(", ")}), but ${untakenText(
        calls,
        due.map(({ transit }) => transit),
        last.forced.take,
        WORDS,
      )} them, and only ${could.length} dequeue${could.length === 1 ? "" : "s"} that got no answer had begun`,
    calls: [...callsOfTransits([...due.map(({ transit }) => transit), ...forced]), ...could],
  };
}
