/**
 * The swarm nemesis: each run, by its seed, gets a random few of all faults, shapes and paces. Runs that leave something out find
 * more than runs that mix everything, since one fault often hides what another would show: a node that is down most of the
 * time loses no acknowledged write (Groce et al., "Swarm testing", ISSTA 2012). One run in a few has a theme instead.
 */
import { UsageError } from "../core/errors.js";
import type { Nemesis } from "../core/nemesis.js";
import type { NodeId } from "../core/op.js";
import { type Rng, rng } from "../core/rng.js";
import type { RuntimeName } from "../core/runtime.js";
import { any } from "../generators/index.js";
import { FAMILIES, type Family, type Paces, type Ratio } from "./swarm-families.js";
import { themeOf } from "./swarm-themes.js";

/** What a swarm needs to know of its run. */
export interface SwarmContext {
  readonly seed: number;
  readonly runtime: RuntimeName;
  /** Does the system name its leaders? */
  readonly leaders: boolean;
}

export const SWARM_FAMILIES: readonly string[] = FAMILIES.map(({ name }) => name);

/** `swarm`, or `swarm:partition+kill`: only out of these families. */
export function swarmNemesis(kinds: readonly string[], nodeCount: number, context: SwarmContext): Nemesis {
  const unknown = kinds.find((kind) => !SWARM_FAMILIES.includes(kind));
  if (unknown !== undefined) {
    throw new UsageError(`unknown kind of swarm "${unknown}"; there are ${SWARM_FAMILIES.join(", ")}.`);
  }
  const families = FAMILIES.filter(
    ({ name, runtimes, kinds: shapes }) =>
      runtimes.includes(context.runtime) &&
      (kinds.length === 0 || kinds.includes(name)) &&
      // A single node cannot be cut off from anything.
      shapes(nodeCount).length > 0,
  );
  if (families.length === 0) {
    throw new UsageError(`swarm:${kinds.join("+")}: the ${context.runtime} runtime has none of these faults.`);
  }
  const random = rng(context.seed, "swarm");
  const parts = themeParts(families, nodeCount, context) ?? ordinaryParts(families, nodeCount, random);
  const members = parts.map(({ family, kinds: shapes, paces }) => {
    const { lasts, rests, rhythm, except = [] } = random.pick(paces);
    const usable = shapes.filter((kind) => !except.includes(kind) && isUsable(kind, context));
    const nemesis = family.create([...new Set(some(usable, random))], nodeCount);
    return { nemesis, lasts: random.pick(lasts), rests: random.pick(rests), rhythm };
  });
  const nemeses = members.map(({ nemesis }) => nemesis);
  return {
    name: "swarm",
    fs: nemeses.flatMap(({ fs }) => fs),
    needs: [...new Set(nemeses.flatMap(({ needs }) => needs))],
    generator: (intervalMs) =>
      any(
        ...members.map(({ nemesis, lasts, rests, rhythm }) => {
          const lastsMs = times(intervalMs, lasts);
          return nemesis.generator(times(lastsMs, rests), lastsMs, rhythm);
        }),
      ),
    final: [...nemeses].reverse().flatMap(({ final }) => final),
    invoke: async (op, nemesisContext) => {
      const member = nemeses.find(({ fs }) => fs.includes(op.f));
      if (member === undefined) return { type: "info", error: `no nemesis of this swarm answers to ${op.f}` };
      return member.invoke(op, nemesisContext);
    },
  };
}

/** A family that takes part in a run: the kinds and the paces that are drawn from. */
interface Part {
  readonly family: Family;
  readonly kinds: readonly string[];
  readonly paces: readonly Paces[];
}

const isUsable = (kind: string, { leaders }: SwarmContext): boolean => leaders || !kind.startsWith("primaries");

function ordinaryParts(families: readonly Family[], nodeCount: number, random: Rng): readonly Part[] {
  return some(families, random).map((family) => ({ family, kinds: family.kinds(nodeCount), paces: family.paces }));
}

/** The parts of this run's theme; undefined where it has none, or none that this cluster or these families can play. */
function themeParts(
  families: readonly Family[],
  nodeCount: number,
  context: SwarmContext,
): readonly Part[] | undefined {
  // A theme is a matter of milliseconds, which no real network and no real process keeps.
  const theme = context.runtime === "simulation" ? themeOf(context.seed) : undefined;
  const parts = theme?.parts.flatMap(({ family: name, kinds, paces }): Part[] => {
    const family = families.find((one) => one.name === name);
    const known = family?.kinds(nodeCount) ?? [];
    const usable = kinds.filter((kind) => known.includes(kind) && isUsable(kind, context));
    return family === undefined || usable.length === 0 ? [] : [{ family, kinds: usable, paces }];
  });
  return parts?.length === theme?.parts.length ? parts : undefined;
}

const times = (ms: number, [numerator, denominator]: Ratio): number => Math.max(1, (ms * numerator) / denominator);

/** Each with a chance of one half, at least one. */
function some<T>(items: readonly T[], random: Rng): readonly T[] {
  const drawn = items.filter(() => random.chance(1, 2));
  return drawn.length > 0 ? drawn : [random.pick(items)];
}

/** What else a swarm varies in a run: the load, and in the simulation the network's everyday faults. */
export interface SwarmConditions {
  /** Ops per second. */
  readonly rate: number;
  /** As in TestSpec. */
  readonly network: Readonly<Record<string, string | number>>;
}

/** Drawn from the seed alone, so that a run repeats. */
export function swarmConditions(seed: number, nodes: readonly NodeId[]): SwarmConditions {
  const random = rng(seed, "swarm-conditions");
  const now = <T>(chances: number, values: readonly T[]): T | undefined =>
    random.chance(1, chances) ? random.pick(values) : undefined;
  const drawn = {
    latency: now(4, ["zones"]),
    lossPer10k: now(4, [0, 50, 300]),
    duplicatePer10k: now(4, [0, 200, 1_000]),
    reorderPer10k: now(4, [0, 500, 2_000]),
    clientLossPer10k: now(4, [20, 100, 300]),
    clientDuplicatePer10k: now(4, [50, 300, 1_000]),
  };
  const network = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined));
  const rate = random.pick([50, 100, 200, 200, 400]);
  const links = slowNode(nodes, rng(seed, "swarm-links"));
  return { rate, network: { ...links, ...network } as SwarmConditions["network"] };
}

/**
 * Every other run has a node that is far away in one direction or in both: what it says or hears is old news, so that others have
 * voted, or elected somebody, before it knows.
 */
function slowNode(nodes: readonly NodeId[], random: Rng): Record<string, string> {
  if (!random.chance(1, 2)) return {};
  const slow = random.pick(nodes);
  const direction = random.pick(["out", "in", "both"]);
  const links = nodes
    .filter((node) => node !== slow)
    .flatMap((other) => {
      const [out, into] = [`${slow}>${other}`, `${other}>${slow}`];
      return direction === "out" ? [out] : direction === "in" ? [into] : [out, into];
    });
  return Object.fromEntries(links.map((link) => [link, "wan"]));
}
