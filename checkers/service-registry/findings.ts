/** What the final reads of a registry show that they should not. */
import type { Key, NodeId } from "../../src/core/op.js";
import type { Calls } from "../calls.js";
import type { FinalRead } from "../lost-writes/final-reads.js";
import { identityOf, listOf } from "../values.js";
import type { Instance, Ledger } from "./ledger.js";

export type FindingKind = "came-back" | "never-expired" | "lost" | "invented" | "disagreeing";

export interface Finding {
  readonly kind: FindingKind;
  readonly key: Key | undefined;
  readonly value: unknown;
  /** The nodes whose final reads show it (or miss it), those reads, and of a disagreement the other nodes. */
  readonly at: readonly NodeId[];
  readonly reads: readonly number[];
  readonly others: readonly NodeId[];
  readonly instance?: Instance;
  /** How long after its last heartbeat a lease was still listed. */
  readonly sinceNs: number;
}

interface Seen {
  readonly read: FinalRead;
  readonly ids: ReadonlyMap<unknown, unknown>;
}

export function findingsOf(ledger: Ledger, reads: readonly FinalRead[], calls: Calls, expiryNs: number): Finding[] {
  const findings: Finding[] = [];
  for (const [key, instances] of ledger.byKey) {
    const seen = reads
      .filter((read) => read.key === key)
      .map((read): Seen => ({ read, ids: new Map(listOf(read.value).map((value) => [identityOf(value), value])) }));
    if (seen.length === 0) continue;
    const explained = new Set<unknown>();
    for (const [id, instance] of instances) {
      const listed = seen.filter(({ ids }) => ids.has(id));
      const missing = seen.filter(({ ids }) => !ids.has(id));
      const found = judge(instance, listed, missing, calls, expiryNs);
      if (found === undefined) continue;
      explained.add(id);
      findings.push(found);
    }
    for (const [id, value] of new Map(seen.flatMap(({ ids }) => [...ids]))) {
      if (explained.has(id)) continue;
      const listed = seen.filter(({ ids }) => ids.has(id));
      const missing = seen.filter(({ ids }) => !ids.has(id));
      const instance = instances.get(id);
      if (instance === undefined) findings.push(finding("invented", { key, value }, listed, []));
      // A lease may run out between the reads of two nodes.
      else if (missing.length > 0 && !(instance.leased && mayBeFresh(instance, seen, calls, expiryNs))) {
        findings.push(finding("disagreeing", { key, value }, listed, missing, instance));
      }
    }
  }
  return findings;
}

function judge(
  instance: Instance,
  listed: readonly Seen[],
  missing: readonly Seen[],
  calls: Calls,
  expiryNs: number,
): Finding | undefined {
  const { leased, doubtful, again, removed, acknowledged, mayBeRemoved } = instance;
  if (removed !== -1) {
    return listed.length === 0 || again ? undefined : finding("came-back", instance, listed, missing, instance);
  }
  if (leased) {
    if (doubtful) return undefined;
    const late = listed.filter((one) => sinceNs(instance, one, calls) > expiryNs);
    const longest = late.reduce((most, one) => Math.max(most, sinceNs(instance, one, calls)), 0);
    return late.length === 0 ? undefined : finding("never-expired", instance, late, missing, instance, longest);
  }
  if (!acknowledged || mayBeRemoved || missing.length === 0) return undefined;
  return finding("lost", instance, missing, listed, instance);
}

/** From the last sign of life to the read. */
function sinceNs({ freshNs }: Instance, { read }: Seen, calls: Calls): number {
  return (calls.invokeNs[read.call] as number) - freshNs;
}

function mayBeFresh(instance: Instance, seen: readonly Seen[], calls: Calls, expiryNs: number): boolean {
  return instance.doubtful || seen.some((one) => sinceNs(instance, one, calls) <= expiryNs);
}

function finding(
  kind: FindingKind,
  { key, value }: { readonly key: Key | undefined; readonly value: unknown },
  shown: readonly Seen[],
  others: readonly Seen[],
  instance?: Instance,
  longestNs = 0,
): Finding {
  return {
    kind,
    key,
    value,
    at: shown.map(({ read }) => read.at),
    reads: [...shown, ...(kind === "disagreeing" ? others : [])].map(({ read }) => read.call),
    others: others.map(({ read }) => read.at),
    ...(instance === undefined ? {} : { instance }),
    sinceNs: longestNs,
  };
}
