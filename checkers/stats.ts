/** How many ops of each kind were tried and how they ended; catches the run in which some kind of op never worked at all. */
import type { CheckContext, Checker, Verdict } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type Calls, callsOf, FAIL, INFO, OK } from "./calls.js";

export interface EndCounts {
  readonly count: number;
  readonly ok: number;
  readonly fail: number;
  /** Unknown endings; ops the history ends without are among them. */
  readonly info: number;
}

export interface ErrorCount {
  readonly f: string;
  readonly error: string;
  readonly count: number;
}

export interface StatsVerdict extends Verdict, EndCounts {
  readonly byF: Readonly<Record<string, EndCounts>>;
  readonly byNode: Readonly<Record<string, EndCounts>>;
  /** The errors seen, most frequent first, at most 20. */
  readonly errors: readonly ErrorCount[];
}

/** The stats checker. unknown: no op was tried, or some f never succeeded. Never false (Jepsen's rule says false there). */
export function statsChecker(): Checker {
  return { name: "stats", holds, check };
}

/** Something was tried, and each f succeeded once. */
function holds(history: History): boolean {
  const calls = callsOf(history);
  const succeeded = new Uint8Array(calls.fs.length);
  for (let call = 0; call < calls.length; call++) if (calls.type[call] === OK) succeeded[calls.f[call] as number] = 1;
  return calls.length > 0 && !succeeded.includes(0);
}

function check(history: History, _context: CheckContext): StatsVerdict {
  const calls = callsOf(history);
  const byF = tally(calls, calls.f, calls.fs);
  const silent = Object.keys(byF).filter((f) => byF[f]?.ok === 0);
  const total = sum(Object.values(byF));
  const valid = calls.length === 0 || silent.length > 0 ? "unknown" : true;
  const summary =
    calls.length === 0
      ? "no op was tried"
      : silent.length > 0
        ? `no ${silent.join(", no ")} ever succeeded`
        : `${total.ok} ok, ${total.fail} failed, ${total.info} unknown`;
  return { valid, summary, ...total, byF, byNode: tally(calls, calls.node, calls.nodes), errors: errorsOf(calls) };
}

function tally(calls: Calls, column: Int32Array, names: readonly string[]): Record<string, EndCounts> {
  const ends = new Float64Array(names.length * 3);
  for (let call = 0; call < calls.length; call++) {
    const id = column[call] as number;
    const type = calls.type[call] as number;
    if (id !== -1) ends[id * 3 + Math.min(type, INFO)] = (ends[id * 3 + Math.min(type, INFO)] as number) + 1;
  }
  const out: Record<string, EndCounts> = {};
  names.forEach((name, id) => {
    const [ok, fail, info] = [ends[id * 3 + OK], ends[id * 3 + FAIL], ends[id * 3 + INFO]] as [number, number, number];
    // A node that only ever answered redirects has no calls of its own.
    if (ok + fail + info > 0) out[name] = { count: ok + fail + info, ok, fail, info };
  });
  return out;
}

function sum(rows: readonly EndCounts[]): EndCounts {
  const total = { count: 0, ok: 0, fail: 0, info: 0 };
  for (const row of rows) {
    total.count += row.count;
    total.ok += row.ok;
    total.fail += row.fail;
    total.info += row.info;
  }
  return total;
}

function errorsOf(calls: Calls): ErrorCount[] {
  const counts = new Map<number, number>();
  for (let call = 0; call < calls.length; call++) {
    const error = calls.error[call] as number;
    if (error === -1) continue;
    const id = (calls.f[call] as number) * calls.errors.length + error;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, 20)
    .map(([id, count]) => {
      const f = calls.fs[Math.floor(id / calls.errors.length)] as string;
      return { f, error: calls.errors[id % calls.errors.length] as string, count };
    });
}
