/** `--nemesis partition:primaries,kill`: from words to nemeses. */
import { UsageError } from "../core/errors.js";
import type { Generator } from "../core/generator.js";
import type { Nemesis } from "../core/nemesis.js";
import { any, nothing } from "../generators/index.js";
import { CLOCK_KINDS, clockNemesis } from "./clock.js";
import { SHAPES } from "./grudges.js";
import { PACKET_KINDS, packetNemesis } from "./packet.js";
import { partitionNemesis } from "./partition.js";
import { killNemesis, pauseNemesis, TARGETS } from "./process.js";
import { SWARM_FAMILIES, type SwarmContext, swarmNemesis } from "./swarm.js";

/** An entry of the registry of nemeses. */
export interface NemesisDefinition {
  readonly name: string;
  readonly summary: string;
  readonly kinds: readonly string[];
  /** `context` is what is known of the run that this nemesis is for; most need none of it. */
  create(kinds: readonly string[], nodeCount: number, context: SwarmContext): Nemesis;
}

export const nemesisDefinitions: readonly NemesisDefinition[] = [
  {
    name: "partition",
    summary: "cuts the network between nodes; without a kind, mixes all by the seed",
    kinds: SHAPES.flatMap((shape) => [shape, `${shape}-one-way`]),
    create: partitionNemesis,
  },
  {
    name: "kill",
    summary: "kills node processes with SIGKILL and starts them again with their disks",
    kinds: TARGETS,
    create: killNemesis,
  },
  {
    name: "pause",
    summary: "freezes node processes and lets them go on",
    kinds: TARGETS,
    create: pauseNemesis,
  },
  {
    name: "clock",
    summary: "sets wall clocks of nodes wrong, or lets them run fast or slow (simulation)",
    kinds: CLOCK_KINDS,
    create: clockNemesis,
  },
  {
    name: "packet",
    summary: "loses, doubles, reorders and delays packets on every link, clients' included (simulation)",
    kinds: PACKET_KINDS,
    create: packetNemesis,
  },
  {
    name: "swarm",
    summary: "a random few of all faults, shapes, paces and rates in each run, by its seed; the default of `sweep`",
    kinds: SWARM_FAMILIES,
    create: swarmNemesis,
  },
];

/** One word of the nemesis option: a name and its kinds. */
export interface NemesisWord {
  readonly name: string;
  readonly kinds: readonly string[];
}

/** Splits "partition:halves+bridge,kill" into words. "none" and "" mean no faults. */
export function parseNemesis(text: string): readonly NemesisWord[] {
  const words = text.split(",").filter((word) => word !== "" && word !== "none");
  const parsed = words.map((word): NemesisWord => {
    const [name = "", ...rest] = word.split(":");
    const kinds = rest
      .join(":")
      .split("+")
      .filter((kind) => kind !== "");
    return { name, kinds };
  });
  const twice = parsed.find(({ name }, i) => parsed.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) {
    throw new UsageError(`--nemesis names ${twice.name} twice; join its kinds with "+": ${twice.name}:one+primaries.`);
  }
  return parsed;
}

/** All faults at once, each on its own schedule. */
export function faultSchedule(nemeses: readonly Nemesis[], intervalMs: number): Generator {
  return nemeses.length === 0 ? nothing : any(...nemeses.map((nemesis) => nemesis.generator(intervalMs)));
}
