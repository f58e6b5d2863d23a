/**
 * Judges whether a cut bites, or is over, from what was seen: who answered whom, and what each node counted. Pure.
 *
 * A cut proves nothing until a packet met it. So every node asks every other one (one ICMP echo each), and then
 * - a refused direction must have dropped a packet, and no answer may have come back across it;
 * - a direction that is not refused must have let a packet in (the positive control: a cut that drops everything, or a
 *   network that is simply dead, would otherwise pass for proof);
 * - two nodes that refuse each other in neither direction must have answered each other.
 */
import type { NodeId } from "../../core/op.js";
import type { Grudge } from "../../core/runtime.js";
import type { SourceCounters } from "./rules.js";

/** What was seen since the rules were set. */
export interface Sightings {
  /** Asker -> the nodes that answered it. */
  readonly answered: ReadonlyMap<NodeId, ReadonlySet<NodeId>>;
  /** Receiver -> sender -> packets. */
  readonly counted: ReadonlyMap<NodeId, ReadonlyMap<NodeId, SourceCounters>>;
}

export interface Judgement {
  /** Shown by evidence. */
  readonly facts: readonly string[];
  /** Not seen yet; asking again may help (a packet may be late on a busy machine). */
  readonly missing: readonly string[];
  /** Seen to be false; asking again cannot help. */
  readonly broken: readonly string[];
}

/** Does `receiver` drop what `sender` sends? */
export function refuses(grudge: Grudge, receiver: NodeId, sender: NodeId): boolean {
  return grudge.get(receiver)?.has(sender) === true;
}

/** May both ask and answer each other? True for a node and itself. */
export function mutuallyOpen(grudge: Grudge, a: NodeId, b: NodeId): boolean {
  return a === b || !(refuses(grudge, a, b) || refuses(grudge, b, a));
}

/** The union of two grudges: what may be in force while one replaces the other. */
export function unionOf(a: Grudge, b: Grudge): Grudge {
  const union = new Map<NodeId, ReadonlySet<NodeId>>(a);
  for (const [node, refused] of b) union.set(node, new Set([...(union.get(node) ?? []), ...refused]));
  return union;
}

export function judgeCut(nodes: readonly NodeId[], grudge: Grudge, seen: Sightings): Judgement {
  const facts: string[] = [];
  const missing: string[] = [];
  const broken: string[] = [];
  let open = 0;
  let oneWayOpen = 0;
  for (const receiver of nodes) {
    for (const sender of nodes) {
      if (receiver === sender) continue;
      const counters = seen.counted.get(receiver)?.get(sender) ?? { dropped: 0, passed: 0 };
      const answer = seen.answered.get(sender)?.has(receiver) === true;
      if (refuses(grudge, receiver, sender)) {
        if (counters.dropped > 0) facts.push(`${receiver} dropped ${packets(counters.dropped)} from ${sender}`);
        else missing.push(`${receiver} has dropped no packet from ${sender}`);
      } else if (counters.passed > 0) {
        if (mutuallyOpen(grudge, receiver, sender)) open++;
        else oneWayOpen++;
      } else {
        missing.push(`no packet from ${sender} arrived at ${receiver}, although nothing is cut that way`);
      }
      if (mutuallyOpen(grudge, receiver, sender)) {
        if (!answer) missing.push(`${receiver} did not answer ${sender}, although nothing is cut between them`);
      } else if (answer) {
        broken.push(`${sender} got an answer from ${receiver} across the cut`);
      }
    }
  }
  if (open > 0 && missing.length === 0)
    facts.push(`the ${open} links that are not cut carry packets, and are answered`);
  if (oneWayOpen > 0 && missing.length === 0)
    facts.push(`the open direction of ${oneWayOpen} one-way links carries packets`);
  return { facts, missing, broken };
}

/** After healing: everybody must have an answer from everybody. */
export function judgeHeal(nodes: readonly NodeId[], answered: Sightings["answered"]): Judgement {
  const missing: string[] = [];
  for (const asker of nodes) {
    for (const other of nodes) {
      if (asker === other || answered.get(asker)?.has(other) === true) continue;
      missing.push(`${other} does not answer ${asker}`);
    }
  }
  const pairs = nodes.length * (nodes.length - 1);
  const facts = missing.length > 0 ? [] : [`all ${nodes.length} nodes answer each other (${pairs} directions asked)`];
  return { facts, missing, broken: [] };
}

function packets(count: number): string {
  return count === 1 ? "1 packet" : `${count} packets`;
}
