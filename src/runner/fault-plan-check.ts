/** Do the faults of a plan fit the cluster and the nemeses there are? And which nemeses do they need? */
import { UsageError } from "../core/errors.js";
import type { Nemesis } from "../core/nemesis.js";
import type { NodeId } from "../core/op.js";
import type { PlannedFault } from "../core/run.js";
import type { NemesisDefinition } from "../nemeses/parse.js";
import type { SwarmContext } from "../nemeses/swarm.js";

/** @throws UsageError at a fault that no nemesis answers to, or that names a node there is not. */
export function nemesesFor(
  faults: readonly PlannedFault[],
  nodes: readonly NodeId[],
  context: SwarmContext,
  definitions: readonly NemesisDefinition[],
): { readonly text: string; readonly nemeses: readonly Nemesis[] } {
  // A swarm answers to what its members answer to; the members themselves are what is wanted.
  const all = definitions
    .filter(({ name }) => name !== "swarm")
    .flatMap((definition) => made(definition, nodes.length, context));
  for (const [i, { f, value }] of faults.entries()) {
    if (!all.some(({ fs }) => fs.includes(f))) {
      throw new UsageError(
        `faults[${i}]: no nemesis answers to "${f}"; there are ${all.flatMap(({ fs }) => fs).join(", ")}.`,
      );
    }
    const stranger = nodesIn(value).find((node) => !nodes.includes(node));
    if (stranger !== undefined) {
      throw new UsageError(`faults[${i}] names node "${stranger}"; the nodes are ${nodes.join(", ")}.`);
    }
  }
  const nemeses = all.filter(({ fs }) => faults.some(({ f }) => fs.includes(f)));
  return { text: nemeses.length === 0 ? "none" : nemeses.map(({ name }) => name).join(","), nemeses };
}

/** A single node cannot be cut off from anything: a nemesis that does not fit the cluster is none of it. */
function made({ create }: NemesisDefinition, nodeCount: number, context: SwarmContext): readonly Nemesis[] {
  try {
    return [create([], nodeCount, context)];
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

function nodesIn(value: unknown): readonly NodeId[] {
  const { grudge, targets, skews } = (value ?? {}) as {
    grudge?: Readonly<Record<NodeId, readonly NodeId[]>>;
    targets?: readonly NodeId[];
    skews?: Readonly<Record<NodeId, unknown>>;
  };
  return [
    ...Object.keys(grudge ?? {}),
    ...Object.values(grudge ?? {}).flat(),
    ...(targets ?? []),
    ...Object.keys(skews ?? {}),
  ];
}
