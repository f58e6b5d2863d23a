/**
 * The swarm nemesis: each run, by its seed, gets a random few of all faults, shapes and paces. Runs that leave something out find
 * more than runs that mix everything, since one fault often hides what another would show: a node that is down most of the
 * time loses no acknowledged write (Groce et al., "Swarm testing", ISSTA 2012).
 */
import { UsageError } from "../core/errors.js";
import type { Nemesis } from "../core/nemesis.js";
import type { NodeId } from "../core/op.js";
import { type Rng, rng } from "../core/rng.js";
import type { RuntimeName } from "../core/runtime.js";
import { any } from "../generators/index.js";
import { CLOCK_KINDS, clockNemesis } from "./clock.js";
import { fits, SHAPES } from "./grudges.js";
import { PACKET_KINDS, packetNemesis } from "./packet.js";
import { partitionNemesis } from "./partition.js";
import { killNemesis, pauseNemesis, TARGETS } from "./process.js";

/** What a swarm needs to know of its run. */
export interface SwarmContext {
  readonly seed: number;
  readonly runtime: RuntimeName;
  /** Does the system name its leaders? */
  readonly leaders: boolean;
}

type Ratio = readonly [numerator: number, denominator: number];

/** How long the faults of a member last and how far apart they are: one of each is drawn. */
interface Paces {
  /** Parts of the interval: from faults that are over in a moment to long ones. */
  readonly lasts: readonly Ratio[];
  /** From the end of a fault to the next, in lengths of the fault: long faults in quick succession would leave nobody to hurt. */
  readonly rests: readonly Ratio[];
  /** Kinds that do not go with it. */
  readonly except?: readonly string[];
}

const LONG: readonly Ratio[] = [
  [1, 5],
  [2, 5],
  [4, 5],
];
const ANY: readonly Ratio[] = [[1, 50], [1, 20], [1, 10], ...LONG];
const RESTS: readonly Ratio[] = [
  [1, 2],
  [1, 1],
  [2, 1],
];
/** A cut shorter than an election, or a clock that is right again at once, shows little. */
const SLOW: Paces = { lasts: LONG, rests: RESTS };
const MIXED: Paces = { lasts: ANY, rests: RESTS };
/**
 * Many restarts, each over within an election: a node that forgot its vote meets the other candidate while it still asks.
 * Not of a majority at a time, or nobody would ever lead.
 */
const BOUNCES: Paces = {
  lasts: [[1, 250]],
  rests: [
    [5, 1],
    [12, 1],
  ],
  except: ["majority", "all"],
};

interface Family {
  readonly name: string;
  readonly runtimes: readonly RuntimeName[];
  readonly paces: readonly Paces[];
  kinds(nodeCount: number): readonly string[];
  create(kinds: readonly string[], nodeCount: number): Nemesis;
}

const BOTH: readonly RuntimeName[] = ["simulation", "docker"];

const FAMILIES: readonly Family[] = [
  {
    name: "partition",
    runtimes: BOTH,
    paces: [{ lasts: [[1, 10], ...LONG], rests: RESTS }],
    kinds: (count) =>
      SHAPES.filter((shape) => fits(shape, count)).flatMap((shape) => [shape, shape, `${shape}-one-way`]),
    create: partitionNemesis,
  },
  { name: "kill", runtimes: BOTH, paces: [BOUNCES, MIXED], kinds: () => TARGETS, create: killNemesis },
  { name: "pause", runtimes: BOTH, paces: [MIXED], kinds: () => TARGETS, create: pauseNemesis },
  { name: "clock", runtimes: ["simulation"], paces: [SLOW], kinds: () => CLOCK_KINDS, create: clockNemesis },
  { name: "packet", runtimes: ["simulation"], paces: [SLOW], kinds: () => PACKET_KINDS, create: packetNemesis },
];

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
  const members = some(families, random).map((family) => {
    const { lasts, rests, except = [] } = random.pick(family.paces);
    const usable = family
      .kinds(nodeCount)
      .filter((kind) => !except.includes(kind) && (context.leaders || !kind.startsWith("primaries")));
    const nemesis = family.create([...new Set(some(usable, random))], nodeCount);
    return { nemesis, lasts: random.pick(lasts), rests: random.pick(rests) };
  });
  const nemeses = members.map(({ nemesis }) => nemesis);
  return {
    name: "swarm",
    fs: nemeses.flatMap(({ fs }) => fs),
    needs: [...new Set(nemeses.flatMap(({ needs }) => needs))],
    generator: (intervalMs) =>
      any(
        ...members.map(({ nemesis, lasts, rests }) => {
          const lastsMs = times(intervalMs, lasts);
          return nemesis.generator(times(lastsMs, rests), lastsMs);
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
