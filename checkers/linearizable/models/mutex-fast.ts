/**
 * Mutexes in near-linear time. Each acquire and the release by the same process form a session; the lock is held for sure
 * from where the acquire ended to where the release began (for ever, where there is none), and sessions fit into an order iff
 * no two of these overlap: place each acquire just before its end, each release just after its begin. The zone test of
 * Gibbons & Korach (1997), where all zones are forward.
 *
 * Crashed acquires may be dropped: whoever crashed releases no more, so in any order such an acquire is the last call. That
 * needs every release to have an acquire of its own; else the method does not apply. Counterexample: p0's acquire crashed,
 * p1, which never acquired, releases: legal.
 * With tokens the order of the sessions is given, and is walked.
 */

import { did } from "../call-words.js";
import { type Calls, MAYBE, type Part } from "../calls.js";
import type { FastOutcome, Violation } from "../family.js";
import { at, timeOf, who } from "../words.js";
import { holds, tokenIn, tokenOf } from "./mutex.js";

const ACQUIRE = 0;

interface Session {
  readonly acquire: number;
  /** -1: never begun. */
  release: number;
  readonly token: number | null;
}

export function mutexFast(calls: Calls, part: Part, initial: unknown): FastOutcome {
  if (holds(initial)) return "no";
  const sessions = sessionsOf(calls, part);
  if (sessions === undefined) return "no";
  const fenced = sessions.filter(({ token }) => token !== null).length;
  if (fenced === 0) return twoHolders(calls, sessions) ?? "valid";
  return fenced === sessions.length ? inTokenOrder(calls, sessions) : "no";
}

function sessionsOf(calls: Calls, part: Part): Session[] | undefined {
  const { history } = calls;
  const sessions: Session[] = [];
  const current = new Map<number, Session>();
  for (const call of part.calls) {
    const process = history.processes[calls.inv[call] as number] as number;
    const input = history.value(calls.inputs[call] as number);
    const held = current.get(process);
    if (calls.fs[call] === ACQUIRE) {
      if (calls.status[call] === MAYBE) continue;
      if (held !== undefined) return undefined;
      const session = {
        acquire: call,
        release: -1,
        token: tokenOf(input, history.value(calls.outputs[call] as number)),
      };
      sessions.push(session);
      current.set(process, session);
      continue;
    }
    if (held === undefined) return undefined;
    const named = tokenIn(input);
    if (named !== null && held.token !== null && named !== held.token) return undefined;
    held.release = call;
    current.delete(process);
  }
  return sessions;
}

function twoHolders(calls: Calls, sessions: readonly Session[]): Violation | undefined {
  const { inv, ret } = calls;
  const byEnd = sessions.toSorted((a, b) => (ret[a.acquire] as number) - (ret[b.acquire] as number));
  for (let i = 1; i < byEnd.length; i++) {
    const [before, after] = [byEnd[i - 1] as Session, byEnd[i] as Session];
    if (before.release === -1 || (ret[after.acquire] as number) < (inv[before.release] as number))
      return heldTwice(calls, before, after);
  }
  return undefined;
}

function inTokenOrder(calls: Calls, sessions: readonly Session[]): FastOutcome {
  const { inv, ret } = calls;
  const order = sessions.toSorted((a, b) => Number(a.token) - Number(b.token));
  /** Of the sessions so far, the one whose call began last, and where. */
  let latest: Session | undefined;
  let begun = -1;
  let before: Session | undefined;
  for (const session of order) {
    if (before !== undefined) {
      if (before.token === session.token) return sameToken(calls, before, session);
      if (before.release === -1) return heldTwice(calls, before, session);
    }
    const ends = Math.min(...ofSession(session).map((call) => ret[call] as number));
    if (latest !== undefined && ends < begun) return outOfOrder(calls, latest, session);
    for (const call of ofSession(session)) {
      if ((inv[call] as number) < begun) continue;
      begun = inv[call] as number;
      latest = session;
    }
    before = session;
  }
  return "valid";
}

function ofSession({ acquire, release }: Session): number[] {
  return release === -1 ? [acquire] : [acquire, release];
}

/** `before` was not even begun to be released when `after` was acquired. */
function heldTwice(calls: Calls, before: Session, after: Session): Violation {
  const text = (): string => {
    const [first, second] = [calls.ret[before.acquire] as number, calls.ret[after.acquire] as number];
    const holder = who(calls, before.acquire);
    // The tokens alone say who came first where the smaller one was told later.
    const held =
      first < second
        ? `${holder} had acquired it${tokenText(before)}${at(calls, first)}`
        : `${holder} had acquired it with the smaller token ${before.token}, though told so only${at(calls, first)},`;
    const released = `began to release it only later${at(calls, calls.inv[before.release] as number)}`;
    const kept = releasesLater(calls, before) ? "had not begun to release it" : "never released it";
    return `${acquired(calls, after)}, but ${held} and ${before.release === -1 ? kept : released}`;
  };
  return { text, calls: [...ofSession(before), ...ofSession(after)] };
}

/** Does the holder release in the whole history, of which the sessions may be a part? */
function releasesLater(calls: Calls, { acquire }: Session): boolean {
  const { history, inv, fs, keys } = calls;
  const processOf = (call: number): number => history.processes[inv[call] as number] as number;
  for (let call = acquire + 1; call < calls.count; call++)
    if (fs[call] !== ACQUIRE && keys[call] === keys[acquire] && processOf(call) === processOf(acquire)) return true;
  return false;
}

function sameToken(calls: Calls, a: Session, b: Session): Violation {
  const text = (): string => `${acquired(calls, a)} and ${acquired(calls, b)}: no token may be given twice`;
  return { text, calls: [...ofSession(a), ...ofSession(b)] };
}

/** `smaller` has the smaller token, but a call of it began only after a call of `larger` had ended. */
function outOfOrder(calls: Calls, smaller: Session, larger: Session): Violation {
  const { inv, ret } = calls;
  if ((inv[smaller.acquire] as number) < (ret[larger.acquire] as number)) return heldTwice(calls, smaller, larger);
  const text = (): string => {
    const began = timeOf(calls, inv[smaller.acquire] as number);
    return `${acquired(calls, smaller)}${began === "" ? "" : `, begun at ${began}`}, but ${acquired(calls, larger)} before: tokens must grow`;
  };
  return { text, calls: [larger, smaller].flatMap(ofSession) };
}

const tokenText = ({ token }: Session): string => (token === null ? "" : ` (token ${token})`);

function acquired(calls: Calls, session: Session): string {
  return did(calls, session.acquire, `acquired the lock${tokenText(session)}`);
}
