/**
 * The text of the packet rules, and their counters read back. Pure.
 *
 * Each node has one chain of ours, entered first of all from INPUT, so that packets of established connections are dropped
 * too. A node drops what the nodes it refuses send; one direction is one rule, so a one-way cut is half of a cut. For the
 * nodes it does not refuse there is a rule as well, which only counts: it is the proof that what should pass does pass.
 */
import { isIPv4 } from "node:net";
import { CapTestError } from "../../core/errors.js";

export const CHAIN = "CAP_TEST";

/** What one node does with each other node's packets. Addresses, not names. */
export interface NodeRules {
  readonly drop: readonly string[];
  readonly count: readonly string[];
}

/** Packets seen from one source since the rules were set. */
export interface SourceCounters {
  readonly dropped: number;
  readonly passed: number;
}

/** Input of `iptables-restore --noflush`: hooks an empty chain into INPUT. Once per network namespace. */
export function hookRules(): readonly string[] {
  return ["*filter", `:${CHAIN} - [0:0]`, `-I INPUT 1 -j ${CHAIN}`, "COMMIT"];
}

/**
 * Input of `iptables-restore --noflush`: replaces the chain's content in one step. Naming the chain empties it; the engine
 * of iptables swaps the whole table at COMMIT, so no packet meets half a rule set. No rules: an empty chain, all passes.
 */
export function chainRules(rules: NodeRules): readonly string[] {
  const line = (address: string, target: string): string => {
    // A name or a mask here would drop more than the cut says: "198.18.0.0/16" would cut clients off as well.
    if (!isIPv4(address)) throw new CapTestError(`"${address}" is not an IPv4 address; no rule can be made of it.`);
    return `-A ${CHAIN} -s ${address}/32 -j ${target}`;
  };
  return [
    "*filter",
    `:${CHAIN} - [0:0]`,
    ...rules.drop.map((address) => line(address, "DROP")),
    ...rules.count.map((address) => line(address, "RETURN")),
    "COMMIT",
  ];
}

/** Reads the output of `iptables-save -c`: our chain's packets by source address. Lines of other chains are skipped. */
export function parseCounters(text: string): ReadonlyMap<string, SourceCounters> {
  const counters = new Map<string, SourceCounters>();
  const pattern = new RegExp(`^\\[(\\d+):\\d+\\] -A ${CHAIN} -s ([\\d.]+)(?:/32)? -j (DROP|RETURN)$`);
  for (const line of text.split("\n")) {
    const match = pattern.exec(line.trim());
    if (match === null) continue;
    const [packets, source, target] = match.slice(1) as [string, string, string];
    const before = counters.get(source) ?? { dropped: 0, passed: 0 };
    const seen = Number(packets);
    counters.set(
      source,
      target === "DROP" ? { ...before, dropped: before.dropped + seen } : { ...before, passed: before.passed + seen },
    );
  }
  return counters;
}
