/** Did the faults happen? A fault that did not bite, or that nobody was there to feel, proves nothing about the system. */
import type { CheckContext, Checker, Verdict } from "../src/core/checker.js";
import type { FaultKind, FaultWindow } from "../src/core/fault.js";
import { faultRecordOf } from "../src/core/fault.js";
import type { History } from "../src/core/history.js";
import type { NodeId } from "../src/core/op.js";
import { type Calls, callsOf } from "./calls.js";
import { counted, lowerBound, toMs } from "./numbers.js";

export interface FaultsOptions {
  /** Was a nemesis asked for? Then a run without faults is unknown. Default false. */
  readonly expected?: boolean;
  /** How many windows to list. Default 100. */
  readonly limit?: number;
}

export interface FaultSummary {
  readonly kind: FaultKind;
  readonly shape?: string;
  readonly oneWay?: boolean;
  readonly targets: readonly NodeId[];
  readonly beginMs: number;
  /** Proved to bite everywhere. */
  readonly biteMs: number;
  /** Healing began; null: never. */
  readonly endMs: number | null;
  readonly healedMs: number | null;
  readonly proved: boolean;
  readonly healProved: boolean;
  /** Client ops that were under way while it lasted. */
  readonly opsTried: number;
}

export interface FaultsVerdict extends Verdict {
  readonly applied: number;
  readonly proved: number;
  readonly healed: number;
  readonly healProved: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly windows: readonly FaultSummary[];
  readonly windowsTotal: number;
  /** What the nemesis failed to do, in its words; at most 10. */
  readonly errors: readonly string[];
}

/**
 * The faults checker. unknown: a nemesis was asked for and nothing was applied; a fault or its end was not proved; or no op
 * was tried during any fault of some kind. true otherwise, also for a run without faults. Never false.
 */
export function faultsChecker(options: FaultsOptions = {}): Checker {
  return { name: "faults", check: (history, context) => check(history, context, options) };
}

function check(history: History, _context: CheckContext, options: FaultsOptions): FaultsVerdict {
  const calls = callsOf(history);
  const { windows } = calls;
  const all = faultSummaries(calls);
  const errors = errorsOf(calls);
  const doubts = doubtsOf(windows, all, options.expected === true, errors);
  const proved = windows.filter((window) => window.proved).length;
  const byKind: Record<string, number> = {};
  for (const { kind } of windows) byKind[kind] = (byKind[kind] ?? 0) + 1;
  const counts = {
    applied: windows.length,
    proved,
    healed: windows.filter(({ endNs }) => endNs !== -1).length,
    healProved: windows.filter(({ healProved }) => healProved).length,
  };
  const kinds = Object.entries(byKind).map(([kind, count]) => counted(count, kind));
  const good = windows.length === 0 ? "no fault was applied" : `${kinds.join(", ")}: all proved, all healed`;
  return {
    valid: doubts.length > 0 ? "unknown" : true,
    summary: doubts.length > 0 ? doubts.join("; ") : good,
    ...counts,
    byKind,
    windows: all.slice(0, options.limit ?? 100),
    windowsTotal: all.length,
    errors,
  };
}

/** A cut that was replaced by the next one at once needs no healing of its own. */
function replaced(windows: readonly FaultWindow[], at: number): boolean {
  const { kind, endNs } = windows[at] as FaultWindow;
  return windows.some((other, i) => i > at && other.kind === kind && other.beginNs === endNs);
}

function doubtsOf(
  windows: readonly FaultWindow[],
  told: readonly FaultSummary[],
  expected: boolean,
  errors: readonly string[],
): string[] {
  const doubts: string[] = [];
  if (windows.length === 0) {
    const why = errors[0] === undefined ? "" : ` (${errors[0]})`;
    return expected ? [`a nemesis was asked for, but no fault was applied${why}`] : doubts;
  }
  const unproved = told.filter(({ proved }) => !proved);
  if (unproved.length > 0)
    doubts.push(`${counted(unproved.length, "fault")} not proved to bite (${namesOf(unproved)})`);
  const unhealed = told.filter(({ healProved }, i) => !healProved && !replaced(windows, i));
  if (unhealed.length > 0)
    doubts.push(`${counted(unhealed.length, "fault")} not proved to have ended (${namesOf(unhealed)})`);
  for (const kind of new Set(told.map((one) => one.kind))) {
    const ofKind = told.filter((one) => one.kind === kind);
    if (ofKind.every(({ opsTried }) => opsTried === 0)) doubts.push(`no op was tried during any ${kind}`);
  }
  return doubts;
}

function namesOf(faults: readonly FaultSummary[]): string {
  const names = faults.map(({ kind, beginMs }) => `${kind} at ${(beginMs / 1000).toFixed(1)} s`);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")}, …` : names.join(", ");
}

/** The faults of a history as results show them, oldest first. */
export function faultSummaries(calls: Calls): FaultSummary[] {
  return calls.windows.map((window) => summaryOf(window, calls));
}

function summaryOf(window: FaultWindow, calls: Calls): FaultSummary {
  const { kind, shape, oneWay, targets, beginNs, biteNs, endNs, healedNs, proved, healProved } = window;
  return {
    kind,
    ...(shape === undefined ? {} : { shape }),
    ...(oneWay === undefined ? {} : { oneWay }),
    targets,
    beginMs: toMs(beginNs),
    biteMs: toMs(biteNs),
    endMs: endNs === -1 ? null : toMs(endNs),
    healedMs: healedNs === -1 ? null : toMs(healedNs),
    proved,
    healProved,
    opsTried: triedDuring(calls, biteNs, endNs === -1 ? Number.POSITIVE_INFINITY : endNs),
  };
}

/** Ops invoked while a fault bit everywhere. Invocation times ascend, so two binary searches count them. */
function triedDuring(calls: Calls, fromNs: number, toNs: number): number {
  return Math.max(0, lowerBound(calls.invokeNs, toNs) - lowerBound(calls.invokeNs, fromNs));
}

/** Completions of the nemesis that carry no fault record but an error: what was asked for and did not happen. */
function errorsOf(calls: Calls): string[] {
  const errors = new Set<string>();
  for (const op of calls.nemesisOps) {
    if (op.type !== "invoke" && op.error !== undefined && faultRecordOf(op) === undefined)
      errors.add(`${op.f}: ${op.error}`);
  }
  return [...errors].slice(0, 10);
}
