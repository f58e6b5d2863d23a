/**
 * Sets in near-linear time: those that are only added to and read as a whole by their growth (grow-fast.ts), and single
 * elements that are added and removed at most once.
 *
 * Such an element is in the set during one stretch of time at most, from p to q, so all there is to choose is p and q; each
 * find must overlap the stretch, and each miss must not lie within it. So p is as late and q as early as the finds allow.
 */
import { valueKey } from "../../../src/history/index.js";
import { callOf } from "../call-words.js";
import { type Calls, DONE, NEVER, type Part } from "../calls.js";
import type { FastOutcome } from "../family.js";
import { growFast } from "./grow-fast.js";
import { answered, setModel } from "./set.js";

const ADD = 0;
const REMOVE = 1;
const READ = 3;

export function setFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const { fs } = calls;
  if (!part.calls.some((call) => fs[call] === READ)) return eachElement(calls, part, initial);
  const grows = part.calls.every(
    (call) => fs[call] === READ || (fs[call] === ADD && answered(callOf(calls, call, setModel)) === undefined),
  );
  return grows ? growFast(calls, part, initial, { put: ADD, read: READ, ordered: false }) : "no";
}

/** Mostly one element is all there is; a part whose reads were left out may have more. */
function eachElement(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const elements = new Map<string, number[]>();
  for (const call of part.calls) {
    const key = valueKey(calls.history.value(calls.inputs[call] as number));
    const same = elements.get(key);
    if (same === undefined) elements.set(key, [call]);
    else same.push(call);
  }
  const outcomes = [...elements.values()].map((same) =>
    elementFast(calls, { key: part.key, calls: Int32Array.from(same) }, initial),
  );
  return outcomes.find((outcome) => typeof outcome === "object") ?? (outcomes.includes("no") ? "no" : "valid");
}

/** When a call may have taken effect: after `from`, before `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly sure: boolean;
}

function elementFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  const { inv, ret, fs, status } = calls;
  let add: Span | undefined;
  let remove: Span | undefined;
  let firstFound = NEVER;
  let lastFound = -1;
  const misses: number[] = [];
  for (const call of part.calls) {
    const said = answered(callOf(calls, call, setModel));
    const span = { from: inv[call] as number, to: ret[call] as number, sure: status[call] === DONE };
    if (fs[call] === ADD || fs[call] === REMOVE) {
      if (said !== undefined || (fs[call] === ADD ? add : remove) !== undefined) return "no";
      if (fs[call] === ADD) add = span;
      else remove = span;
    } else if (said === true) {
      firstFound = Math.min(firstFound, span.to);
      lastFound = Math.max(lastFound, span.from);
    } else if (said === false) misses.push(call);
    else return "no";
  }
  const first = part.calls[0];
  // Every call of the part has the same element.
  const element = first === undefined ? "" : valueKey(calls.history.value(calls.inputs[first] as number));
  if (first !== undefined && setModel.init(initial).includes(element)) {
    if (add !== undefined) return "no";
    add = { from: -2, to: -1, sure: true };
  }
  const lastMissed = misses.reduce((latest, call) => Math.max(latest, inv[call] as number), -2);
  const neverIn = add?.sure !== true && lastFound === -1;
  // Added and not removed after: by no remove at all, or by one that came before.
  const stays = (after: number): boolean =>
    add !== undefined && Math.max(add.from, after, lastMissed) < Math.min(add.to, firstFound);
  const comesAndGoes = (): boolean => {
    if (add === undefined || remove === undefined) return false;
    const p = Math.min(add.to, firstFound, remove.to);
    const q = Math.max(remove.from, lastFound);
    if (add.from > p || q > remove.to) return false;
    return !misses.some((call) => (inv[call] as number) > p && (ret[call] as number) < q);
  };
  const possible = neverIn || stays(remove?.sure === true ? remove.from : -2) || comesAndGoes();
  return possible ? "valid" : { calls: [...part.calls] };
}
