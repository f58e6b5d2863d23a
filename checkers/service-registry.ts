/**
 * The registry checker: what is gone stays gone, what is there is known to all. While faults last a registry that always
 * answers may show anything it once knew; what it promises is what all nodes show in the end, healed and quiet. That is judged.
 */
import type { CheckContext, Checker, Verdict, Witness } from "../src/core/checker.js";
import type { History } from "../src/core/history.js";
import { type Calls, callsOf } from "./calls.js";
import { type FinalRead, finalReads, notHealed } from "./lost-writes/final-reads.js";
import { type Finding, type FindingKind, findingsOf } from "./service-registry/findings.js";
import { ledgerOf } from "./service-registry/ledger.js";
import { brief, shortened } from "./shorten.js";

export interface RegistryOptions {
  /** How long an instance stays listed without a heartbeat, and some more for the news to spread; ms. Default 5,000. */
  readonly expiryMs?: number;
  /** How many findings to list. Default 20. */
  readonly limit?: number;
}

export interface RegistryVerdict extends Verdict {
  /** Acknowledged registrations, those with a lease among them, and acknowledged removals. */
  readonly registered: number;
  readonly leased: number;
  readonly removed: number;
  readonly cameBack: number;
  readonly neverExpired: number;
  readonly lost: number;
  readonly invented: number;
  /** Keys of which nodes list different instances in the end. */
  readonly disagreeing: number;
  readonly finalReads: number;
}

const EXPIRY_MS = 5_000;
const WITNESSES = 5;

/** Worst first: what is there though it should be gone misleads every caller. */
const KINDS: readonly FindingKind[] = ["came-back", "never-expired", "lost", "invented", "disagreeing"];

/**
 * false: in the end some node lists an instance whose removal was acknowledged (and that nobody registered again), one whose
 * lease has run out, or one nobody registered; misses one that was acknowledged and never removed; or two nodes differ.
 * unknown: nothing was acknowledged, or some key was not read at every node once all was quiet.
 */
export function registryChecker({ expiryMs = EXPIRY_MS, limit = 20 }: RegistryOptions = {}): Checker {
  return { name: "registry", check: (history, context) => check(history, context, expiryMs, limit) };
}

function check(history: History, context: CheckContext, expiryMs: number, limit: number): RegistryVerdict {
  const calls = callsOf(history);
  const ledger = ledgerOf(history, calls);
  const writes = { any: ledger.lastWrite, byKey: ledger.lastWriteOf };
  const reads = finalReads(history, calls, context, writes);
  const findings = findingsOf(ledger, reads, calls, expiryMs * 1e6).sort(
    (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind),
  );
  const acknowledged = ledger.instances.filter((one) => one.acknowledged);
  const numberOf = (kind: FindingKind): number => findings.filter((one) => one.kind === kind).length;
  const counts = {
    registered: acknowledged.length,
    leased: acknowledged.filter((one) => one.leased).length,
    removed: ledger.instances.filter(({ removed }) => removed !== -1).length,
    cameBack: numberOf("came-back"),
    neverExpired: numberOf("never-expired"),
    lost: numberOf("lost"),
    invented: numberOf("invented"),
    disagreeing: numberOf("disagreeing"),
    finalReads: reads.length,
  };
  const [first] = findings;
  if (first !== undefined) {
    const parts = KINDS.flatMap((kind) => (numberOf(kind) === 0 ? [] : [`${numberOf(kind)} ${WORDS[kind]}`]));
    return {
      valid: false,
      summary: `${parts.join(", ")}: ${tell(first, calls)}`,
      witnesses: findings.slice(0, Math.min(limit, WITNESSES)).map((one) => witnessOf(one, history, calls)),
      ...counts,
    };
  }
  const doubt = doubtOf(ledger.byKey.keys(), reads, calls, context, counts.registered);
  const shown = `${counts.registered} registrations (${counts.leased} with a lease) and ${counts.removed} removals`;
  return doubt === undefined
    ? { valid: true, summary: `${shown}: all nodes agree in the end, and nothing gone is listed`, ...counts }
    : { valid: "unknown", summary: doubt, ...counts };
}

const WORDS: Readonly<Record<FindingKind, string>> = {
  "came-back": "came back after removal",
  "never-expired": "never expired",
  lost: "lost",
  invented: "listed though never registered",
  disagreeing: "keys on which nodes disagree",
};

/** Why a history without a finding proves nothing. */
function doubtOf(
  keys: Iterable<FinalRead["key"]>,
  reads: readonly FinalRead[],
  calls: Calls,
  { nodes = [] }: CheckContext,
  registered: number,
): string | undefined {
  if (registered === 0) return "no registration was acknowledged";
  const why = notHealed(calls);
  if (why !== undefined) return `no read counts as final: ${why}`;
  for (const key of keys) {
    const read = new Set(reads.filter((one) => one.key === key).map(({ at }) => at));
    if (read.size === 0) return `key ${brief(key ?? null)} was not read once all was quiet`;
    const missed = nodes.find((node) => !read.has(node));
    if (missed !== undefined) return `key ${brief(key ?? null)} was not read from ${missed} once all was quiet`;
  }
  return undefined;
}

function tell({ kind, key, value, at, instance, others, sinceNs }: Finding, calls: Calls): string {
  const what = `${brief(value)}${key === undefined ? "" : ` of key ${brief(key)}`}`;
  const where = at.join(" ");
  const acked = (call: number): string => `p${calls.process[call]} at ${seconds(calls.endNs[call] as number)}`;
  switch (kind) {
    case "came-back":
      return `${what} is listed at ${where} in the end, though its removal had been acknowledged to ${acked(instance?.removed ?? 0)}`;
    case "never-expired":
      return `${what} is still listed at ${where} ${seconds(sinceNs)} after its last heartbeat`;
    case "lost":
      return `${what}, acknowledged to ${acked(instance?.registered ?? 0)} and never removed, is missing at ${where} in the end`;
    case "invented":
      return `${what} is listed at ${where}, and nobody ever registered it`;
    case "disagreeing":
      return `of key ${brief(key ?? null)} ${where} lists ${brief(value)} in the end, and ${others.join(" ")} does not`;
  }
}

const seconds = (ns: number): string => `${Math.round(ns / 1e6) / 1000} s`;

function witnessOf(found: Finding, history: History, calls: Calls): Witness {
  const positions = new Set<number>();
  for (const call of [found.instance?.registered ?? -1, found.instance?.removed ?? -1, ...found.reads]) {
    if (call < 0) continue;
    positions.add(calls.invokePos[call] as number);
    const end = calls.endPos[call] as number;
    if (end !== -1) positions.add(end);
  }
  const ops = [...positions].sort((a, b) => a - b).map((position) => shortened(history.op(position)));
  return { text: tell(found, calls), ops };
}
