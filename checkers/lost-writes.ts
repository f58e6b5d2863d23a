/**
 * Did the system forget what it had acknowledged? Judges the quiet final reads of a set ("add", "read"), of registers
 * ("write", "cas", "read") or of lists in transactions ("txn" with "append" and "r"): after healing, with nothing else running, every acknowledged write must be there or overwritten.
 */
import type { CheckContext, Checker, Valid, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import type { Key, NodeId } from "../src/core/op.js";
import { type Calls, callsOf } from "./calls.js";
import { notHealed } from "./lost-writes/final-reads.js";
import type { Findings, Intruder } from "./lost-writes/findings.js";
import { lostRegisterWrites } from "./lost-writes/register.js";
import { ADDS, APPENDS, lostElements } from "./lost-writes/set.js";
import {
  byFault,
  byNode,
  type FaultLosses,
  type Located,
  type LostWrite,
  type LostWritesModel,
  locate,
  type NodeLosses,
  tell,
} from "./lost-writes/tell.js";
import { witnessOf } from "./lost-writes/witness.js";
import { Moments } from "./moment.js";
import { counted, percent, share } from "./numbers.js";
import { nodesOf } from "./sides.js";

export type { FaultLosses, LostWrite, LostWritesModel, NodeLosses } from "./lost-writes/tell.js";

export interface LostWritesOptions {
  /** What the history is about; found out from its f's where not given. */
  readonly model?: LostWritesModel;
  /** Registers: the value before anybody wrote. Default null. */
  readonly initial?: unknown;
  /** How many lost writes to list. Default 50. */
  readonly limit?: number;
}

export interface LostWritesVerdict extends Verdict {
  readonly model: LostWritesModel;
  /** Writes (sets and lists: elements) acknowledged. */
  readonly acknowledged: number;
  /** Of those: gone by every final read. */
  readonly lost: number;
  /** lost / acknowledged, 0 … 1. */
  readonly lostFraction: number;
  /** Of those acknowledged: there at some nodes and missing at others, although healed and quiet. */
  readonly stale: number;
  /** Never acknowledged (info), yet there. Allowed. */
  readonly recovered: number;
  /** Refused for certain (fail), yet there: the system or its driver is wrong. */
  readonly phantoms: number;
  /** Never written, yet there. */
  readonly unexpected: number;
  /** Acknowledged writes of keys without a final read: nothing is known of them. */
  readonly unread: number;
  readonly finalReads: number;
  /** Nodes no final read came from. */
  readonly unreadNodes: readonly NodeId[];
  /** Lost and stale writes, worst first, at most `limit`. */
  readonly elements: readonly LostWrite[];
  readonly elementsTotal: number;
  readonly byNode: readonly NodeLosses[];
  readonly byFault: readonly FaultLosses[];
  /** Examples of phantoms and unexpected values, at most 10 each. */
  readonly phantomValues: readonly { readonly key?: Key; readonly value: unknown }[];
  readonly unexpectedValues: readonly { readonly key?: Key; readonly value: unknown }[];
}

/**
 * The lost-writes checker. false: an acknowledged write is lost, or stale (some nodes show it, others do not), or a value
 * nobody wrote was read. unknown: nothing was acknowledged, no successful final read, a key without one, or a refused write
 * that is there all the same. A system that needs time to converge must be given it before the final reads.
 */
export function lostWritesChecker(options: LostWritesOptions = {}): Checker {
  return { name: "lost-writes", check: (history, context) => check(history, context, options) };
}

function check(history: History, context: CheckContext, options: LostWritesOptions): LostWritesVerdict {
  const calls = callsOf(history);
  const model = options.model ?? (calls.fs.includes("add") ? "set" : "register");
  const findings =
    model === "register"
      ? lostRegisterWrites(history, calls, context, options.initial ?? null)
      : lostElements(history, calls, context, model === "list" ? APPENDS : ADDS);
  const nodes = nodesOf(calls.windows, calls.nodes, context.nodes);
  const moments = new Moments(calls.windows, nodes);
  const all = locate(calls, findings.findings, moments);
  const elements = all.slice(0, options.limit ?? 50).map((located) => tell(history, calls, located, model));
  const lost = all.filter(({ found }) => found.outcome === "lost").length;
  const counts = {
    acknowledged: findings.acknowledged.length,
    lost,
    lostFraction: share(lost, findings.acknowledged.length),
    stale: all.length - lost,
    recovered: findings.recovered,
    phantoms: findings.phantoms.length,
    unexpected: findings.unexpected.length,
    unread: findings.unread,
    finalReads: findings.finalReads,
  };
  const { valid, summary } = judge(counts, calls, model);
  const witnesses: Witness[] = elements
    .slice(0, 3)
    .map(({ text }, i) => witnessOf(history, calls, (all[i] as Located).found, text));
  return {
    valid,
    summary,
    model,
    ...counts,
    unreadNodes: nodes.filter((node) => calls.nodes.includes(node) && !findings.readAt.includes(node)),
    elements,
    elementsTotal: all.length,
    byNode: byNode(calls, findings, all),
    byFault: byFault(all, calls.windows),
    phantomValues: examples(findings.phantoms),
    unexpectedValues: examples(findings.unexpected),
    ...(witnesses.length === 0 ? {} : { witnesses }),
  };
}

type Counts = Pick<
  LostWritesVerdict,
  "acknowledged" | "lost" | "lostFraction" | "stale" | "recovered" | "phantoms" | "unexpected" | "unread" | "finalReads"
>;

function judge(counts: Counts, calls: Calls, model: LostWritesModel): { valid: Valid; summary: string } {
  const { acknowledged, lost, stale, phantoms, unexpected, unread, recovered, finalReads } = counts;
  const noun = model === "register" ? "write" : "element";
  if (acknowledged === 0 && unexpected === 0) return { valid: "unknown", summary: `no ${noun} was acknowledged` };
  if (finalReads === 0) {
    const why = notHealed(calls);
    return {
      valid: "unknown",
      summary: `no quiet final read succeeded${why === undefined ? "" : ` (${why})`}, so nothing is known of the ${counted(acknowledged, `acknowledged ${noun}`)}`,
    };
  }
  const facts: string[] = [];
  if (lost > 0)
    facts.push(`${lost} of ${counted(acknowledged, `acknowledged ${noun}`)} lost (${percent(counts.lostFraction)})`);
  if (stale > 0) facts.push(`${counted(stale, `acknowledged ${noun}`)} missing at some nodes after healing`);
  if (unexpected > 0) facts.push(`${counted(unexpected, "value")} read that nobody wrote`);
  if (phantoms > 0) facts.push(`${counted(phantoms, `refused ${noun}`)} present all the same`);
  if (unread > 0) facts.push(`${counted(unread, `acknowledged ${noun}`)} without a final read of the key`);
  if (lost > 0 || stale > 0 || unexpected > 0) return { valid: false, summary: facts.join("; ") };
  if (facts.length > 0) return { valid: "unknown", summary: `nothing seen lost, but ${facts.join("; ")}` };
  const late = recovered > 0 ? `; ${recovered} unacknowledged present (allowed)` : "";
  return { valid: true, summary: `nothing lost of ${counted(acknowledged, `acknowledged ${noun}`)}${late}` };
}

function examples(intruders: Findings["phantoms"]): { key?: Key; value: unknown }[] {
  return intruders.slice(0, 10).map(({ key, value }: Intruder) => ({ ...(key === undefined ? {} : { key }), value }));
}
