/** Tells what was lost: who wrote it, which node acknowledged it, when that was relative to the faults. */
import type { FaultKind, FaultWindow } from "../../src/core/fault.js";
import type { History } from "../../src/core/history.js";
import type { Key, NodeId } from "../../src/core/op.js";
import type { Calls } from "../calls.js";
import { describeMoment, type Moment, type Moments } from "../moment.js";
import { share, toMs } from "../numbers.js";
import { brief } from "../shorten.js";
import type { Finding, Findings } from "./findings.js";

/** What the writes go to. Lists: in transactions that append to them. */
export type LostWritesModel = "set" | "register" | "list";

/** One acknowledged write that is gone, or missing at some nodes. */
export interface LostWrite {
  readonly outcome: "lost" | "stale";
  readonly key?: Key;
  /** Sets and lists: the element; registers: the value. All carry it as `value`, sets and lists also as `element`. */
  readonly element?: unknown;
  readonly value: unknown;
  /** `index` of the acknowledging op in the history. */
  readonly index: number;
  readonly process: number;
  /** The node that acknowledged it: where a redirect led, else the one the client was pinned to. */
  readonly node?: NodeId;
  /** The node the client was pinned to, where another one acknowledged. */
  readonly pinned?: NodeId;
  readonly acknowledgedAtMs: number;
  readonly fault?: Moment;
  /** Where the final reads miss it. */
  readonly missingAt: readonly NodeId[];
  /** Registers: what a final read returned instead. */
  readonly finalValue?: unknown;
  /** One sentence. */
  readonly text: string;
}

export interface NodeLosses {
  readonly node: NodeId;
  /** Writes it acknowledged. */
  readonly acknowledged: number;
  readonly lost: number;
  readonly stale: number;
  readonly lostFraction: number;
}

export interface FaultLosses {
  /** Which fault of the run, from 0. */
  readonly fault: number;
  readonly kind: FaultKind;
  readonly shape?: string;
  readonly beganMs: number;
  readonly lost: number;
  readonly stale: number;
  /** Lost and stale ones by when they were acknowledged. */
  readonly before: number;
  readonly during: number;
  readonly after: number;
  readonly minority: number;
  readonly majority: number;
  /** How long after the fault began the last of them was acknowledged, ms. null: none during it. */
  readonly lastDuringMs: number | null;
}

/** A finding with its place and time. */
export interface Located {
  readonly found: Finding;
  /** Who acknowledged it. */
  readonly node: NodeId | undefined;
  readonly acknowledgedNs: number;
  readonly moment: Moment | undefined;
}

/**
 * All findings, worst first: lost before stale; then those no fault excuses (acknowledged while none was active), those of a
 * majority side, the rest; within each the later after the fault began the worse, since the node had the longer to notice.
 */
export function locate(calls: Calls, findings: readonly Finding[], moments: Moments): Located[] {
  const located = findings.map((found): Located => {
    const { call } = found;
    const node = calls.nodes[calls.via[call] as number] ?? calls.nodes[calls.node[call] as number];
    const acknowledgedNs = calls.endNs[call] as number;
    return { found, node, acknowledgedNs, moment: moments.at(acknowledgedNs, node) };
  });
  return located.sort(
    (a, b) =>
      Number(a.found.outcome === "stale") - Number(b.found.outcome === "stale") ||
      excuse(a) - excuse(b) ||
      (b.moment?.offsetMs ?? 0) - (a.moment?.offsetMs ?? 0) ||
      a.acknowledgedNs - b.acknowledgedNs,
  );
}

function excuse({ moment }: Located): number {
  if (moment === undefined || moment.relation !== "during") return 0;
  return moment.side === "majority" ? 1 : 2;
}

/** One finding as results show it. */
export function tell(history: History, calls: Calls, located: Located, model: LostWritesModel): LostWrite {
  const { found, node, acknowledgedNs, moment } = located;
  const { call, key, value, outcome, missingAt, instead } = found;
  const pinned = calls.nodes[calls.node[call] as number];
  return {
    outcome,
    ...(key === undefined ? {} : { key }),
    ...(model === "register" ? {} : { element: value }),
    value,
    index: history.op(calls.endPos[call] as number).index,
    process: calls.process[call] as number,
    ...(node === undefined ? {} : { node }),
    ...(pinned === undefined || pinned === node ? {} : { pinned }),
    acknowledgedAtMs: toMs(acknowledgedNs),
    ...(moment === undefined ? {} : { fault: moment }),
    missingAt,
    ...(instead === undefined ? {} : { finalValue: instead.value }),
    text: sentence(located, model),
  };
}

function sentence({ found, node, acknowledgedNs, moment }: Located, model: LostWritesModel): string {
  const { outcome, key, value, missingAt, instead } = found;
  const what = model === "register" ? `the write of ${brief(value)}` : `element ${brief(value)}`;
  const where = key === undefined ? "" : model === "register" ? ` to key ${key}` : ` of ${model} ${key}`;
  const when = moment === undefined ? `at ${Math.round(toMs(acknowledgedNs))} ms` : describeMoment(moment);
  const by = node === undefined ? "" : `by ${node} `;
  const gone =
    outcome === "stale"
      ? `is missing in the last reads at ${missingAt.join(", ")}, though others show it`
      : instead === undefined
        ? "is in no final read"
        : `is gone: the last read at ${missingAt[0]} returned ${brief(instead.value)}, written before it`;
  return `${what}${where}, acknowledged ${by}${when}, ${gone}`;
}

/** Losses by the node that acknowledged, most first. */
export function byNode(calls: Calls, findings: Findings, all: readonly Located[]): NodeLosses[] {
  const rows = new Map<NodeId, { acknowledged: number; lost: number; stale: number }>();
  const row = (node: NodeId): { acknowledged: number; lost: number; stale: number } => {
    const known = rows.get(node);
    if (known !== undefined) return known;
    const fresh = { acknowledged: 0, lost: 0, stale: 0 };
    rows.set(node, fresh);
    return fresh;
  };
  for (const call of findings.acknowledged) {
    const node = calls.nodes[calls.via[call] as number] ?? calls.nodes[calls.node[call] as number];
    if (node !== undefined) row(node).acknowledged++;
  }
  for (const { node, found } of all) if (node !== undefined) row(node)[found.outcome]++;
  return [...rows]
    .map(([node, counts]) => ({ node, ...counts, lostFraction: share(counts.lost, counts.acknowledged) }))
    .sort((a, b) => b.lost - a.lost || b.stale - a.stale || (a.node < b.node ? -1 : 1));
}

/** Losses by the fault that explains them, in the order of the faults; faults without losses are left out. */
export function byFault(all: readonly Located[], windows: readonly FaultWindow[]): FaultLosses[] {
  const rows = new Map<number, { -readonly [K in keyof FaultLosses]: FaultLosses[K] }>();
  for (const { found, moment } of all) {
    if (moment === undefined) continue;
    let row = rows.get(moment.fault);
    if (row === undefined) {
      const { kind, shape, beginNs } = windows[moment.fault] as FaultWindow;
      const zero = { lost: 0, stale: 0, before: 0, during: 0, after: 0, minority: 0, majority: 0, lastDuringMs: null };
      const named = shape === undefined ? {} : { shape };
      row = { fault: moment.fault, kind, ...named, beganMs: toMs(beginNs), ...zero };
      rows.set(moment.fault, row);
    }
    row[found.outcome]++;
    row[moment.relation]++;
    if (moment.relation !== "during") continue;
    if (moment.side !== undefined) row[moment.side]++;
    row.lastDuringMs = Math.max(row.lastDuringMs ?? 0, moment.offsetMs);
  }
  return [...rows.values()].sort((a, b) => a.fault - b.fault);
}
