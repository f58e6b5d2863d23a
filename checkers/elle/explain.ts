/** Cycles in words and as data: each step says why one transaction comes before the next, the last one contradicts the rest. */
import type { FoundCycle } from "./classify.js";
import { PROCESS, REALTIME, RW, WR, WW } from "./graph.js";
import type { TxnHistory } from "./txn-history.js";
import type { Cycle, CycleStep, DependencyKind, ElleAnomaly } from "./types.js";
import { opAt, opOf } from "./words.js";

/** Why `a` comes before `b` by a data dependency. */
export interface Reason {
  readonly key: unknown;
  /** A clause in which the two go by the names given. */
  words(a: string, b: string): string;
  /** Further transactions, whose reads prove the version order. */
  readonly evidence: readonly number[];
}

/** Finds the reason of a step of this kind (WW, WR or RW). */
export type Explainer = (a: number, b: number, kind: number) => Reason;

const NAMES: ReadonlyMap<number, DependencyKind> = new Map([
  [WW, "ww"],
  [WR, "wr"],
  [RW, "rw"],
  [PROCESS, "process"],
  [REALTIME, "realtime"],
]);

/** A found cycle as an anomaly. */
export function explainCycle(txns: TxnHistory, found: FoundCycle, explain: Explainer): Omit<ElleAnomaly, "type"> {
  const hops = lastRwLast(found.hops);
  const names = new Map(hops.map((hop, i) => [hop.from, `T${i + 1}`]));
  const name = (t: number): string => names.get(t) as string;
  const involved = new Set(hops.map((hop) => hop.from));
  const steps: CycleStep[] = [];
  for (const { from, to, kind } of hops) {
    const reason = reasonOf(txns, from, to, kind, explain);
    for (const t of reason.evidence) involved.add(t);
    steps.push({
      from: txns.at(from),
      to: txns.at(to),
      kind: NAMES.get(kind) as DependencyKind,
      ...(kind === PROCESS || kind === REALTIME ? {} : { key: reason.key }),
      why: reason.words(name(from), name(to)),
    });
  }
  const cycle: Cycle = { steps };
  const positions = [...involved].map((t) => txns.at(t)).sort((a, b) => a - b);
  const key = steps.find((step) => step.key !== undefined)?.key;
  return { text: tell(txns, hops, steps, name), positions, ...(key === undefined ? {} : { key }), cycle };
}

/** Turns the cycle so that it ends with an rw step, where it has one: what was not seen is the surprise. */
function lastRwLast(hops: FoundCycle["hops"]): FoundCycle["hops"] {
  const at = hops.findIndex((hop) => hop.kind === RW);
  return at < 0 ? hops : [...hops.slice(at + 1), ...hops.slice(0, at + 1)];
}

function tell(
  txns: TxnHistory,
  hops: FoundCycle["hops"],
  steps: readonly CycleStep[],
  name: (t: number) => string,
): string {
  const who = hops.map((hop) => `${name(hop.from)} = ${opOf(txns, hop.from)}`).join(", ");
  const lines = hops.map((hop, i) => {
    const order = `${name(hop.from)} before ${name(hop.to)}`;
    const why = (steps[i] as CycleStep).why;
    return i < hops.length - 1 ? `${order}: ${why}.` : `But ${order}: ${why}. A contradiction.`;
  });
  return `${who}. ${lines.join(" ")}`;
}

function reasonOf(txns: TxnHistory, a: number, b: number, kind: number, explain: Explainer): Reason {
  if (kind === REALTIME) {
    const done = txns.complete[a] as number;
    const began = txns.invoke[b] as number;
    const words = (x: string, y: string): string =>
      `${x} completed at ${opAt(txns, done)}${at(txns, done)}, before ${y} was invoked at ${opAt(txns, began)}${at(txns, began)}`;
    return { key: undefined, words, evidence: [] };
  }
  if (kind === PROCESS) {
    return { key: undefined, words: (x, y) => `process ${txns.process(a)} ran ${x} before ${y}`, evidence: [] };
  }
  return explain(a, b, kind);
}

/** " (1.204 s)", or nothing where the history has no times. */
function at(txns: TxnHistory, position: number): string {
  const { time } = txns.history.op(position);
  return time > 0 ? ` (${(time / 1e9).toFixed(3)} s)` : "";
}
