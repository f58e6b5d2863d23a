/** Cuts and heals: the rules of a grudge on all nodes at once, then the proof that they bite, or that they are gone. */
import { CapTestError, EnvironmentError, messageOf } from "../../core/errors.js";
import type { NodeId } from "../../core/op.js";
import type { Clock, Evidence, Grudge, Layout } from "../../core/runtime.js";
import type { Agent } from "./agent.js";
import { type Judgement, judgeCut, judgeHeal, mutuallyOpen, refuses, type Sightings, unionOf } from "./proof.js";
import { chainRules, hookRules, type NodeRules, parseCounters, type SourceCounters } from "./rules.js";

/** How long the first question waits for answers. On one bridge they take well under 1 ms. */
const FIRST_PROBE_MS = 150;
/** Later questions wait longer: the machine seems to be busy. */
const NEXT_PROBE_MS = 1000;
/** When to give up proving. */
const PROOF_DEADLINE_MS = 8000;

export interface Cutter {
  /** Once, after start: the chain is hooked in, and IPv6, which no rule of ours covers, is seen to be off. */
  prepare(): Promise<void>;
  cut(grudge: Grudge): Promise<Evidence>;
  heal(): Promise<Evidence>;
  connected(a: NodeId, b: NodeId): boolean;
}

export function cutterOf(layout: Layout, agents: ReadonlyMap<NodeId, Agent>, clock: Clock): Cutter {
  const nodes = layout.nodes;
  const nodeAt = new Map(nodes.map((node) => [layout.address(node), node]));
  /** What is in force; while one grudge replaces another, both. Says "cut" rather too early and "open" rather too late. */
  let current: Grudge = new Map();
  let queue: Promise<unknown> = Promise.resolve();

  /** One change at a time: two cuts at once could leave half of each. */
  const exclusive = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work, work);
    queue = result.catch(() => {});
    return result;
  };

  const onAll = <T>(work: (agent: Agent, node: NodeId) => Promise<T>): Promise<ReadonlyMap<NodeId, T>> =>
    collect(nodes, (node) => work(agents.get(node) as Agent, node));

  const setRules = (rulesOf: (node: NodeId) => NodeRules): Promise<unknown> => {
    // All texts first: a bad address must fail before any node is touched.
    const texts = new Map(nodes.map((node) => [node, chainRules(rulesOf(node)).join("|")]));
    return onAll((agent, node) => agent.ask("rules", texts.get(node)));
  };

  const ask = async (waitMs: number): Promise<ReadonlyMap<NodeId, ReadonlySet<NodeId>>> =>
    onAll(async (agent, node) => {
      const others = nodes.filter((other) => other !== node).map((other) => layout.address(other));
      if (others.length === 0) return new Set<NodeId>();
      const output = await agent.ask("probe", [waitMs, ...others].join(" "));
      const alive = output.split("\n").map((line) => nodeAt.get(line.trim()));
      return new Set(alive.filter((other) => other !== undefined));
    });

  const count = async (): Promise<Sightings["counted"]> =>
    onAll(async (agent) => {
      const bySource = parseCounters(await agent.ask("counters"));
      const byNode = new Map<NodeId, SourceCounters>();
      for (const [address, counters] of bySource) {
        const node = nodeAt.get(address);
        if (node !== undefined) byNode.set(node, counters);
      }
      return byNode;
    });

  /** Sets rules, then asks and looks until the judgement is whole, broken or out of time. */
  const change = async (
    rulesOf: (node: NodeId) => NodeRules,
    judge: (seen: Sightings) => Judgement,
    done: string,
  ): Promise<Evidence> => {
    const beganNs = clock.nowNs();
    const answered = new Map<NodeId, Set<NodeId>>(nodes.map((node) => [node, new Set()]));
    const end = (proved: boolean, facts: readonly string[]): Evidence => ({
      beganNs,
      completeNs: clock.nowNs(),
      proved,
      facts,
    });
    try {
      await setRules(rulesOf);
      const setMs = Math.round((clock.nowNs() - beganNs) / 1e6);
      for (let round = 0; ; round++) {
        const answers = await ask(round === 0 ? FIRST_PROBE_MS : NEXT_PROBE_MS);
        for (const [node, others] of answers) for (const other of others) answered.get(node)?.add(other);
        const { facts, missing, broken } = judge({ answered, counted: await count() });
        const all = [`${done} on ${nodes.length} nodes within ${setMs} ms`, ...facts];
        if (missing.length === 0 && broken.length === 0) return end(true, all);
        const late = (clock.nowNs() - beganNs) / 1e6 > PROOF_DEADLINE_MS;
        if (broken.length > 0 || late) return end(false, [...all, ...broken, ...missing]);
      }
    } catch (error) {
      // The engine gone is for the caller; a command that failed on a node is a fault that was not proved.
      if (error instanceof EnvironmentError) throw error;
      return end(false, [messageOf(error)]);
    }
  };

  const heal = async (): Promise<Evidence> => {
    const evidence = await change(
      () => ({ drop: [], count: [] }),
      ({ answered }) => judgeHeal(nodes, answered),
      "rules flushed",
    );
    // Not healed for sure: keep saying "cut", so that no driver follows a redirect across.
    if (evidence.proved) current = new Map();
    return evidence;
  };

  return {
    async prepare() {
      await onAll(async (agent, node) => {
        const [variant, globalIpv6] = (await agent.ask("hello")).trim().split(" ");
        if (variant !== "nft" && variant !== "legacy") {
          throw new EnvironmentError(
            `${node}: iptables does not work in containers here. \`cap-test doctor\` says more.`,
          );
        }
        if (globalIpv6 !== "0") {
          throw new EnvironmentError(
            `${node}: its network has IPv6, which a cut would not cover. Turn IPv6 off in the engine.`,
          );
        }
        await agent.ask("rules", hookRules().join("|"));
      });
    },
    cut: (grudge) =>
      exclusive(async () => {
        validate(grudge, nodes);
        if ([...grudge.values()].every((refused) => refused.size === 0)) return heal();
        current = unionOf(current, grudge);
        const evidence = await change(
          (node) => {
            const others = nodes.filter((other) => other !== node);
            return {
              drop: others.filter((other) => refuses(grudge, node, other)).map(layout.address),
              count: others.filter((other) => !refuses(grudge, node, other)).map(layout.address),
            };
          },
          (seen) => judgeCut(nodes, grudge, seen),
          "rules set",
        );
        if (evidence.proved) current = new Map(grudge);
        return evidence;
      }),
    heal: () => exclusive(heal),
    connected: (a, b) => mutuallyOpen(current, a, b),
  };
}

/** Runs `work` for every node at once and waits for all of them, failed ones too; then throws the first error. */
async function collect<T>(
  nodes: readonly NodeId[],
  work: (node: NodeId) => Promise<T>,
): Promise<ReadonlyMap<NodeId, T>> {
  const results = await Promise.allSettled(nodes.map(work));
  const out = new Map<NodeId, T>();
  const failures: unknown[] = [];
  results.forEach((result, i) => {
    if (result.status === "fulfilled") out.set(nodes[i] as NodeId, result.value);
    else failures.push(result.reason);
  });
  // The engine gone explains the others.
  if (failures.length > 0) throw failures.find((error) => error instanceof EnvironmentError) ?? failures[0];
  return out;
}

function validate(grudge: Grudge, nodes: readonly NodeId[]): void {
  for (const [node, refused] of grudge) {
    for (const name of [node, ...refused]) {
      if (!nodes.includes(name))
        throw new CapTestError(`the grudge names "${name}"; the nodes are ${nodes.join(", ")}.`);
    }
    if (refused.has(node)) throw new CapTestError(`the grudge lets ${node} refuse itself.`);
  }
}
