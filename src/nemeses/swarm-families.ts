/** What a swarm draws from: the families of faults, and the paces at which each of them comes. */
import type { Nemesis, Rhythm } from "../core/nemesis.js";
import type { RuntimeName } from "../core/runtime.js";
import { CLOCK_KINDS, clockNemesis } from "./clock.js";
import { fits, SHAPES } from "./grudges.js";
import { PACKET_KINDS, packetNemesis } from "./packet.js";
import { partitionNemesis } from "./partition.js";
import { killNemesis, pauseNemesis, TARGETS } from "./process.js";

export type Ratio = readonly [numerator: number, denominator: number];

/** How long the faults of a member last and how far apart they are: one of each is drawn. */
export interface Paces {
  /** Parts of the interval: from faults that are over in a moment to long ones. */
  readonly lasts: readonly Ratio[];
  /** From the end of a fault to the next, in lengths of the fault: long faults in quick succession would leave nobody to hurt. */
  readonly rests: readonly Ratio[];
  readonly rhythm?: Rhythm;
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

export interface Family {
  readonly name: string;
  readonly runtimes: readonly RuntimeName[];
  readonly paces: readonly Paces[];
  kinds(nodeCount: number): readonly string[];
  create(kinds: readonly string[], nodeCount: number): Nemesis;
}

const BOTH: readonly RuntimeName[] = ["simulation", "docker"];

export const FAMILIES: readonly Family[] = [
  {
    name: "partition",
    runtimes: BOTH,
    paces: [{ lasts: [[1, 10], ...LONG], rests: RESTS }],
    kinds: (count) =>
      SHAPES.filter((shape) => fits(shape, count)).flatMap((shape) => [shape, shape, `${shape}-one-way`]),
    create: partitionNemesis,
  },
  {
    name: "kill",
    runtimes: BOTH,
    paces: [BOUNCES, MIXED],
    kinds: () => TARGETS,
    create: killNemesis,
  },
  { name: "pause", runtimes: BOTH, paces: [MIXED], kinds: () => TARGETS, create: pauseNemesis },
  { name: "clock", runtimes: ["simulation"], paces: [SLOW], kinds: () => CLOCK_KINDS, create: clockNemesis },
  { name: "packet", runtimes: ["simulation"], paces: [SLOW], kinds: () => PACKET_KINDS, create: packetNemesis },
];
