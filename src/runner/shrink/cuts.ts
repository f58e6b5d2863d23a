/**
 * Smaller plans to try, the boldest first: a shorter time, an ordinary network, fewer clients, faults, keys and ops, less idle
 * time. Lists are cut by halves, then quarters, … down to single entries (Zeller and Hildebrandt's ddmin, 2002).
 */
import type { PlanFile } from "../plan-file.js";

type Ops = NonNullable<PlanFile["ops"]>;
type Fault = PlanFile["faults"][number];

/** A smaller plan, and where to go on if it still fails. */
export interface Cut {
  readonly plan: PlanFile;
  readonly next: Cursor;
}

/** How far the shrinking has come: the pass, its own position in it, and whether anything was cut since the first pass. */
export interface Cursor {
  readonly pass: number;
  readonly at: number;
  readonly size: number;
  readonly dirty: boolean;
}

export const START: Cursor = { pass: 0, at: 0, size: 0, dirty: false };

interface Step {
  readonly plan: PlanFile;
  readonly at: number;
  readonly size: number;
}
type Pass = (plan: PlanFile, at: number, size: number) => Iterable<Step>;

const PASSES: readonly Pass[] = [
  shorterTime,
  (plan) => calmNetwork(plan),
  lists(
    (plan) => [...new Set(opsOf(plan).map(({ client }) => client))],
    (plan, clients) => ({ ...plan, ops: opsOf(plan).filter(({ client }) => clients.includes(client)) }),
  ),
  lists(windowsOf, (plan, windows) => ({ ...plan, faults: inOrder(plan.faults, windows.flat()) })),
  lists(
    (plan) => [...new Set(opsOf(plan).map(({ key }) => key))],
    (plan, keys) => ({ ...plan, ops: opsOf(plan).filter(({ key }) => keys.includes(key)) }),
  ),
  lists(opsOf, (plan, ops) => ({ ...plan, ops: [...ops] })),
  lists(
    (plan) => plan.faults,
    (plan, faults) => ({ ...plan, faults: [...faults] }),
  ),
  (plan) => fewerClients(plan),
  (plan) => lessIdle(plan),
];

/** Candidates from a cursor on, lazily. Ends when a whole round of passes has cut nothing. */
export function* cuts(plan: PlanFile, { pass, at, size, dirty }: Cursor): Generator<Cut> {
  for (let i = pass; i < PASSES.length; i++) {
    const steps = (PASSES[i] as Pass)(plan, i === pass ? at : 0, i === pass ? size : 0);
    for (const step of steps) yield { plan: step.plan, next: { pass: i, at: step.at, size: step.size, dirty: true } };
  }
  if (dirty) yield* cuts(plan, START);
}

function opsOf({ ops = [] }: PlanFile): Ops {
  return ops;
}

/** Keeps the order of the plan. */
const inOrder = (faults: readonly Fault[], kept: readonly Fault[]): Fault[] =>
  faults.filter((one) => kept.includes(one));

/** Leaves out a chunk of a list at a time, and goes on behind it, or in its place where that still fails. */
function lists<T>(of: (plan: PlanFile) => readonly T[], keep: (plan: PlanFile, kept: readonly T[]) => PlanFile): Pass {
  return function* chunks(plan, from, chunk) {
    const all = of(plan);
    if (all.length === 0) return;
    let at = from;
    for (let size = chunk === 0 ? all.length : Math.min(chunk, all.length); size >= 1; size = size >> 1) {
      for (; at < all.length; at += size) {
        yield { plan: keep(plan, [...all.slice(0, at), ...all.slice(at + size)]), at, size };
      }
      at = 0;
    }
  };
}

/** A fault with what ends it: begin and end are cut together first. */
function windowsOf({ faults }: PlanFile): readonly (readonly Fault[])[] {
  const windows: Fault[][] = [];
  const open = new Map<string, Fault[]>();
  for (const fault of faults) {
    const kind = KIND_OF[fault.f] ?? fault.f;
    const window = open.get(kind);
    if (fault.value === null && window !== undefined) {
      window.push(fault);
      open.delete(kind);
      continue;
    }
    const begun = [fault];
    windows.push(begun);
    if (fault.value !== null) open.set(kind, begun);
  }
  return windows;
}

/** How many faults a plan has: begins, not ends. */
export const countFaults = (plan: PlanFile): number => windowsOf(plan).length;

const KIND_OF: Readonly<Record<string, string>> = {
  "start-partition": "partition",
  "stop-partition": "partition",
  kill: "kill",
  start: "kill",
  pause: "pause",
  resume: "pause",
  "skew-clock": "clock",
  "reset-clock": "clock",
  "start-packet": "packet",
  "stop-packet": "packet",
};

function eventsOf(plan: PlanFile): readonly { readonly atMs: number }[] {
  return [...opsOf(plan), ...plan.faults];
}

/** The first event comes about when the main phase begins. */
const beginMs = (plan: PlanFile): number => Math.min(...eventsOf(plan).map(({ atMs }) => atMs));

/** Ends the run earlier: at an eighth, a quarter, a half, three quarters, nine tenths, or right after its last event. */
function* shorterTime(plan: PlanFile): Iterable<Step> {
  const began = beginMs(plan);
  const last = Math.max(...eventsOf(plan).map(({ atMs }) => atMs)) - began;
  const limits = [...PARTS.map((part) => plan.timeLimitMs * part), last + 200, last + 50];
  for (const limit of limits.map(Math.ceil)) {
    if (!(limit < plan.timeLimitMs) || limit < 1) continue;
    const inTime = ({ atMs }: { readonly atMs: number }): boolean => atMs < began + limit;
    const shorter = {
      ...plan,
      timeLimitMs: limit,
      ops: opsOf(plan).filter(inTime),
      faults: plan.faults.filter(inTime),
    };
    yield { plan: shorter, at: 0, size: 0 };
  }
}

const PARTS = [0.125, 0.25, 0.5, 0.75, 0.9] as const;

function* calmNetwork(plan: PlanFile): Iterable<Step> {
  const { network, ...calm } = plan;
  if (network === undefined) return;
  yield { plan: calm, at: 0, size: 0 };
  for (const name of Object.keys(network)) {
    const { [name]: _, ...rest } = network;
    yield { plan: { ...calm, ...(Object.keys(rest).length === 0 ? {} : { network: rest }) }, at: 0, size: 0 };
  }
}

/** Gives the ops of one client to another: at any node, since a client is pinned to one. Then numbers clients from 0. */
function* fewerClients(plan: PlanFile): Iterable<Step> {
  const ops = opsOf(plan);
  const clients = [...new Set(ops.map(({ client }) => client))].sort((a, b) => a - b);
  const move = (from: number, to: number): PlanFile => {
    const moved = ops.map((op) => (op.client === from ? { ...op, client: to } : op));
    return { ...plan, ops: moved };
  };
  for (const from of clients) for (const to of clients) if (from > to) yield { plan: move(from, to), at: 0, size: 0 };
  // The same node with a smaller number.
  for (const client of clients) {
    const small = client % plan.nodes;
    if (small !== client && !clients.includes(small)) yield { plan: move(client, small), at: 0, size: 0 };
  }
  const needed = Math.max(0, ...clients) + 1;
  if (needed < plan.concurrency) yield { plan: { ...plan, concurrency: needed }, at: 0, size: 0 };
}

/** Shortens the waits between events, the longest first. */
function* lessIdle(plan: PlanFile): Iterable<Step> {
  const times = [...new Set(eventsOf(plan).map(({ atMs }) => atMs))].sort((a, b) => a - b);
  const gaps = times
    .slice(1)
    .map((at, i) => ({ from: times[i] as number, at, length: at - (times[i] as number) }))
    .filter(({ length }) => length > SHORT_MS)
    .sort((a, b) => b.length - a.length);
  for (const { at, length } of gaps.slice(0, GAPS_TRIED)) {
    for (const left of [SHORT_MS, length / 2]) {
      const less = length - left;
      if (less < 1) continue;
      const earlier = <T extends { readonly atMs: number }>(one: T): T =>
        one.atMs < at ? one : { ...one, atMs: Math.round((one.atMs - less) * 1e6) / 1e6 };
      const ops = opsOf(plan).map(earlier);
      const timeLimitMs = Math.max(1, Math.ceil(plan.timeLimitMs - less));
      yield { plan: { ...plan, ops, faults: plan.faults.map(earlier), timeLimitMs }, at: 0, size: 0 };
    }
  }
}

const SHORT_MS = 20;
const GAPS_TRIED = 12;
