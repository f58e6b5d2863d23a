/** Picks, out of all messages of a simulated run, those that tell how a violation came about. Pure. */
import type { TraceEntry } from "../src/core/trace.js";
import { isFields } from "./read.js";
import type { OpPair } from "./survey.js";

/** What happened at a moment: a message between nodes, or one end of an op of the witness. */
export type Moment =
  | { readonly atNs: number; readonly entry: TraceEntry }
  | { readonly atNs: number; readonly op: OpPair; readonly end: boolean };

export interface TraceWindow {
  /** In order of time. */
  readonly moments: readonly Moment[];
  /** Messages near these moments that are not shown. */
  readonly left: number;
  /** Values of the witness: a message's label names those it carries. */
  readonly values: ReadonlySet<unknown>;
}

/** Moments of a picture at most: more than a person follows, but a story may have long arms. */
const MOMENTS_MAX = 60;
/** Messages that carry a value of the witness, wherever they are in its time. */
const TELLING_MAX = 36;
/** This close to the begin or the end of an op, every message may matter. */
const NEAR_NS = 4e6;

/**
 * The messages around a witness: those that carry one of its values, those that were dropped close to one of its ops, what
 * happened to nodes and links, and then whatever else was sent close by. Undefined where there is no message to show.
 */
export function traceAround(pairs: readonly OpPair[], trace: readonly TraceEntry[]): TraceWindow | undefined {
  if (pairs.length === 0 || trace.length === 0) return undefined;
  const edges = pairs.flatMap(({ invoke, end }) => [invoke.time, ...(end === undefined ? [] : [end.time])]);
  const begin = Math.min(...edges) - NEAR_NS;
  const end = Math.max(...edges) + NEAR_NS;
  const inTime = trace.filter(({ sentNs }) => sentNs >= begin && sentNs <= end);
  const wanted = wantedOf(pairs);
  const near = inTime.filter(({ sentNs }) => edges.some((edge) => Math.abs(edge - sentNs) <= NEAR_NS));
  const telling = inTime.filter((entry) => entry.kind === "message" && mentions(entry.body, wanted));
  const chosen = new Set<TraceEntry>();
  const take = (entries: readonly TraceEntry[], most: number): void => {
    for (const entry of entries) if (chosen.size < most) chosen.add(entry);
  };
  const room = MOMENTS_MAX - Math.min(edges.length, 24);
  take(
    inTime.filter(({ kind }) => kind === "fault" || kind === "node"),
    12,
  );
  take(earliest(telling, edges), Math.min(room, chosen.size + TELLING_MAX));
  take(
    near.filter(({ fate }) => fate !== "delivered"),
    Math.min(room, chosen.size + 8),
  );
  take(
    near.filter(({ kind }) => kind === "message"),
    Math.min(room, chosen.size + 12),
  );
  if (chosen.size === 0) return undefined;
  const moments: Moment[] = [...chosen].map((entry) => ({ atNs: entry.sentNs, entry }));
  for (const op of pairs) {
    moments.push({ atNs: op.invoke.time, op, end: false });
    if (op.end !== undefined) moments.push({ atNs: op.end.time, op, end: true });
  }
  const left = near.filter((entry) => !chosen.has(entry)).length;
  return { moments: moments.sort((a, b) => a.atNs - b.atNs), left, values: wanted.values };
}

/** Those sent soonest after an op began or ended come first: a value's first journey tells most, its repetitions little. */
function earliest(entries: readonly TraceEntry[], edges: readonly number[]): TraceEntry[] {
  const sorted = edges.toSorted((a, b) => a - b);
  const after = ({ sentNs }: TraceEntry): number => sentNs - (sorted.findLast((edge) => edge <= sentNs) ?? sentNs);
  return entries.toSorted((a, b) => after(a) - after(b));
}

interface Wanted {
  readonly keys: ReadonlySet<unknown>;
  readonly values: ReadonlySet<unknown>;
}

/** Values that the witness's ops wrote or compared: reads of long lists would name everything. */
function wantedOf(pairs: readonly OpPair[]): Wanted {
  const values = new Set<unknown>();
  const add = (value: unknown, depth: number): void => {
    if (typeof value === "number" || typeof value === "string") values.add(value);
    else if (Array.isArray(value) && value.length <= 8 && depth < 3) for (const item of value) add(item, depth + 1);
  };
  for (const { invoke, end } of pairs) {
    add(invoke.value, 0);
    if (end !== undefined) add(end.value, 0);
  }
  const keys = pairs.flatMap(({ invoke }) => (invoke.key === undefined ? [] : [invoke.key]));
  return { keys: new Set<unknown>(keys), values };
}

/** Does a message carry one of these values, for one of these keys where it names a key? */
function mentions(body: unknown, wanted: Wanted, depth = 0): boolean {
  if (depth > 6) return false;
  if (Array.isArray(body)) return body.length <= 200 && body.some((item) => mentions(item, wanted, depth + 1));
  if (!isFields(body)) return false;
  const { key } = body;
  const otherKey = key !== undefined && wanted.keys.size > 0 && !wanted.keys.has(key);
  if (otherKey) return false;
  const named = key !== undefined || "value" in body || "el" in body || "x" in body;
  const holds = (value: unknown): boolean =>
    wanted.values.has(value) || (Array.isArray(value) && value.length <= 8 && value.some(holds));
  if (named && [body["value"], body["el"], body["x"]].some(holds)) return true;
  return Object.values(body).some((child) => mentions(child, wanted, depth + 1));
}
